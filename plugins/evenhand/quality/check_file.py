"""What gate 1 would say of a file, before it is dropped: the newest night is looked at with the file in it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from evenhand.landing.contracts import BY_NAME, FEEDS
from evenhand.landing.load import load
from evenhand.landing.store import OF_FILES
from evenhand.landing.window import take
from evenhand.policy.compile import compile_packs
from evenhand.policy.sift import sift
from evenhand.quality.feeds import Beside, validate_feeds
from evenhand.records.databases import quoted
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)


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


def check_file(path: Path, feed: str, night: date, store: Path, policies: Path, beside: Beside) -> CheckedFile:
    """Look at a file as gate 1 would on a night, beside all that had landed by then; nothing of the home is changed.

    Raises:
        GateFailed: an expectation couldn't be evaluated.
        PackError: no pack can be read.
    """
    # Nobody else's file is called so, in whatever market's folder it will lie.
    name = f"{feed}/night={night}/{_marked(path)}"
    with TemporaryDirectory(prefix="evenhand_check_") as folder:
        here = Path(folder)
        for contract in FEEDS:
            header = here / "landing" / contract.feed / f"night={night}" / "no rows.csv"
            header.parent.mkdir(parents=True)
            header.write_text(",".join(contract.names_in_every_file) + "\n")
        shutil.copyfile(path, here / "landing" / name)
        load(here / "landed.duckdb", here / "landing", night)
        packs = sift(policies, {}).packs
        without, with_it = here / "without.duckdb", here / "with.duckdb"
        for warehouse in (without, with_it):
            take(store if store.exists() else here / "landed.duckdb", warehouse, night)
            compile_packs(packs, warehouse)
        passed_over = _add(here / "landed.duckdb", with_it, feed, name)
        before = validate_feeds(without, here / "gate_without", night, beside)
        after = validate_feeds(with_it, here / "gate", night, beside)
        with duckdb.connect(str(with_it), read_only=True) as connection:
            unusable = connection.execute("select why from landing.unusable where landed_file = ?", [name]).fetchone()
            loaded = connection.execute("select rows from landing.files where landed_file = ?", [name]).fetchone()
            broken = connection.execute(_SQL("problems"), {"name": name}).fetchall()
    shown = {name: path.name}
    known = {str(each) for each in before.held}
    return CheckedFile(
        str(unusable[0]) if unusable else passed_over and f"it would be passed over, for {passed_over}",
        int(loaded[0]) if loaded else 0,
        tuple(Broken(*row) for row in broken),
        tuple(_shown(str(each), shown) for each in after.held if str(each) not in known),
        tuple(_shown(each, shown) for each in after.warnings if each not in before.warnings),
    )


def _marked(path: Path) -> str:
    return f"to be checked {path.name}"


def _add(store: Path, warehouse: Path, feed: str, name: str) -> str:
    """Put what is loaded of the file into a night's warehouse; returns why it was passed over, if it was."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"attach {quoted(store)} as store (read_only)")
        for table in (feed, *OF_FILES):
            columns = [column for column, *_ in connection.execute(f"describe landing.{table}").fetchall()]
            connection.execute(_SQL("take_from_store", table=table, columns=columns), {"name": name})
        found = connection.execute("select why from store.landing.passed_over where name = ?", [name]).fetchone()
        return str(found[0]) if found else ""


def _shown(said: str, names: dict[str, str]) -> str:
    for name, shown in names.items():
        said = said.replace(name, shown)
    return said


def feed_of(path: Path) -> str:
    """The feed of a file, by the folders that it lies in; empty where they don't say."""
    return next((part for part in reversed(path.absolute().parts) if part in BY_NAME), "")
