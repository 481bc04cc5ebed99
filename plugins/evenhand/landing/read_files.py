"""Read files of feeds into the store: whole ones many at once, the others one by one and row by row.

Longer than other files, for the quick way and the careful one have to agree on every file.
"""

from __future__ import annotations

import glob
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from evenhand.landing.contracts import Contract
from evenhand.landing.csv_rows import BadLine, CsvRow, CsvText, Unreadable, read_rows, read_text
from evenhand.landing.files import LandedFile
from evenhand.landing.headers import Header, match, places_of_texts, said_of_unknown
from evenhand.landing.parquet_columns import MOMENT, NESTED, columns_of, reading
from evenhand.landing.scans import csv_scan, parquet_scan
from evenhand.landing.sizes import too_large
from evenhand.landing.unusable import values_in
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

CAN_BE_READ = "the line can be read"
LAND_AGAIN = "Have the source land the row again, in a file of a later night or in this one."


class ReadAgain(Exception):
    """Files that were taken for whole aren't, and the transaction is lost: they have to be read on their own.

    Attributes:
        names: which files.
    """

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


@dataclass(frozen=True)
class _Batch:
    """Files that are read by one query: they have the same columns in the same order, and the same types."""

    form: str
    names: tuple[str, ...]
    kinds: tuple[str, ...]


def read_files(
    connection: duckdb.DuckDBPyConnection, contract: Contract, files: Sequence[LandedFile], by_row: set[str]
) -> None:
    """Load files of one feed, or write down why one can't be used.

    Args:
        by_row: the names of files that a query on many of them couldn't read.

    Raises:
        ReadAgain: a query couldn't read some.
    """
    large = too_large(file for file in files if not file.problem)
    files = [replace(file, problem=large[file.name]) if file.name in large else file for file in files]
    parquet = columns_of([file for file in files if file.form == "parquet" and not file.problem])
    batches: dict[_Batch, list[LandedFile]] = defaultdict(list)
    headers: dict[str, Header] = {}
    lines: dict[str, int] = {}
    for file in files:
        if file.problem:
            note_unusable(connection, contract, file, file.problem)
            continue
        if file.form == "parquet":
            found = parquet[file.name]
            if isinstance(found, str):
                note_unusable(connection, contract, file, found)
            elif file.name in by_row:
                note_unusable(connection, contract, file, "it is damaged: not all of it can be read as Parquet")
            elif header := _header(
                connection, contract, file, [name for name, _ in found], [kind for _, kind in found]
            ):
                headers[file.name] = header
                batches[_Batch("parquet", *zip(*found, strict=True))].append(file)
            continue
        try:
            text = read_text(file)
        except Unreadable as error:
            note_unusable(connection, contract, file, str(error))
            continue
        except OSError as error:
            note_unusable(connection, contract, file, f"it can't be read ({error.strerror})")
            continue
        header = _header(connection, contract, file, text.header)
        if not header:
            continue
        if text.is_plain and file.form == "csv" and file.name not in by_row:
            headers[file.name], lines[file.name] = header, text.lines
            batches[_Batch("csv", text.header, ())].append(file)
        else:
            _read_by_row(connection, contract, file, text, header)
    for batch, alike in sorted(batches.items(), key=lambda each: (each[0].form, each[0].names, each[0].kinds)):
        _read_batch(connection, contract, batch, alike, headers[alike[0].name])
        again = _read_again_by_row(connection, contract, alike, lines, headers) if batch.form == "csv" else set()
        for file in alike:
            if file.name not in again:
                _hold_to_its_rows(connection, contract, file)


def note_unusable(connection: duckdb.DuckDBPyConnection, contract: Contract | None, file: LandedFile, why: str) -> None:
    """Write down that a file can't be used, and what in it may name accounts."""
    connection.execute(
        "insert into landing.unusable values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            *(file.feed, file.night, file.name, file.sha256, file.size, file.changed_at, file.touched_at),
            *(file.rows_said, why),
        ],
    )
    found = sorted(values_in(file, contract))
    if found:
        connection.execute(
            _SQL("note_values_of_unusable"),
            {
                "file": file.name,
                "positions": [position for position, _ in found],
                "values": [value for _, value in found],
            },
        )


