"""Read-only SQL over everything that is released: a table for each file of releases, with its night as a column."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from pydantic import ValidationError

from evenhand.records.databases import quoted
from evenhand.release.manifest import NAME, OtherFormat
from evenhand.release.manifest_tables import TABLES, create_tables
from evenhand.release.quality_samples import KEYS, keys_told
from evenhand.release.verify import ReleaseChanged, refuse_changed_since

_AT_ONCE = 1_000
# The table of cases as of each night, which are exported beside releases: the newest export of each.
CASES = "cases"
# Whoever asks for the product of two tables gets an error, and the night that runs beside it keeps memory and disk.
_LIMITS: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "2GB",
    "temp_directory": "",
    "autoinstall_known_extensions": False,
}


class NotAnswered(Exception):
    """A question can't be answered. The message says why, and what can be asked."""


@dataclass(frozen=True)
class QueryResult:
    """What a query gives.

    Attributes:
        rows: read as they are taken, while the answer is open.
    """

    columns: Sequence[str]
    rows: Iterator[tuple[Any, ...]]


def tables(releases: Path) -> Mapping[str, Sequence[Path]]:
    """The files of each table: one of each night's newest revision, the oldest night first; and cases."""
    nights = sorted((releases.parent / CASES).glob("night=*"))
    exports = [newest for night in nights if (newest := newest_export(night))]
    return {**({CASES: exports} if exports else {}), **tables_of(revisions(releases))}


def newest_export(folder: Path) -> Path | None:
    """The newest export of a night's cases in its folder; None where there is none.

    What it says of itself is written last: without that, it is being written, or was killed.
    """
    said = max(folder.glob("[0-9]*.json"), default=None)
    return said and said.with_suffix(".parquet")


def revisions(releases: Path) -> list[Path]:
    """The folders of all nights' newest revisions, the oldest night first."""
    return [release.resolve() for release in sorted(releases.glob("night=*"))]


def tables_of(found_in: Sequence[Path]) -> Mapping[str, Sequence[Path]]:
    """The files of each table in these revisions; what manifests say is a table of them all."""
    found: dict[str, list[Path]] = defaultdict(list)
    for release in found_in:
        for path in sorted(release.glob("*.parquet")):
            found[path.stem].append(path)
        for name in TABLES:
            found[name].append(release / NAME)
    return dict(sorted(found.items()))


@contextmanager
def ask(releases: Path, sql: str) -> Iterator[QueryResult]:
    """Answer a query. It reads the files of releases and nothing else: no other file, no network, no setting.

    Raises:
        NotAnswered: it isn't one query, or can't be run.
        ReleaseChanged: a file that it reads isn't what was released.
    """
    there = tables(releases)
    _refuse_others(sql)
    said = {word.lower() for word in re.findall(r"\w+", sql)}
    asked = {name: files for name, files in there.items() if name in said}
    check(asked)
    with duckdb.connect(config=_LIMITS) as connection:
        try:
            lay(connection, asked)
            # What manifests say is read by now, and so are keys, of which not every row is told.
            shut(
                connection,
                [path for name, files in asked.items() if name not in (*TABLES, KEYS) for path in files],
            )
            found = connection.execute(sql)
            yield QueryResult([str(name) for name, *_ in found.description or ()], _rows(found))
        except duckdb.Error as error:
            raise NotAnswered(_said(error, there)) from error
        except (OtherFormat, ValidationError) as error:
            raise NotAnswered(f"A night was released by another version of Evenhand: {error}") from error


def lay(connection: duckdb.DuckDBPyConnection, asked: Mapping[str, Sequence[Path]]) -> None:
    """Make what is asked for tables of a connection."""
    for name, files in asked.items():
        if name in TABLES:
            create_tables(connection, [path.parent for path in files], {name})
        elif name == KEYS:
            connection.execute(f"create table {name} as from {keys_told(f'({_read(files)})', files[-1])}")
        else:
            # Nights that another version released may have fewer columns.
            connection.execute(f"create view {name} as {_read(files)}")


def columns_of(name: str, files: Sequence[Path]) -> list[str]:
    """The columns that a table has in any night, with the night's own at the end."""
    if name in TABLES:
        return list(TABLES[name])
    with duckdb.connect() as connection:
        return [name for name, *_ in connection.execute(f"describe {_read(files)}").fetchall()]


def _read(files: Sequence[Path]) -> str:
    # A path's own `night=` is the column.
    listed = ", ".join(map(quoted, files))
    return f"select * from read_parquet([{listed}], hive_partitioning = true, union_by_name = true)"


def _refuse_others(sql: str) -> None:
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise NotAnswered(_said(error, {})) from error
    if len(statements) != 1:
        raise NotAnswered(f"{len(statements)} statements were given, and one is answered: a select, for example.")
    if statements[0].type not in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN):
        raise NotAnswered("Only what reads is answered: select, from, with, describe, summarize or explain.")


def check(asked: Mapping[str, Sequence[Path]]) -> None:
    """Make sure that the files are what was released.

    Raises:
        ReleaseChanged: one isn't.
    """
    of_release: dict[Path, set[str]] = defaultdict(set)
    for name, files in asked.items():
        for path in files:
            if name == CASES:
                _refuse_changed_export(path)
                continue
            # A manifest is looked at with whatever it names.
            of_release[path.parent] |= {path.name} - {NAME}
    for release, names in sorted(of_release.items()):
        refuse_changed_since(release, names)


def _refuse_changed_export(path: Path) -> None:
    try:
        said = json.loads(path.with_suffix(".json").read_bytes())["sha256"]
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError, LookupError, TypeError):
        said, found = None, ""
    if found != said:
        raise ReleaseChanged(f"{path}: it isn't what was exported; bring it back from a backup (evenhand verify)")


def shut(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
    """From now on the connection reads these files alone and writes none, and nothing that is asked can change that."""
    listed = ", ".join(map(quoted, files))
    connection.execute(f"set allowed_paths = [{listed}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def _rows(found: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := found.fetchmany(_AT_ONCE):
        yield from rows


def _said(error: duckdb.Error, there: Mapping[str, Sequence[Path]]) -> str:
    """What DuckDB says, without the class of its error before it."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return (
            f"The answer needs more than {_LIMITS['memory_limit']} of memory: ask for fewer nights or columns at once."
        )
    said = re.sub(r"^\w+ Error: ", "", str(error).strip())
    if missing := re.match(r"Table with name (\S+) does not exist", said):
        return f"There is no table {missing[1]}. There are: {', '.join(there) or 'none, for nothing is released yet'}."
    if "file system operations are disabled" in said:
        return "A query reads what is released, and no other file. Its tables: evenhand query, without anything else."
    return said
