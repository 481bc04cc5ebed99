"""Gate 2 on what bonuses pay: periods, moves and versions pass, and what is paid twice or beyond a cap doesn't."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from evenhand.quality.gate import GateFailed
from evenhand.quality.lists import validate_lists
from evenhand.release.previous import create_released
from made_once import shared_project
from transform.test_bonuses import FIRST, Engine

NIGHT = FIRST + timedelta(days=16)
# A row of an account that was paid in two periods.
TWICE = """where row_key = (
    select min(row_key) from rewards where amount is not null and (account_id, market, reward) in (
        select (account_id, market, reward) from rewards where amount is not null group by all having count(*) > 1
    )
)"""


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse of a night of many small markets that pay bonuses."""
    path = tmp_path_factory.mktemp("bonuses") / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.begin()
        Engine(connection, range(25)).paid(shared_project().models(), NIGHT)
        create_released(connection)
        connection.commit()
    return path


def test_accounts_that_are_paid_in_two_periods_and_markets_pass(decided: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(decided), read_only=True) as connection:
        ((periods,),) = connection.execute(f"select count(*) from rewards {TWICE}").fetchall()
        ((former,),) = connection.execute(
            "select count(*) from rewards join accepted.creators using (account_id)"
            " where rewards.market != creators.market"
        ).fetchall()
    assert periods and former

    gate = validate_lists(Path(shutil.copy(decided, tmp_path / "warehouse.duckdb")), tmp_path / "gate_2", NIGHT)

    assert gate.broken == []


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (
            f"insert into rewards select * replace (row_key || '/x' as row_key) from rewards {TWICE};"
            f" insert into reasons select * replace (row_key || '/x' as row_key) from reasons {TWICE}",
            "one row per account_id, market, programme, scope, reward and period",
        ),
        (f"update rewards set amount = 1000 {TWICE}", "a bonus stays within its cap and its budget"),
        (f"update rewards set market = 'sun' {TWICE}", "the account is known in the market"),
    ],
)
def test_what_is_paid_twice_or_beyond_a_cap_stops_the_night(
    decided: Path, tmp_path: Path, spoil: str, rule: str
) -> None:
    warehouse = Path(shutil.copy(decided, tmp_path / "warehouse.duckdb"))
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update policy.bonuses set budget = 999")
        connection.execute(spoil)

    with pytest.raises(GateFailed) as failed:
        validate_lists(warehouse, tmp_path / "gate_2", NIGHT)

    assert rule in str(failed.value)
