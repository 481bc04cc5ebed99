"""Load what is new in the landing folder into the store of all that landed, exactly as it landed.

Every column arrives as text: a value that doesn't fit its type is a bad row for gate 1 to quarantine, not a reason to
lose the file. The one thing that changes is an empty text, which becomes null: CSV can't tell the two apart. A file is
loaded once, and its bytes are kept: one that vanishes goes on counting, and so does what a file was if what replaces it
can't be right (see kept.py and replaced.py). No file keeps the others from being loaded: what can't be used of one, or
that nothing of it can, is written down beside the rows. A night then takes from the store what it looks at, into its
own warehouse: see window.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from evenhand.landing.contracts import BY_NAME, FEEDS, Contract
from evenhand.landing.decisions import FileDecision, accepted, forgotten
from evenhand.landing.file_names import ROWS
from evenhand.landing.files import FeedBroken, KnownFile, LandedFile, Listing, list_files, nights
from evenhand.landing.kept import FOLDER, KeptFiles
from evenhand.landing.names import compared
from evenhand.landing.read_files import ReadAgain, note_unusable, read_files
from evenhand.landing.replaced import Versions, replace_files, versions
from evenhand.landing.sizes import is_too_large
from evenhand.landing.store import create_tables, forget_files
from evenhand.records.databases import create_database
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)


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


def load(store: Path, landing: Path, night: date, decisions: Sequence[FileDecision] = ()) -> Arrivals:
    """Bring the store's `landing` schema up to what had landed by `night`, in one transaction.

    What is loaded is kept beside the store.

    Args:
        decisions: what people decided about single files.

    Raises:
        FeedBroken: nothing had landed by the night, or of a feed that may not be absent there is no file at all; the
            store is as it was.
    """
    return _load_again_until_it_is_read(store, _Sources(landing, store.parent / FOLDER), night, decisions)


def load_as_if(
    store: Path, landing: Path, kept: Path, night: date, decisions: Sequence[FileDecision], dropped: Listing
) -> Arrivals:
    """`load` into a copy of the store as if more lay in the landing folder; nothing is kept of it.

    Args:
        kept: the folder of what is kept beside the store.
        dropped: what would lie there besides, in the place of what is called the same.

    Raises:
        FeedBroken: as `load`.
    """
    return _load_again_until_it_is_read(store, _Sources(landing, kept, dropped), night, decisions)


@dataclass(frozen=True)
class _Sources:
    """Where files come from: the landing folder, what is kept, and what is taken to lie there; None if nothing is."""

    landing: Path
    kept: Path
    dropped: Listing | None = None

    def listing(self, night: date, known: Mapping[str, KnownFile]) -> Listing:
        listed = list_files(self.landing, night, known)
        if not self.dropped:
            return listed
        instead = {name for file in self.dropped.files for name in (file.name, file.name + ROWS)}
        files = [file for file in listed.files if file.name not in instead] + list(self.dropped.files)
        return Listing(
            tuple(sorted(files, key=lambda file: file.name)), (*listed.passed_over, *self.dropped.passed_over)
        )


def _load_again_until_it_is_read(
    store: Path, sources: _Sources, night: date, decisions: Sequence[FileDecision]
) -> Arrivals:
    create_database(store)
    by_row: set[str] = set()
    with duckdb.connect(str(store)) as connection:
        while True:
            connection.begin()
            try:
                arrivals = _load(connection, sources, night, by_row, decisions)
                connection.commit()
            except ReadAgain as failed:
                connection.rollback()
                if by_row >= set(failed.names):
                    raise
                by_row |= set(failed.names)
            else:
                return arrivals


def _load(
    connection: duckdb.DuckDBPyConnection,
    sources: _Sources,
    night: date,
    by_row: set[str],
    decisions: Sequence[FileDecision],
) -> Arrivals:
    create_tables(connection)
    kept = KeptFiles(sources.kept)
    known = _known(connection)
    listing = sources.listing(night, known)
    found = versions(listing.files, kept, night)
    _refuse_missing_feeds(found.counting, sources.landing, night)
    new = _forget_what_changed(connection, found, night)
    _note_times(connection, listing, known)
    for feed, files in sorted(new.items()):
        if feed in BY_NAME:
            read_files(connection, BY_NAME[feed], files, by_row)
        else:
            for file in files:
                note_unusable(connection, None, file, file.problem)
    replaced = replace_files(connection, found.replacing, by_row, accepted(decisions), set(forgotten(decisions, night)))
    _note_markets(connection)
    if sources.dropped is None:
        _keep(connection, kept, found, replaced)
    _note_vanished(connection, kept, found, night, writes=sources.dropped is None)
    connection.execute("delete from landing.passed_over where night <= ?", [night])
    for each in listing.passed_over:
        connection.execute("insert into landing.passed_over values (?, ?, ?)", [each.night, each.name, each.why])
    rows = {contract.feed: _rows_by(connection, contract, night) for contract in FEEDS}
    unusable = connection.execute(
        "select landed_file, why from landing.unusable where night <= ? order by all", [night]
    ).fetchall()
    new_files = {feed: len(files) for feed, files in new.items()}
    for file in replaced:
        new_files[file.feed] = new_files.get(file.feed, 0) + 1
    return Arrivals({contract.feed: new_files.get(contract.feed, 0) for contract in FEEDS}, rows, dict(unusable))


def _note_markets(connection: duckdb.DuckDBPyConnection) -> None:
    """Write down which markets the files have rows of of which that isn't known yet."""
    for contract in FEEDS:
        new = connection.execute(_SQL("files_without_markets"), {"feed": contract.feed}).fetchall()
        if not new:
            continue
        account_id, feed = Sql(compared("account_id")), f"landing.{contract.feed}"
        if contract.feed == "creators":
            rows = _SQL("rows_of_files", whose="market", feed=feed)
            note = _SQL("note_markets_of_creators", rows_of_files=rows)
        else:
            rows = _SQL("rows_of_files", whose=Sql(f"{account_id} as account_id"), feed=feed)
            note = _SQL("note_markets", rows_of_files=rows, compared_account=account_id)
        connection.execute(note, {"feed": contract.feed, "new": [name for (name,) in new]})


