"""Which lists code changes, whatever changes them besides: who wrote it doesn't approve them.

A row that both code and a pack change has the gravest cause, which is the pack.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from evenhand.records.sql_files import Sql, SqlFile
from evenhand.release.rows import COMPARED, LANGUAGE

_SQL = SqlFile(__file__)

_SAID = ", ".join(("list", "row_key", *(name for name in COMPARED if name != LANGUAGE)))


def write_changed_by_code(connection: duckdb.DuckDBPyConnection, causes: Sequence[str], tables: Sequence[str]) -> None:
    """Add to `gate.changed_by_code` the lists of which a row that isn't as it was released changed in a step of code.

    Args:
        causes: of each step.
        tables: the SQL of the rows before the first step, and after each.
    """
    for step, cause in enumerate(causes):
        if cause == "code":
            before, after = (Sql(f"(select {_SAID} from {rows})") for rows in tables[step : step + 2])
            connection.execute(_SQL("changed_by_code", before=before, after=after))
