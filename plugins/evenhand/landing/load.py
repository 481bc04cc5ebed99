"""Load what is new in the landing folder into the store of all that landed, exactly as it landed.

Every column arrives as text: a value that doesn't fit its type is a bad row for gate 1 to quarantine, not a reason to
lose the file. The one thing that changes is an empty text, which becomes null: CSV can't tell the two apart. A file is
loaded once; one that changed is loaded again. No file keeps the others from being loaded: what can't be used of one, or
that nothing of it can, is written down beside the rows. A night then takes from the store what it looks at, into its
own warehouse: see window.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from evenhand.landing.contracts import BY_NAME, FEEDS, Contract
from evenhand.landing.files import FeedBroken, Known, LandedFile, Listing, list_files, nights
from evenhand.landing.read_files import ReadAgain, note_unusable, read_files
from evenhand.landing.store import create_tables, forget_files


@dataclass(frozen=True)
class Arrivals:
    """What one loading found.

    Attributes:
        new_files: per feed, files new or changed since the last one, whether they can be used or not.
        rows: per feed, rows known by the night.
        unusable: files known by the night that can't be used, by name, with why.
    """

    new_files: dict[str, int]
    rows: dict[str, int]
    unusable: dict[str, str]


def load(store: Path, landing: Path, night: date) -> Arrivals:
    """Bring the store's `landing` schema up to what had landed by `night`, in one transaction.

    Raises:
        FeedBroken: nothing had landed by the night, or of a feed that may not be absent there is no file at all; the
            store is as it was.
    """
    store.parent.mkdir(parents=True, exist_ok=True)
    by_row: set[str] = set()
    with duckdb.connect(str(store)) as connection:
        while True:
            connection.begin()
            try:
                arrivals = _load(connection, landing, night, by_row)
                connection.commit()
            except ReadAgain as failed:
                connection.rollback()
                if by_row >= set(failed.names):
                    raise
                by_row |= set(failed.names)
            else:
                return arrivals


def _load(connection: duckdb.DuckDBPyConnection, landing: Path, night: date, by_row: set[str]) -> Arrivals:
    create_tables(connection)
    known = _known(connection)
    listing = list_files(landing, night, known)
    _refuse_missing_feeds(listing, landing, night)
    new = _forget_what_changed(connection, listing, night)
    _note_times(connection, listing, known)
    for feed, files in sorted(new.items()):
        if feed in BY_NAME:
            read_files(connection, BY_NAME[feed], files, by_row)
        else:
            for file in files:
                note_unusable(connection, None, file, file.problem)
    connection.execute("delete from landing.passed_over where night <= ?", [night])
    for each in listing.passed_over:
        connection.execute("insert into landing.passed_over values (?, ?, ?)", [each.night, each.name, each.why])
    rows = {contract.feed: _rows_by(connection, contract, night) for contract in FEEDS}
    unusable = connection.execute(
        "select landed_file, why from landing.unusable where night <= ? order by all", [night]
    ).fetchall()
    return Arrivals({contract.feed: len(new.get(contract.feed, ())) for contract in FEEDS}, rows, dict(unusable))


def _known(connection: duckdb.DuckDBPyConnection) -> dict[str, Known]:
    columns = "landed_file, size, changed_at, touched_at, sha256"
    found = connection.execute(
        f"select {columns} from landing.files union all select {columns} from landing.unusable where sha256 != ''"
    ).fetchall()
    return {name: Known(*about) for name, *about in found}


def _refuse_missing_feeds(listing: Listing, landing: Path, night: date) -> None:
    # That an account never appealed and that appeals get lost on their way here look the same, but for a file.
    landed = {file.feed for file in listing.files}
    missing = [contract.feed for contract in FEEDS if contract.feed not in landed and not contract.may_be_absent]
    if not listing.files:
        existing = nights(landing)
        first = f"the first night with input is {min(existing)}" if existing else "there is no night with input at all"
        raise FeedBroken(f"{landing}: nothing had landed by {night}; {first}. Choose a later night or land the feeds.")
    if missing:
        raise FeedBroken(
            f"{' and '.join(str(landing / feed) for feed in missing)}: no file had landed by {night}. Land the feed;"
            f" if it has no rows yet, land a CSV file with its header alone, as night={night}/empty.csv."
        )


def _forget_what_changed(
    connection: duckdb.DuckDBPyConnection, listing: Listing, night: date
) -> dict[str, list[LandedFile]]:
    """Delete what is kept of files that changed or are gone; return the files to load, by feed."""
    columns = "landed_file, (sha256, rows_said, {}) as version"
    known = dict(
        connection.execute(
            f"select {columns.format(chr(39) * 2)} from landing.files where night <= $night"
            f" union all select {columns.format('why')} from landing.unusable where night <= $night",
            {"night": night},
        ).fetchall()
    )
    new: dict[str, list[LandedFile]] = defaultdict(list)
    there = set()
    for file in listing.files:
        sha256, said, why = known.get(file.name, ("", None, ""))
        # Why a file can't be used is found in its bytes, unless where it lies is why.
        if (sha256, said) == (file.sha256, file.rows_said) and sha256 and (not file.problem or file.problem == why):
            there.add(file.name)
        else:
            new[file.feed].append(file)
    forget_files(connection, sorted(known.keys() - there))
    return new


def _note_times(connection: duckdb.DuckDBPyConnection, listing: Listing, known: Mapping[str, Known]) -> None:
    """Files that were written again with the bytes that they had aren't looked into on every night from now on."""
    for file in listing.files:
        before = known.get(file.name)
        now = Known(file.size, file.changed_at, file.touched_at, file.sha256)
        if before and before != now and before.sha256 == now.sha256:
            for table in ("files", "unusable"):
                connection.execute(
                    f"update landing.{table} set changed_at = ?, touched_at = ? where landed_file = ?",
                    [file.changed_at, file.touched_at, file.name],
                )


def _rows_by(connection: duckdb.DuckDBPyConnection, contract: Contract, night: date) -> int:
    row = connection.execute(
        "select coalesce(sum(rows), 0) from landing.files where feed = ? and night <= ?", [contract.feed, night]
    ).fetchone()
    assert row is not None
    return int(row[0])
