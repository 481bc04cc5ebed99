"""Review budgets that are otherwise than they were approved: until somebody has, a market draws as it did before.

How much is looked at says how much is found: who draws less sees less of what is wrong.
"""

from __future__ import annotations

from datetime import date

import duckdb

from evenhand.records.sql_files import SqlFile
from evenhand.release.quality_samples import BUDGETS

_SQL = SqlFile(__file__)


def budget_changes(connection: duckdb.DuckDBPyConnection, night: date) -> dict[str, tuple[str, ...]]:
    """By market, which budget isn't approved, and how many items are drawn by the one that is, and would be by this.

    Args:
        connection: to the night's warehouse, where it has drawn for review.
    """
    is_there = "from duckdb_tables() where schema_name = 'samples' and table_name = ?"
    if not connection.execute(is_there, [BUDGETS]).fetchone():
        return {}
    return {
        market: (
            f"review_budgets: that of {market} was {_budget(approved)} and is {_budget(said)}",
            f"Tonight {tonight:,} items are drawn in it as before, and by the other budget"
            f" {'it is not known how many' if would is None else f'{would:,}'} would be; {_before(nights, low, high)}",
        )
        for market, approved, said, would, tonight, nights, low, high in connection.execute(
            _SQL("budget_changes"), {"night": night}
        ).fetchall()
    }


def _budget(items: int | None) -> str:
    return "none" if items is None else f"{items:,}"


def _before(nights: int, low: int | None, high: int | None) -> str:
    if not nights:
        return "on the seven nights before none were"
    between = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    return f"on {nights} of the seven nights before {between} were"