def _header(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    file: LandedFile,
    names: Sequence[str],
    kinds: Sequence[str] = (),
) -> Header | None:
    """The file's columns; None if it can't be used with them, which is written down."""
    header = match(names, contract)
    nested = [name for name, kind in zip(header.columns, kinds, strict=bool(kinds)) if name and kind == NESTED]
    problem = header.problem or (f"the values of its column {nested[0]} are nested" if nested else "")
    if problem:
        note_unusable(connection, contract, file, problem)
        return None
    if header.unknown:
        _tell(connection, file, said_of_unknown(header, contract))
    return header


def _read_batch(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    batch: _Batch,
    files: Sequence[LandedFile],
    header: Header,
) -> None:
    _lay_files(connection, files)
    if batch.form == "csv":
        scan = csv_scan()
        given: dict[str, object] = {"header": {f"column{number}": "VARCHAR" for number in range(len(batch.names))}}
        text = {
            column: f"nullif(column{number}, '')" for number, column in enumerate(header.columns) if column is not None
        }
        readings = {}
    else:
        scan, given = parquet_scan(batch.names, header), {}
        by_name = {column.name: column for column in contract.columns}
        readings = {
            column: reading(by_name[column], f"column{number}", kind)
            for number, (column, kind) in enumerate(zip(header.columns, batch.kinds, strict=True))
            if column is not None
        }
        text = {column: f"nullif({each.text}, '')" for column, each in readings.items()}
    values = [Sql(text.get(name, "null")) for name in contract.column_names]
    # DuckDB takes every path for a pattern.
    given["paths"] = [glob.escape(str(file.path)) for file in files]
    try:
        connection.execute(_SQL("load_rows", feed=f"landing.{contract.feed}", values=values, scan=scan), given)
        for column, each in readings.items():
            if each.is_bad:
                connection.execute(
                    _SQL(
                        "note_bad_values",
                        row_key=Sql(text[contract.key]),
                        text=Sql(each.text),
                        scan=scan,
                        is_bad=Sql(each.is_bad),
                    ),
                    given | {"feed": contract.feed, "column_name": column, "rule": each.rule, "remedy": each.remedy},
                )
    except duckdb.Error as error:
        unreadable = [file.name for file in files if not _is_readable(scan, given, file)]
        raise ReadAgain(unreadable or [file.name for file in files]) from error
    moments = [
        column
        for column, kind in zip(header.columns, batch.kinds, strict=bool(batch.kinds))
        if kind == MOMENT and column
    ]
    _note_loaded(connection, contract, moments)


def _is_readable(scan: str, given: Mapping[str, object], file: LandedFile) -> bool:
    # On a connection of its own: the one that failed can do nothing more in its transaction.
    with duckdb.connect() as connection:
        try:
            connection.execute(f"create table readable as {scan}", {**given, "paths": [glob.escape(str(file.path))]})
        except duckdb.Error:
            return False
    return True


def _lay_files(connection: duckdb.DuckDBPyConnection, files: Sequence[LandedFile]) -> None:
    connection.execute(
        _SQL("lay_files"),
        {
            "paths": [str(file.path) for file in files],
            "nights": [file.night for file in files],
            "names": [file.name for file in files],
            "versions": [file.sha256 for file in files],
            "sizes": [file.size for file in files],
            "changes": [file.changed_at for file in files],
            "touches": [file.touched_at for file in files],
            "said": [file.rows_said for file in files],
        },
    )


def _note_loaded(connection: duckdb.DuckDBPyConnection, contract: Contract, moments: Sequence[str] = ()) -> None:
    connection.execute(
        _SQL("note_loaded", feed=f"landing.{contract.feed}"),
        {"feed": contract.feed, "moments": list(moments)},
    )


