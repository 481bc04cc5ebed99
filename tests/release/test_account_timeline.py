"""What happened to an account, read from a release alone."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from evenhand.cli import app

RELEASED = {
    "account_profiles": """
        select 'a1' as account_id, 'creator' as kind, 'SG' as market, 'probation' as stage,
            date '2026-03-03' as stage_since, 1 as penalties, 0 as rewards, 'ads: few, late' as not_eligible_for
        union all select 'a2', 'creator', 'SG', 'active', null, 0, 0, null
    """,
    "account_timeline": """
        select 'a1' as account_id, 2 as step, date '2026-03-03' as on_day, 'violation_decided' as event,
            'fraud, high on live' as told
        union all select 'a1', 1, date '2026-03-01', 'onboarded', 'onboarded as creator in SG'
        union all select 'b1', 1, date '2026-03-01', 'onboarded', 'somebody else'
    """,
    "reasons": """
        select 'a1' as account_id, 'penalties' as list, 'a1/strikes/account' as row_key,
            'On 2026-03-03 the account went from 0 to 3 [strikes].' as explanation
    """,
    "notices": """
        select 'a1' as account_id, 'penalties' as list, 'a1/strikes/account' as row_key, 'new' as event,
            'New measure: Warning' as subject, 'We have placed a measure.' as body
    """,
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    release = tmp_path / "releases" / "night=2026-03-05"
    release.mkdir(parents=True)
    with duckdb.connect() as connection:
        for name, query in RELEASED.items():
            connection.execute(f"copy ({query}) to '{release / name}.parquet'")
    return tmp_path


def _run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["explain", *arguments])
    return result.exit_code, "\n".join(line.rstrip() for line in result.output.splitlines())


@pytest.mark.usefixtures("home")
def test_what_happened_what_is_in_force_and_what_the_account_was_told() -> None:
    assert _run("a1", "--night", "2026-03-05") == (
        0,
        """
a1  creator in SG, probation since 2026-03-03; in force: penalties 1, rewards 0; not eligible for ads: few, late
day         event              what
2026-03-01  onboarded          onboarded as creator in SG
2026-03-03  violation decided  fraud, high on live

Penalty a1/strikes/account
On 2026-03-03 the account went from 0 to 3 [strikes].

Told that night New measure: Warning
We have placed a measure.""",
    )


@pytest.mark.usefixtures("home")
def test_of_most_accounts_there_is_nothing_to_tell() -> None:
    code, said = _run("a2")
    assert code == 0
    assert said.splitlines()[-1] == "Nothing was ever decided about it."


def test_an_account_or_a_night_that_is_not_there(home: Path) -> None:
    code, said = _run("A1")
    assert (code, said) == (
        1,
        f"{home}/releases/night=2026-03-05: no account A1 on that night; names are spelt as in the feeds",
    )
    code, said = _run("a1", "--night", "2026-03-04")
    assert (code, said) == (1, "night 2026-03-04 isn't released; 2026-03-05 is")
