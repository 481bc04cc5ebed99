"""A new version beside the one that it follows: told as a person is told it, and not as the rows of both.

A version repeats all rules of the one before it. So of its rules only those are a difference that the other says
otherwise, and what `evenhand policy diff` says of the two is what is told. What that doesn't tell of, such as limits,
is told by rows, as ever.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from evenhand.deciding.provenance import lay_texts
from evenhand.policy.diff import Change, diff
from evenhand.policy.language.pack import Pack
from evenhand.policy.load import load_each, pack_files
from evenhand.policy.prose.neighbours import beside
from evenhand.quality.moved_periods import ENDS
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)

Row = Mapping[str, Any]
Rows = Sequence[Row]
# What is another in every row of another version.
_OF_VERSIONS = ("version", "effective_from", "effective_before")
# `policy diff` has a sentence for whatever is otherwise in these.
_TOLD = frozenset(
    {
        "stages", "probation", "ends_running", "renamed", "kinds", "programmes", "entry_rules", "multipliers",
        "reliefs_not_given", "carried_over", "ledgers", "inputs", "zones", "effects", "followers", "rewards",
        "eligibility", "eligibility_tests", "eligibility_effects", "bonuses", "bonus_kinds",
    }
)  # fmt: skip
_COMMAND = re.compile(r"\(evenhand policy diff (\S+@\d+) (\S+@\d+)\)")


@dataclass(frozen=True)
class Following:
    """A version that wasn't there, and the one of its pack that ends on the day before it begins."""

    pack: str
    version: int
    before: int
    begins: date
    said: tuple[str, ...]

    @property
    def tells_nothing(self) -> bool:
        """Whether nothing is said but that it begins."""
        return len(self.said) == 1


def following_versions(
    connection: duckdb.DuckDBPyConnection, scratch: Path
) -> Mapping[tuple[str, str], list[Following]]:
    """By market and pack, the versions that are new tonight and follow another; none whose text can't be read alone.

    Args:
        connection: with the release's rules in the schema `policy`, and the night attached as `tonight`.
        scratch: a folder that may be written and is deleted again.
    """
    found = connection.execute(_SQL("following_versions")).fetchall()
    if not found:
        return {}
    packs = {(each.pack, each.version): each for each in _tonight(connection, scratch)}
    following: dict[tuple[str, str], list[Following]] = {}
    for market, pack, before, version, begins in found:
        both = packs.get((pack, before)), packs.get((pack, version))
        if both[0] and both[1]:
            said = _said(both[0], both[1], begins, list(packs.values()))
            following.setdefault((market, pack), []).append(Following(pack, version, before, begins, said))
    return following


def _tonight(connection: duckdb.DuckDBPyConnection, scratch: Path) -> Sequence[Pack]:
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        found = connection.execute("select file, text from tonight.deciders.packs order by file").fetchall()
        lay_texts(scratch, dict(found))
        return [each.pack for each in load_each(pack_files(scratch.glob("*.yml")))[0]]
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _said(before: Pack, now: Pack, begins: date, among: Sequence[Pack]) -> tuple[str, ...]:
    called = f"version {now.version}"
    with beside(among):
        changes = [f"{called}, {each.about}: {each.said}" for each in changes_since(before, now, begins)]
    # That it begins is said first.
    until = f"until {now.effective_until}" if now.effective_until else "on"
    return (
        f"{called} takes the place of version {before.version} from {begins} {until} (evenhand policy diff"
        f" {now.pack}@{before.version} {now.pack}@{now.version})",
        *changes,
    )


def changes_since(before: Pack, now: Pack, begins: date) -> Sequence[Change]:
    """What is otherwise in a version than in the one that ends when it begins."""
    # That it begins is said once. What the other ended when it began is over: all that this ends is new.
    ending = _from(before, begins).model_copy(update={"ends_running": ()})
    return diff(ending, _from(now, begins))


def _from(pack: Pack, begins: date) -> Pack:
    return pack.model_copy(update={"effective_from": begins, "effective_until": None})


def without_versions(before: Rows, after: Rows, following: Sequence[Following]) -> tuple[list[Row], list[Row]]:
    """What differs of a table, without the versions that follow others and what only ends for them to begin.

    Args:
        before: the rows of a market's pack that are gone or otherwise.
        after: those that are new or otherwise.
    """
    new = {each.version: each for each in following}
    gone = list(before)
    left = []
    for row in after:
        if row.get("version") in new:
            continue
        begins = {each.begins for each in following if each.before == row.get("version")}
        ends = tuple(name for name in ENDS if row.get(name) in begins)
        if not (ends and _taken(row, gone, ends, _went_on_for_longer)):
            left.append(row)
    return gone, left


def not_told(table: str, rows: Rows, following: Following) -> tuple[list[Row], list[Row]]:
    """Of a table, what the version before has and the other hasn't, and the reverse, where nothing else tells it.

    Args:
        rows: all of tonight of a market's pack.
    """
    if table in _TOLD and not following.tells_nothing:
        return [], []
    gone, new = (_of_version(rows, of) for of in (following.before, following.version))
    return gone, [row for row in new if not _taken(row, gone)]


def _of_version(rows: Rows, version: int) -> list[Row]:
    of_it = (row for row in rows if row["version"] == version)
    return [{name: value for name, value in row.items() if name not in _OF_VERSIONS} for row in of_it]


def _went_on_for_longer(before: Row, row: Row, ends: Sequence[str]) -> bool:
    """Whether a rule ended later than it does now, or not at all: one that is extended is more than ended."""
    return all(before[name] is None or before[name] > row[name] for name in ends)


def _taken(
    row: Row,
    among: list[Row],
    but_for: Sequence[str] = (),
    is_it: Callable[[Row, Row, Sequence[str]], bool] = lambda *_: True,
) -> bool:
    """Whether one of these is the same but for some columns: it is taken from them."""
    same = next(
        (
            each
            for each in among
            if all(each[name] == row[name] for name in row if name not in but_for) and is_it(each, row, but_for)
        ),
        None,
    )
    if same is None:
        return False
    among.remove(same)
    return True


def versions_named(said: str) -> tuple[str, str] | None:
    """The two versions that a sentence says how to compare, the earlier one first; None where it is of none."""
    found = _COMMAND.search(said)
    return (found[1], found[2]) if found else None
