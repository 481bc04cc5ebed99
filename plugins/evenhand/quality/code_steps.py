"""Which rows code changes, whatever changes them besides: it is approved for them too, and not by who wrote it.

A row that both code and a pack change has the gravest cause, which is the pack.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from evenhand.records.sql_files import Sql, SqlFile
from evenhand.release.rows import COMPARED, LANGUAGE

_SQL = SqlFile(__file__)

_SAID = ", ".join(("list", "row_key", *(name for name in COMPARED if name != LANGUAGE)))


def write_changed_by_code(
    connection: duckdb.DuckDBPyConnection, causes: Sequence[str], tables: Sequence[str], base: int, emergency: str
) -> None:
    """Add to `gate.changed_by_code` the rows that aren't as they were released, and changed in a step of code.

    Args:
        connection: to the night's warehouse, in which the macro `base_of` is there.
        causes: of each step.
        tables: the SQL of the rows before the first step, and after each.
        base: the number of the release that the steps begin at: rows that come from another have steps of their own.
        emergency: the cause of what people decided themselves, whatever code says of it.
    """
    for step, cause in enumerate(causes):
        if cause == "code":
            before, after = (Sql(f"(select {_SAID} from {rows})") for rows in tables[step : step + 2])
            connection.execute(
                _SQL("changed_by_code", before=before, after=after), {"base": base, "emergency": emergency}
            )
