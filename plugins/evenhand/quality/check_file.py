"""What gate 1 would say of a file, before it is dropped: the newest night is looked at with the file in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from evenhand.landing.contracts import BY_NAME, FEEDS
from evenhand.landing.decisions import file_decisions
from evenhand.landing.file_names import ROWS, name_of, night_of, without_rows
from evenhand.landing.files import Listing, list_files
from evenhand.landing.kept import FOLDER as KEPT
from evenhand.landing.kept import KeptFiles, copy_bytes
from evenhand.landing.load import load_as_if
from evenhand.landing.names import composed
from evenhand.landing.window import take
from evenhand.policy.compile import compile_packs
from evenhand.policy.sift import sift
from evenhand.quality.feeds import Beside, FeedsGate, validate_feeds
from evenhand.records.databases import open_to_read
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)


@dataclass(frozen=True)
class Home:
    """What a file would be dropped beside: the store of all that landed, the landing folder, and the packs."""

    store: Path
    landing: Path
    policies: Path


@dataclass(frozen=True)
class Broken:
    """A rule that rows of the file break: how many, and where the first is."""

    column: str
    rule: str
    remedy: str
    rows: int
    first: str


@dataclass(frozen=True)
class CheckedFile:
    """What would become of a file.

    Attributes:
        unusable: why nothing of it could be used; empty if it can be.
        rows: those that can be read.
        broken: the rules that rows of it break.
        held: the markets that would be held for it, each with why.
        told: what else would be told of it.
    """

    unusable: str
    rows: int
    broken: tuple[Broken, ...]
    held: tuple[str, ...]
    told: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Whether every row of it would be used, and nobody held."""
        return not (self.unusable or self.broken or self.held)


def check_file(path: Path, name: str, night: date, home: Home, beside: Beside) -> CheckedFile:
    """Look at a file as gate 1 would on a night on which it had been dropped; nothing of the home is changed.

    What says beside it how many rows it has counts, and so does what it would replace.

    Args:
        name: where it would be dropped, below the landing folder.

    Raises:
        DatabaseInUse: somebody has the store open for too long.
        FeedBroken: nothing has landed by the night.
        GateFailed: an expectation couldn't be evaluated.
        HistoryBroken: what people decided about files can't be read.
        PackError: no pack can be read.
    """
    with TemporaryDirectory(prefix="evenhand_check_") as folder:
        here = Path(folder)
        dropped = _dropped(here / "landing", path, name, night, home)
        # As what has landed is called, which can tell of a name that isn't UTF-8 only in part.
        name, shown = name_of(here, here / name), name_of(path.parent, path)
        others = Listing(tuple(file for file in dropped.files if file.name != name), ())
        decisions = file_decisions(home.store.parent)
        kept = home.store.parent / KEPT
        packs = sift(home.policies, {}).packs
        _copy_store(home.store, here / "landed.duckdb")
        for case, listing in (("without", others), ("with", dropped)):
            load_as_if(here / "landed.duckdb", home.landing, kept, night, decisions, listing)
            take(here / "landed.duckdb", here / f"{case}.duckdb", night, decisions)

        def gate(case: str) -> FeedsGate:
            compile_packs(packs, here / f"{case}.duckdb")
            return validate_feeds(here / f"{case}.duckdb", here / f"gate_{case}", night, beside)

        after = gate("with")
        # What is told of this file wasn't told before; whether something else was, the night without it says.
        tells_of_others = any(without_rows(each.file) != name for each in after.held) or any(
            name not in each for each in after.warnings
        )
        before = gate("without") if tells_of_others else None
        with duckdb.connect(str(here / "with.duckdb"), read_only=True) as connection:
            unusable = _why_unusable(connection, name, dropped)
            loaded = connection.execute("select rows from landing.files where landed_file = ?", [name]).fetchone()
            broken = connection.execute(_SQL("broken"), {"file": name}).fetchall()
    known = {str(each) for each in before.held} if before else set()
    told = before.warnings if before else ()
    return CheckedFile(
        unusable,
        int(loaded[0]) if loaded else 0,
        # Of a file that would hold its market the rows are those that it had before.
        tuple(Broken(*row) for row in broken) if not unusable else (),
        tuple(
            str(each).replace(name, shown, 1)
            for each in after.held
            if str(each) not in known or without_rows(each.file) == name
        ),
        tuple(each.replace(name, shown, 1) for each in after.warnings if each not in told or name in each),
    )


def _dropped(landing: Path, path: Path, name: str, night: date, home: Home) -> Listing:
    """The file as it would lie in the landing folder, and a header alone of each feed without which nothing loads."""
    there = {file.feed for file in list_files(home.landing, night, {}).files} if home.landing.exists() else set()
    there |= {file.feed for file in KeptFiles(home.store.parent / KEPT).files.values()}
    for contract in FEEDS:
        if contract.feed not in there and not contract.may_be_absent:
            _write(
                landing / contract.feed / f"night={night}" / "no rows.csv",
                (",".join(contract.names_in_every_file) + "\n").encode(),
            )
    _write(landing / name, path.read_bytes())
    for rows in (path.with_name(path.name + ROWS), home.landing / (name + ROWS)):
        if rows.is_file():
            _write(landing / (name + ROWS), rows.read_bytes())
            break
    return list_files(landing, night, {})


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _copy_store(store: Path, target: Path) -> None:
    """Copy it while nobody writes to it."""
    if store.exists():
        with open_to_read(store), store.open("rb") as source, target.open("wb") as copy:
            copy_bytes(source, copy)


def _why_unusable(connection: duckdb.DuckDBPyConnection, name: str, dropped: Listing) -> str:
    """Why nothing of the file would be used; empty where some would."""
    passed_over = next((each.why for each in dropped.passed_over if each.name == name), "")
    if passed_over:
        return f"it would be passed over, for {passed_over}"
    if all(file.name != name for file in dropped.files):
        hidden = next((part for part in name.split("/") if part.startswith((".", "_"))), "")
        return f"it would be passed over, for the name of {hidden} starts with a dot or an underscore"
    found = connection.execute("select why from landing.unusable where landed_file = ?", [name]).fetchone()
    if found:
        return str(found[0])
    sha256 = next((file.sha256 for file in dropped.files if file.name == name), "")
    forgotten = connection.execute(
        "select forgotten_by || ' and ' || approved_by from landing.forgotten where (landed_file, sha256) = (?, ?)",
        [name, sha256],
    ).fetchone()
    return f"{forgotten[0]} had just this file forgotten, so that it doesn't count" if forgotten else ""


def feed_of(path: Path) -> str:
    """The feed of a file, by the folders that it lies in; empty where they don't say."""
    return next((part for part in reversed(path.absolute().parts[:-1]) if part in BY_NAME), "")


def night_of_file(path: Path) -> date | None:
    """The night of a file, by the folders that it lies in."""
    found = (night_of(part) for part in reversed(path.absolute().parts[:-1]))
    return next((night for night in found if night), None)


def name_of_file(path: Path, feed: str, night: date) -> str:
    """Where a file would be dropped: in the folders that it lies in below its night, or that say a market."""
    parts = path.absolute().parts[:-1]
    if feed in parts:
        below = parts[len(parts) - parts[::-1].index(feed) :]
        below = below[1:] if below and night_of(below[0]) else below
    else:
        below = ()
        for part in reversed(parts):
            if "=" not in part or night_of(part):
                break
            below = (part, *below)
    return composed("/".join((feed, f"night={night}", *below, path.name)))
