"""Which held lists changed code changes, and who wrote that code: they don't approve what it does.

In the warehouse, gate 2 leaves `gate.code_authors`: a row per author, as a log-in or, where none is known, as what is.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from evenhand.deciding.code_authors import CodeAuthors, authors_since
from evenhand.release.manifest import read_manifest

_NOT_LOOKED_FOR = CodeAuthors((), ("the night was validated before authors were looked for",))


def lay_code_authors(warehouse: Path, project: Path, last: Path | None) -> None:
    """Write down who changed the code that decides, since the last release; all of it, where there is none."""
    authors = authors_since(project, read_manifest(last).code if last else {})
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create or replace table gate.code_authors (log_in varchar, unknown varchar)")
        for log_in in authors.log_ins:
            connection.execute("insert into gate.code_authors values (?, null)", [log_in])
        for unknown in authors.unknown:
            connection.execute("insert into gate.code_authors values (null, ?)", [unknown])


def by_code(connection: duckdb.DuckDBPyConnection) -> Mapping[tuple[str, str], CodeAuthors]:
    """The lists and markets of which changed code changes a row or its words, with who changed it."""
    # A night that was validated before words were compared has no word of them.
    columns = {name for name, *_ in connection.execute("describe gate.changes").fetchall()}
    words = " or text_of = 'code'" if "text_of" in columns else ""
    lists = connection.execute(
        f"select distinct list, market from gate.changes where cause = 'code'{words} order by all"
    ).fetchall()
    try:
        found = connection.execute("select log_in, unknown from gate.code_authors order by all").fetchall()
    except duckdb.CatalogException:
        authors = _NOT_LOOKED_FOR
    else:
        authors = CodeAuthors(
            tuple(log_in for log_in, _ in found if log_in), tuple(unknown for _, unknown in found if unknown)
        )
    return {(name, market): authors for name, market in lists}
