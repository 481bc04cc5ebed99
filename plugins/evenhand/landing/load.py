"""Load what is new in the landing folder into the store of all that landed, exactly as it landed.

Every column arrives as text: a value that doesn't fit its type is a bad row for gate 1 to quarantine, not a reason to
lose the file. The one thing that changes is an empty text, which becomes null: CSV can't tell the two apart. A file is
loaded once; one that changed is loaded again, one that is gone is forgotten, so that the store mirrors the folder. A
night then takes from it what it looks at, into its own warehouse: see take.py.
"""

from __future__ import annotations

import glob
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from evenhand.landing.contracts import BY_NAME, FEEDS, Contract
from evenhand.landing.files import FeedBroken, Known, LandedFile, check_headers, first_line, landed_by, nights


@dataclass(frozen=True)
class Arrivals:
    """What one loading found, per feed: files new or changed since the last one, and rows known by the night."""

    new_files: dict[str, int]
    rows: dict[str, int]


def load(store: Path, landing: Path, night: date) -> Arrivals:
    """Bring the store's `landing` schema up to what had landed by `night`, in one transaction.

    Raises:
        FeedBroken: a feed that may not be absent is missing, or a file can't be read or breaks its contract's columns;
            the store is as it was.
    """
    store.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(store)) as connection:
        connection.begin()
        _create_tables(connection)
        files = landed_by(landing, night, _known(connection))
        _refuse_missing_feeds(files, landing, night)
        new = _forget_what_changed(connection, files, night)
        for feed, feed_files in sorted(new.items()):
            _load_files(connection, BY_NAME[feed], feed_files)
        rows = {contract.feed: _rows_by(connection, contract, night) for contract in FEEDS}
        connection.commit()
    return Arrivals({contract.feed: len(new.get(contract.feed, ())) for contract in FEEDS}, rows)


def _known(connection: duckdb.DuckDBPyConnection) -> dict[str, Known]:
    found = connection.execute("select landed_file, size, changed_at, sha256 from landing.files").fetchall()
    return {name: Known(size, changed_at, sha256) for name, size, changed_at, sha256 in found}


def _refuse_missing_feeds(files: list[LandedFile], landing: Path, night: date) -> None:
    # That an account never appealed and that appeals get lost on their way here look the same, but for a file.
    landed = {file.feed for file in files}
    missing = [contract.feed for contract in FEEDS if contract.feed not in landed and not contract.may_be_absent]
    if not files:
        existing = nights(landing)
        first = f"the first night with input is {min(existing)}" if existing else "there is no night with input at all"
        raise FeedBroken(f"{landing}: nothing had landed by {night}; {first}. Choose a later night or land the feeds.")
    if missing:
        raise FeedBroken(
            f"{' and '.join(str(landing / feed) for feed in missing)}: no file had landed by {night}. Land the feed;"
            f" if it has no rows yet, land a CSV file with its header alone, as night={night}/empty.csv."
        )


def _create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema if not exists landing")
    connection.execute(
        "create table if not exists landing.files"
        " (feed varchar, night date, landed_file varchar primary key, sha256 varchar, size bigint, changed_at bigint,"
        " rows bigint)"
    )
    for contract in FEEDS:
        wanted = ["landed_night", "landed_file", "landed_row", *contract.column_names]
        found = connection.execute(
            "select column_name from duckdb_columns()"
            " where schema_name = 'landing' and table_name = ? order by column_index",
            [contract.feed],
        ).fetchall()
        if found and [name for (name,) in found] != wanted:
            # The contract has changed since: everything is loaded anew under it.
            connection.execute(f"drop table landing.{contract.feed}")
            connection.execute("delete from landing.files where feed = ?", [contract.feed])
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
    # Columns may come in any order; files that share an order are read in one scan. They share the types as well: next
    # to a file with DOUBLE, a whole 7 would be read as 7.0, and its text would depend on what else is new.
    alike = defaultdict(list)
    headers = check_headers(files, contract)
    for file in files:
        alike[file.path.suffix, headers[file.name]].append(file)
    for (suffix, header), batch in sorted(alike.items()):
        _load_batch(connection, contract, suffix, dict(header), batch)


