"""Gate 2: whether the lists of a night may be released."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from evenhand.quality.gate import Gate
from evenhand.quality.held_rows import Held, NotAboutRows, WrongRows, hold
from expectations.lists import penalties_suite, reasons_suite, rewards_suite, standings_suite

# The share of a market's list that may be held back row by row; above it the list itself is wrong.
AT_MOST_HELD = 0.01
_IF_BROKEN = "Its rows are held back; if they are too many and nothing was released before, the night stops."


@dataclass(frozen=True)
class ListsGate:
    """What gate 2 came to.

    Attributes:
        expectations: how many were evaluated.
        held: rows that are held back, by list and market.
        broken: the rules that those break, for people.
        too_many: the lists of which more breaks a rule than may be held back row by row.
        page: what was found, for people.
    """

    expectations: int
    held: Sequence[Held]
    broken: Sequence[str]
    too_many: Sequence[Held]
    page: Path


def validate_lists(warehouse: Path, folder: Path, night: date, at_most_held: float = AT_MOST_HELD) -> ListsGate:
    """Validate penalties, rewards, their reasons and the standings behind them, as the models left them.

    A few rows that break a rule are held back: their accounts keep what the last release gave them.

    Args:
        warehouse: the night's.
        folder: where the page goes.
        night: the night.
        at_most_held: the share of a market's list that may be held back.

    Raises:
        GateFailed: something that is no row of a list breaks a rule, or more than that of a list does of which nothing
            was released before, so that there is nothing to keep.
    """
    suites = {
        "penalties": penalties_suite(night),
        "rewards": rewards_suite(night),
        "reasons": reasons_suite(night),
        "account_standings": standings_suite(night),
    }
    gate = Gate("Gate 2", night, folder, warehouse, "rows")
    try:
        findings = [
            finding
            for table, suite in suites.items()
            for finding in gate.validate(f"main.{table}", table, suite, _IF_BROKEN)
        ]
        failed = [finding for finding in findings if finding.failing]
        complaint = gate.complaint(failed)
    finally:
        # DuckDB lets no second connection be opened beside the gate's.
        gate.close()
    with duckdb.connect(str(warehouse)) as connection:
        try:
            if any(not finding.rows_query for finding in failed):
                raise NotAboutRows
            held = hold(
                connection, night, [WrongRows(each.table, each.rule, each.remedy, each.rows_query) for each in failed]
            )
        except NotAboutRows:
            raise complaint from None
        ((something_to_keep,),) = connection.execute("select count(*) > 0 from released.last_release").fetchall()
    too_many = [each for each in held if each.share > at_most_held]
    if any(not each.market or not something_to_keep for each in too_many):
        raise complaint
    broken = [f"{each.table}: {each.rule} ({each.failing} rows). {each.remedy}" for each in failed]
    names = ", ".join(f"{each.list} of {each.market}" for each in too_many)
    gate.let_through(
        f"Rows held back: {sum(each.held for each in held):,}."
        + (f" Lists that are held whole, for that would be too many of them: {names}." if names else "")
    )
    return ListsGate(len(findings), held, broken, too_many, gate.page)
