"""What is unusual where several packs say it of a market: the strictest of what any of them says holds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from evenhand.policy.compile import compile_packs
from evenhand.policy.load import load_pack
from evenhand.quality.holding import lay_limits
from policy.packs import changed, write


@pytest.mark.parametrize(
    ("strikes", "points", "expected"),
    [
        ("{usual_spreads: 3, share_changed: 0.2}", "{usual_spreads: 6, share_changed: 0.1}", ("3.00", "0.10", "0.05")),
        # What one leaves open is as the other says, and else as it is without both.
        ("{same_event_twice: 0.02}", "{usual_spreads: 6}", ("6.00", "0.30", "0.02")),
        ("{}", "{}", ("4.00", "0.30", "0.05")),
    ],
)
def test_the_strictest_of_the_packs_of_a_market_holds(
    tmp_path: Path, strikes: str, points: str, expected: tuple[str, str, str]
) -> None:
    packs = [
        load_pack(write(tmp_path, changed(("pack: strikes", f"pack: {name}")) + f"limits: {limits}\n", f"{name}.yml"))
        for name, limits in (("strikes", strikes), ("points", points))
    ]
    with duckdb.connect() as connection:
        compile_packs(packs, connection)
        connection.execute("create schema gate")

        lay_limits(connection, (), date(2026, 3, 5))

        rows = connection.execute("select usual_spreads, share_changed, same_event_twice from gate.limits").fetchall()
    assert [tuple(f"{each:.2f}" for each in row) for row in rows] == [expected]