def _keep(
    connection: duckdb.DuckDBPyConnection, kept: KeptFiles, found: Versions, replaced: Sequence[LandedFile]
) -> None:
    """Keep what is loaded."""
    loaded = {name for (name,) in connection.execute("select landed_file from landing.files").fetchall()}
    by_name = {file.name: file for file in found.counting if file.name not in found.vanished}
    # What counts of a file that is to be replaced is kept already, unless it was replaced just now.
    by_name = {name: file for name, file in by_name.items() if name not in {each.name for each in found.replacing}}
    by_name |= {file.name: file for file in replaced}
    kept.keep([file for name, file in sorted(by_name.items()) if name in loaded])
    kept.drop(found.renamed)


def _note_vanished(
    connection: duckdb.DuckDBPyConnection, kept: KeptFiles, found: Versions, night: date, *, writes: bool
) -> None:
    """Write down which files are gone from the landing folder, and since which night."""
    if writes:
        kept.mark_vanished([name for name in found.vanished if not kept.files[name].vanished_on], night)
    connection.execute("delete from landing.vanished where night <= ?", [night])
    for name in sorted(found.vanished):
        file = kept.files[name]
        connection.execute(
            "insert into landing.vanished values (?, ?, ?)", [file.night, name, file.vanished_on or night]
        )


def _known(connection: duckdb.DuckDBPyConnection) -> dict[str, KnownFile]:
    found = connection.execute(_SQL("known")).fetchall()
    # Of a file that can't replace what it was, the version that lies there.
    return {name: KnownFile(*about) for name, *about, _ in found}


def _refuse_missing_feeds(files: Sequence[LandedFile], landing: Path, night: date) -> None:
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


def _forget_what_changed(
    connection: duckdb.DuckDBPyConnection, found: Versions, night: date
) -> dict[str, list[LandedFile]]:
    """Delete what is kept of files that changed or count no more; return the files to load, by feed."""
    known = dict(connection.execute(_SQL("versions_known"), {"night": night}).fetchall())
    new: dict[str, list[LandedFile]] = defaultdict(list)
    there = set()
    for file in found.counting:
        sha256, said, why = known.get(file.name, ("", None, ""))
        # Why a file can't be used is found in its bytes, unless where it lies is why, or how large files may be.
        as_it_was = (sha256, said) == (file.sha256, file.rows_said) and sha256 and not is_too_large(why)
        if as_it_was and (not file.problem or file.problem == why):
            there.add(file.name)
        elif not (file.problem and file.name in found.vanished and sha256):
            new[file.feed].append(file)
        else:
            there.add(file.name)
    forget_files(connection, sorted(known.keys() - there))
    # A replacement that lies there no more.
    waiting = [file.name for file in found.replacing]
    connection.execute(_SQL("forget_replacements_gone"), {"night": night, "waiting": waiting})
    return new


def _note_times(connection: duckdb.DuckDBPyConnection, listing: Listing, known: Mapping[str, KnownFile]) -> None:
    """Files that were written again with the bytes that they had aren't looked into on every night from now on."""
    for file in listing.files:
        before = known.get(file.name)
        now = KnownFile(file.size, file.changed_at, file.touched_at, file.sha256)
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