def _load_batch(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    suffix: str,
    header: dict[str, str],
    files: list[LandedFile],
) -> None:
    scan = _CSV if suffix == ".csv" else _PARQUET
    connection.execute(
        "create or replace temp table arriving as"
        " select unnest($paths) as path, unnest($nights) as night, unnest($names) as name, unnest($hashes) as sha256,"
        " unnest($sizes) as size, unnest($changes) as changed_at",
        {
            "paths": [str(file.path) for file in files],
            "nights": [file.night for file in files],
            "names": [file.name for file in files],
            "hashes": [file.sha256 for file in files],
            "sizes": [file.size for file in files],
            "changes": [file.changed_at for file in files],
        },
    )
    values = ", ".join(
        f"nullif(scanned.{name}::varchar, '')" if name in header else "null" for name in contract.column_names
    )
    try:
        connection.execute(
            f"insert into landing.{contract.feed}"
            f" select arriving.night, arriving.name, scanned.landed_row, {values}"
            f" from ({scan}) as scanned join arriving on arriving.path = scanned.filename"
            " order by arriving.night, arriving.name, scanned.landed_row",
            _scan_parameters(suffix, header, files),
        )
    except duckdb.Error as error:
        unreadable = [file for file in files if not _is_readable(scan, _scan_parameters(suffix, header, [file]))]
        where = unreadable[0].path if unreadable else f"one of {len(files)} files of {contract.feed}"
        raise FeedBroken(f"{where}: {first_line(error)} Have the source land the file again.") from error
    if suffix == ".csv":
        _refuse_unreadable_rows(connection)
    connection.execute(
        "insert into landing.files select $feed, arriving.night, name, sha256, size, changed_at,"
        " count(loaded.landed_row)"
        f" from arriving left join landing.{contract.feed} as loaded on loaded.landed_file = arriving.name"
        " group by all order by name",
        {"feed": contract.feed},
    )


# A row's number counts data rows from 1, so that it points at the same row in a CSV and a Parquet file. Folders are
# named like Hive's partitions, but what the path says is no column of the feed.
_CSV = """
    select *, scan_order - min(scan_order) over (partition by filename) + 1 as landed_row
    from (
        select *, row_number() over () as scan_order
        from read_csv(
            $paths, columns = $header, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
            filename = true, hive_partitioning = false, store_rejects = true
        )
    )
"""
_PARQUET = """
    select *, file_row_number + 1 as landed_row
    from read_parquet(
        $paths, filename = true, file_row_number = true, union_by_name = true, hive_partitioning = false
    )
"""


def _scan_parameters(suffix: str, header: dict[str, str], files: list[LandedFile]) -> dict[str, object]:
    # DuckDB takes every path for a pattern.
    paths = [glob.escape(str(file.path)) for file in files]
    return {"paths": paths, "header": header} if suffix == ".csv" else {"paths": paths}


def _is_readable(scan: str, parameters: dict[str, object]) -> bool:
    # On a connection of its own: the one that failed can do nothing more in its transaction.
    with duckdb.connect() as connection:
        try:
            connection.execute(f"create table readable as {scan}", parameters)
        except duckdb.Error:
            return False
    return True


def _refuse_unreadable_rows(connection: duckdb.DuckDBPyConnection) -> None:
    rejected = connection.execute(
        "select scan.file_path, error.line_byte_position, error.column_name, error.error_message,"
        " count(distinct (scan.file_path, error.line)) over ()"
        " from reject_errors as error join reject_scans as scan using (scan_id, file_id)"
        " order by scan.file_path, error.line, error.error_message limit 1"
    ).fetchone()
    if rejected:
        path, position, column, message, count = rejected
        where = f"{path}, line {_line_at(Path(path), position)}" + (f", column {column}" if column else "")
        raise FeedBroken(
            f"{where}: {' '.join(message.split())} ({count} such row(s) in the files that are new). A row that can't be"
            " split into columns can't be quarantined by key; have the source land the file again."
        )


def _line_at(path: Path, position: int) -> int:
    """The line of a byte as an editor counts, where DuckDB counts no line break that stands in quotes."""
    text = path.read_bytes()
    # After CR LF, DuckDB points at the LF and not at the byte behind it.
    before = text[: position if text[position - 2 : position] == b"\r\n" else position - 1]
    return (before.count(b"\n") or before.count(b"\r")) + 1


def _rows_by(connection: duckdb.DuckDBPyConnection, contract: Contract, night: date) -> int:
    row = connection.execute(
        "select coalesce(sum(rows), 0) from landing.files where feed = ? and night <= ?", [contract.feed, night]
    ).fetchone()
    assert row is not None
    return int(row[0])
