"""A night of the schedule that nothing has landed for, or nothing that can be used."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from evenhand.landing.held_markets import create_held_markets, held_markets
from evenhand.settings import PROJECT, settings
from evenhand.tasks.silence import hold_if_silent

NIGHT = date(2026, 3, 14)


@pytest.mark.parametrize(
    ("landed", "why"),
    [
        (["2026-03-05"], "nothing has landed for night 2026-03-14; what landed last is of 2026-03-05, 9 days before."),
        (["2026-03-13"], "nothing has landed for night 2026-03-14; what landed last is of 2026-03-13, 1 day before."),
        # As on a home's first night whose files are all of another delimiter.
        ([], "nothing has landed for night 2026-03-14; none of what landed before can be used."),
        (["2026-03-05", "2026-03-14"], ""),
    ],
)
def test_every_market_is_held_and_why_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, landed: list[str], why: str
) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    monkeypatch.setenv("EVENHAND_POLICIES", str(PROJECT / "policies"))
    warehouse = settings().warehouse(NIGHT)
    warehouse.parent.mkdir(parents=True)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema landing")
        connection.execute("create table landing.files (night date)")
        connection.execute("insert into landing.files select unnest(?::date[])", [landed])
        create_held_markets(connection)
    assert hold_if_silent(NIGHT).startswith(why)
    held = held_markets(warehouse)
    assert bool(held) == bool(why)
    assert all(each.why.startswith(why) for each in held)
