"""Which held lists changed code changes, and who wrote that code: they don't approve what it does.

In the warehouse, gate 2 leaves `gate.code_authors`: for each list that code changes, a row per author, as a log-in or,
where none is known, as what is. Of a list that was held, the authors are those since the release that it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from pathlib import Path

import duckdb

from evenhand.deciding.code_authors import CodeAuthors, authors_since, both
from evenhand.quality.bases import base_of, bases_of, bases_tonight, code_since
from evenhand.quality.row_causes import Base
from evenhand.release.manifest import read_manifest

_KNOWS_ALL_CAUSES = "from duckdb_tables() where schema_name = 'gate' and table_name = 'changed_by_code'"
_NOT_LOOKED_FOR = CodeAuthors((), ("the night was validated before authors of each list were looked for",))


def lay_code_authors(warehouse: Path, project: Path, releases: Path) -> None:
    """Write down who changed the code that changes each list, since the release that it comes from."""
    bases = bases_tonight(warehouse, releases)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create or replace table gate.code_authors (list varchar, market varchar, log_in varchar, unknown varchar)"
        )
        found: dict[Path | None, CodeAuthors] = {}
        for name, market in _changed_by_code(connection):
            base = base_of(bases, name, market)
            key = base.release if base else None
            if key not in found:
                found[key] = authors_since_base(project, releases, base)
            for log_in in found[key].log_ins:
                connection.execute("insert into gate.code_authors values (?, ?, ?, null)", [name, market, log_in])
            for unknown in found[key].unknown:
                connection.execute("insert into gate.code_authors values (?, ?, null, ?)", [name, market, unknown])


def authors_since_base(project: Path, releases: Path, base: Base | None) -> CodeAuthors:
    """Who changed the code that decides since a release; all of it, where there is none.

    Raises:
        LogInsBroken: the setting that maps authors to log-ins can't be used.
    """
    return (
        authors_since(project, base.manifest.code, code_since(releases, base)) if base else authors_since(project, {})
    )


def authors_since_all(project: Path, releases: Path) -> CodeAuthors:
    """Who changed it since the oldest of the releases that the newest one's lists come from.

    Raises:
        LogInsBroken: as above.
    """
    newest = max(releases.glob("night=*"), default=None)
    if newest is None:
        return authors_since_base(project, releases, None)
    folder = newest.resolve()
    bases = bases_of(releases, folder, read_manifest(folder))
    return reduce(both, (authors_since_base(project, releases, base) for base in bases))


def _changed_by_code(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    # A night that was validated before words were compared has no word of them.
    columns = {name for name, *_ in connection.execute("describe gate.changes").fetchall()}
    words = " or text_of = 'code'" if "text_of" in columns else ""
    found = connection.execute(f"select list, market from gate.changes where cause = 'code'{words}").fetchall()
    # Nor has one that was validated before a row had several causes.
    if connection.execute(_KNOWS_ALL_CAUSES).fetchall():
        found += connection.execute("select list, market from gate.changed_by_code").fetchall()
    return sorted(set(found))


def by_code(connection: duckdb.DuckDBPyConnection) -> Mapping[tuple[str, str], CodeAuthors]:
    """The lists and markets of which changed code changes a row or its words, with who changed it."""
    lists = _changed_by_code(connection)
    try:
        found = connection.execute(
            "select list, market, log_in, unknown from gate.code_authors order by all"
        ).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        return dict.fromkeys(lists, _NOT_LOOKED_FOR)
    of_lists: dict[tuple[str, str], CodeAuthors] = dict.fromkeys(lists, CodeAuthors((), ()))
    for name, market, log_in, unknown in found:
        one = CodeAuthors((log_in,) if log_in else (), (unknown,) if unknown else ())
        of_lists[name, market] = both(of_lists[name, market], one)
    return of_lists
