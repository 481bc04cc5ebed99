"""What gate 2 would see: of each list and market, the smallest rise of what is added that it would hold with 80 %.

On the scale of `anomalies.py` a number of rows is spread by the usual spread around what is to be expected. So it is
beyond the limit with 80 % where what is to be expected is 0.84 spreads beyond it. Where few rows are usual, that is
many times as many: a gate that holds nothing of such a list says nothing of it.

In the warehouse: gate.power, a row per list and market; without numbers where fewer than seven nights are known.
"""

from __future__ import annotations

import duckdb

from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)

# Of the normal distribution, beyond which 20 % are.
_EIGHTY_PERCENT = 0.8416


def lay_power(connection: duckdb.DuckDBPyConnection) -> None:
    """Write gate.power, from gate.list_sizes, gate.counts and gate.limits."""
    connection.execute(_SQL("power"), {"eighty_percent": _EIGHTY_PERCENT})


def power_said(connection: duckdb.DuckDBPyConnection) -> str:
    """The same in a sentence for people, of lists of which enough is known."""
    said = [
        f"{name} of {market} from {held_from:,} on where {expected:,} are usual"
        for name, market, expected, held_from in connection.execute(
            "from gate.power where held_from is not null order by market, list"
        ).fetchall()
    ]
    return f"Rows added in a night that would be held with 80 %: {'; '.join(said)}." if said else ""
