"""Load what is new in the landing folder into the warehouse, exactly as it landed.

Every column arrives as text: a value that doesn't fit its type is a bad row for gate 1 to quarantine, not a reason to
lose the file. A file is loaded once; one that changed is loaded again, one that is gone is forgotten, so that the
warehouse always mirrors the folder.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from evenhand.landing.contracts import BY_NAME, FEEDS, Contract
from evenhand.landing.files import FeedBroken, LandedFile, check_header, landed_by, nights


@dataclass(frozen=True)
class Arrivals:
    """What one loading found: files new or changed since the last one, and rows in all, per feed."""

    new_files: dict[str, int]
    rows: dict[str, int]


def load(warehouse: Path, landing: Path, night: date) -> Arrivals:
    """Bring the warehouse's `landing` schema up to what had landed by `night`, in one transaction.

    Raises:
        FeedBroken: a file can't be read or breaks its contract's columns; the warehouse is as it was.
    """
    files = landed_by(landing, night)
    if not files:
        first = (
            f"the first night with input is {min(existing):%Y-%m-%d}"
            if (existing := nights(landing))
            else "it is empty"
        )
        raise FeedBroken(f"{landing}: nothing had landed by {night}; {first}. Choose a later night or land the feeds.")
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        _create_tables(connection)
        new = _forget_what_changed(connection, files, night)
        for feed, feed_files in sorted(new.items()):
            _load_files(connection, BY_NAME[feed], feed_files)
        rows = {c.feed: _scalar(connection, f"select count(*) from landing.{c.feed}") for c in FEEDS}
        connection.commit()
    return Arrivals({c.feed: len(new.get(c.feed, ())) for c in FEEDS}, rows)


def _create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema if not exists landing")
    connection.execute(
        "create table if not exists landing.files"
        " (feed varchar, night date, landed_file varchar primary key, sha256 varchar)"
    )
    for contract in FEEDS:
        columns = ", ".join(f"{name} varchar" for name in contract.column_names)
        connection.execute(
            f"create table if not exists landing.{contract.feed}"
            f" (landed_night date, landed_file varchar, landed_row bigint, {columns})"
        )


def _forget_what_changed(
    connection: duckdb.DuckDBPyConnection, files: list[LandedFile], night: date
) -> dict[str, list[LandedFile]]:
    """Delete the rows of files that changed or are gone; return the files to load, by feed."""
    known = dict(
        connection.execute("select landed_file, sha256 from landing.files where night <= ?", [night]).fetchall()
    )
    present = {file.name: file for file in files}
    outdated = sorted(name for name, sha256 in known.items() if name not in present or present[name].sha256 != sha256)
    for contract in FEEDS:
        connection.execute(f"delete from landing.{contract.feed} where landed_file in (from unnest(?))", [outdated])
    connection.execute("delete from landing.files where landed_file in (from unnest(?))", [outdated])
    new = defaultdict(list)
    for file in files:
        if known.get(file.name) != file.sha256:
            new[file.feed].append(file)
    return new


def _load_files(connection: duckdb.DuckDBPyConnection, contract: Contract, files: list[LandedFile]) -> None:
    # Columns may come in any order; files that share an order are read in one scan.
    alike = defaultdict(list)
    for file in files:
        alike[file.path.suffix, check_header(file, contract)].append(file)
    for (suffix, header), batch in sorted(alike.items()):
        _load_batch(connection, contract, _CSV if suffix == ".csv" else _PARQUET, header, batch)


def _load_batch(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    scan: str,
    header: tuple[str, ...],
    files: list[LandedFile],
) -> None:
    connection.execute("create or replace temp table arriving (path varchar, night date, name varchar, sha256 varchar)")
    connection.executemany(
        "insert into arriving values (?, ?, ?, ?)",
        [(str(file.path), file.night, file.name, file.sha256) for file in files],
    )
    values = ", ".join(f"nullif(trim(scanned.{name}::varchar), '')" for name in contract.column_names)
    parameters: dict[str, object] = {"paths": [str(file.path) for file in files]}
    if "$header" in scan:
        parameters["header"] = {name: "varchar" for name in header}
    try:
        connection.execute(
            f"insert into landing.{contract.feed}"
            f" select arriving.night, arriving.name, scanned.landed_row, {values}"
            f" from ({scan}) as scanned join arriving on arriving.path = scanned.filename"
            " order by arriving.night, arriving.name, scanned.landed_row",
            parameters,
        )
    except duckdb.Error as error:
        raise FeedBroken(f"feed {contract.feed}: {error}; have the source land the file again") from error
    _refuse_unreadable_rows(connection)
    connection.execute(
        "insert into landing.files select $feed, night, name, sha256 from arriving order by name",
        {"feed": contract.feed},
    )


# A row's number counts data rows from 1, so that it points at the same row in a CSV and a Parquet file.
_CSV = """
    select *, scan_order - min(scan_order) over (partition by filename) + 1 as landed_row
    from (
        select *, row_number() over () as scan_order
        from read_csv($paths, columns = $header, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
            filename = true, store_rejects = true)
    )
"""
_PARQUET = """
    select *, file_row_number + 1 as landed_row
    from read_parquet($paths, filename = true, file_row_number = true, union_by_name = true)
"""


def _refuse_unreadable_rows(connection: duckdb.DuckDBPyConnection) -> None:
    # DuckDB makes the table with the connection's first scan of CSV.
    if not connection.execute("from duckdb_tables() where table_name = 'reject_errors'").fetchone():
        return
    rejected = connection.execute(
        "select scan.file_path, error.line, error.column_name, error.error_message, count(*) over ()"
        " from reject_errors as error join reject_scans as scan using (scan_id, file_id)"
        " order by scan.file_path, error.line limit 1"
    ).fetchone()
    if rejected:
        path, line, column, message, count = rejected
        raise FeedBroken(
            f"{path}, line {line}, column {column}: {' '.join(message.split())} ({count} such rows in the files that are"
            " new). A row that can't be split into columns can't be quarantined by key; have the source land the file again."
        )


def _scalar(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])