def _read_again_by_row(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    files: Sequence[LandedFile],
    lines: Mapping[str, int],
    headers: Mapping[str, Header],
) -> set[str]:
    """Read those row by row of which DuckDB rejects a line, or doesn't give a row for each; returns their names."""
    again = set()
    rejected = {path for (path,) in connection.execute(_SQL("paths_rejected")).fetchall()}
    loaded = dict(connection.execute(_SQL("rows_loaded"), {"feed": contract.feed}).fetchall())
    for file in files:
        if file.name in loaded and (str(file.path) in rejected or loaded[file.name] != lines[file.name] - 1):
            _delete(connection, contract, file, ("files",))
            _read_by_row(connection, contract, file, read_text(file), headers[file.name])
            again.add(file.name)
    return again


def _read_by_row(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file: LandedFile, text: CsvText, header: Header
) -> None:
    rows: list[CsvRow] = []
    bad: list[BadLine] = []
    try:
        for each in read_rows(text, places_of_texts(header, contract)):
            if isinstance(each, CsvRow):
                rows.append(each)
            else:
                bad.append(each)
    except Unreadable as error:
        note_unusable(connection, contract, file, str(error))
        return
    positions = {column: position for position, column in enumerate(header.columns) if column is not None}
    values = {
        f"column{number}": [row.values[positions[name]] or None for row in rows]
        if name in positions
        else [None] * len(rows)
        for number, name in enumerate(contract.column_names)
    }
    connection.execute(
        _SQL(
            "load_rows_read",
            feed=f"landing.{contract.feed}",
            values=[Sql(f"unnest(cast(${name} as varchar[]))") for name in values],
        ),
        {"night": file.night, "file": file.name, "numbers": [row.number for row in rows], **values},
    )
    connection.execute(
        _SQL("note_bad_lines"),
        {
            "feed": contract.feed,
            "night": file.night,
            "file": file.name,
            "numbers": [each.number for each in bad],
            "lines": [each.line for each in bad],
            "keys": [_value_at(each.text, positions[contract.key]) for each in bad],
            "texts": [each.text for each in bad],
            "rule": CAN_BE_READ,
            "remedies": [f"{each.why[0].upper()}{each.why[1:]}. {LAND_AGAIN}" for each in bad],
        },
    )
    if within := [row for row in rows if row.has_one_within]:
        more = f", and {len(within) - 1} more rows" if len(within) > 1 else ""
        said = f"row {within[0].number} (line {within[0].line}){more}: a line of a value looks like a row, and is none"
        _tell(connection, file, f"{said}, as its quotes say")
    _lay_files(connection, [file])
    _note_loaded(connection, contract)
    _hold_to_its_rows(connection, contract, file, len(bad))


def _value_at(text: str, position: int) -> str | None:
    """What is likely a value of a line that can't be read."""
    values = text.split(",")
    return values[position].strip(' "') or None if position < len(values) else None


def _hold_to_its_rows(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file: LandedFile, bad_lines: int = 0
) -> None:
    """A file has as many rows as the file beside it says, or it can't be used."""
    if file.rows_said is None:
        return
    found = connection.execute("select rows from landing.files where landed_file = ?", [file.name]).fetchone()
    assert found is not None
    rows, said = int(found[0]) + bad_lines, file.rows_said.strip().removeprefix("\ufeff")
    if said.isascii() and said.isdigit() and int(said) == rows:
        return
    beside = f"beside it ({file.name.rpartition('/')[2]}.rows)"
    if said.isascii() and said.isdigit():
        it_has, are = ("1 row" if rows == 1 else f"{rows} rows"), ("is" if int(said) == 1 else "are")
        why = f"it has {it_has}, and {said} {are} said {beside}"
    else:
        why = f"the file {beside} holds no number of rows"
    _delete(connection, contract, file, ("files", "bad_rows", "told"))
    note_unusable(connection, contract, file, why)


def _delete(connection: duckdb.DuckDBPyConnection, contract: Contract, file: LandedFile, tables: Sequence[str]) -> None:
    for table in (contract.feed, *tables):
        connection.execute(f"delete from landing.{table} where landed_file = ?", [file.name])


def _tell(connection: duckdb.DuckDBPyConnection, file: LandedFile, said: str) -> None:
    connection.execute("insert into landing.told values (?, ?, ?)", [file.night, file.name, said])
