"""Compiling packs to the tables that the models join with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from evenhand.policy.compile import TABLES, compile_packs
from evenhand.policy.load import load_packs
from policy.packs import changed, write

FROM = date(2026, 1, 1)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "work" / "warehouse.duckdb"


def test_a_row_per_market_and_rule(folder: Path, warehouse: Path) -> None:
    write(folder, changed(("[world]", "[GB, IE]"), ("appeal_route", "applies_to: [creator, platform]\nappeal_route")))
    (loaded,) = load_packs(folder)
    rows = compile_packs([loaded], warehouse)
    assert rows == {"packs": 2, "kinds": 4, "entry_rules": 4, "zones": 6, "effects": 6, "rewards": 4}
    in_britain = {table: _rows(warehouse, f"select * from policy.{table} where market = 'GB'") for table in TABLES}
    edition = ("GB", FROM, None, "strikes", 1)
    assert in_britain == {
        "packs": [(*edition, loaded.sha256, "Write to us.")],
        "kinds": [(*edition, "creator"), (*edition, "platform")],
        "entry_rules": [
            (*edition, "health", "strike", "one_strike", "copyright", Decimal(1), "batch", 180),
            (*edition, "health", "strike", "one_strike", "fraud", Decimal(1), "batch", 180),
        ],
        "zones": [
            (*edition, "health", "good", 0, None),
            (*edition, "health", "warned", 1, Decimal("1.5")),
            (*edition, "health", "shut", 2, Decimal(10)),
        ],
        "effects": [
            (*edition, "health", "warned", "warning", 0, "account", 30),
            (*edition, "health", "warned", "no_live", 1, "live", 7),
            (*edition, "health", "shut", "closed", 2, "account", None),
        ],
        "rewards": [
            (*edition, "health", "good", "badge", "showcase"),
            (*edition, "health", "warned", "badge", "showcase"),
        ],
    }


def test_compiling_replaces_what_was_there(folder: Path, warehouse: Path) -> None:
    path = write(folder)
    compile_packs(load_packs(folder), warehouse)
    before = _everything(warehouse)
    compile_packs(load_packs(folder), warehouse)
    assert _everything(warehouse) == before

    without_rewards = changed(("    rewards:\n      - {reward: badge, scope: showcase, zones: [good, warned]}\n", ""))
    path.write_text(without_rewards)
    assert compile_packs(load_packs(folder), warehouse)["rewards"] == 0
    assert _everything(warehouse)["rewards"] == []


def test_what_else_is_in_the_warehouse_stays(folder: Path, warehouse: Path) -> None:
    warehouse.parent.mkdir()
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create table kept as select 1 as one")
    write(folder)
    compile_packs(load_packs(folder), warehouse)
    assert _rows(warehouse, "from kept") == [(1,)]


def _everything(warehouse: Path) -> dict[str, list[tuple[object, ...]]]:
    return {table: _rows(warehouse, f"from policy.{table}") for table in TABLES}


def _rows(warehouse: Path, statement: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(statement).fetchall()
