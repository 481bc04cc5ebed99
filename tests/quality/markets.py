"""A market for each test, all decided in one night: a night costs the same whether they are few or many.

Each has the pack and the accounts of the world under names of its own, and what is planted in one says nothing of
another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from evenhand.quality.held_lists import HeldList
from evenhand.settings import PROJECT
from gates.nights import Judged
from night.installation import CONTENTS, CREATORS, VIOLATIONS, Row

# The columns of a feed that name what is of one market alone.
_OF_MARKET = {"creators": (0,), "contents": (0, 1), "violations": (0, 1, 2), "appeals": (0, 1, 2), "activities": (0, 1)}
# Six accounts, of which account n has n strikes until the fourth.
WORLD: Mapping[str, Sequence[Row]] = {
    "creators": CREATORS, "contents": CONTENTS, "violations": VIOLATIONS, "appeals": []
}  # fmt: skip
Change = tuple[str, str]


def rows_of(market: str, feed: str, rows: Iterable[Row]) -> list[Row]:
    """Rows of a feed of the world as those of a market: its a3 is `<market>.a3`."""
    found: list[Row] = []
    for row in rows:
        named = [f"{market}.{value}" if at in _OF_MARKET[feed] and value else value for at, value in enumerate(row)]
        found.append([named[0], market, *named[2:]] if feed == "creators" else named)
    return found


def feeds_of(markets: Iterable[str], feeds: Mapping[str, Iterable[Row]] = WORLD) -> dict[str, list[Row]]:
    """The same rows of feeds in each of some markets."""
    names = list(markets)
    return {feed: [row for market in names for row in rows_of(market, feed, rows)] for feed, rows in feeds.items()}


def together(*feeds: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    """Rows of several markets, by feed."""
    names = sorted({name for each in feeds for name in each})
    return {name: [row for each in feeds for row in each.get(name, ())] for name in names}


def text_of(market: str, *changes: Change) -> str:
    """The pack of the world, without its examples, as that of a market and with some changes."""
    text = (PROJECT / "policies" / "takedowns.yml").read_text()
    return changed(
        re.sub(r"\nexamples:.*", "\n", text, flags=re.DOTALL),
        ("pack: takedowns", f"pack: {market}"),
        ("markets: [world]", f"markets: [{market}]"),
        *changes,
    )


def changed(text: str, *changes: Change) -> str:
    """A text with the first place of each other than it was."""
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    return text


@dataclass(frozen=True)
class Told:
    """What gate 2 says of one market.

    Attributes:
        changes: of each row, by its key in the world, what became of it and why.
        held: its lists that are held.
    """

    changes: Mapping[str, tuple[str, str]]
    held: Sequence[HeldList]

    @property
    def causes(self) -> dict[str, set[str]]:
        """A cause for all rows of an account, under the account."""
        found: dict[str, set[str]] = {}
        for row_key, (_, cause) in self.changes.items():
            found.setdefault(row_key.split("/")[0], set()).add(cause)
        return found

    def is_held(self, name: str) -> bool:
        return any(each.list == name for each in self.held)


def told(judged: Judged, market: str) -> Told:
    """What gate 2 says of a market."""
    with duckdb.connect(str(judged.warehouse), read_only=True) as connection:
        found = connection.execute(
            "select row_key, change, cause from gate.changes where market = ? order by all", [market]
        ).fetchall()
    return Told(
        {key.removeprefix(f"{market}."): (change, cause) for key, change, cause in found},
        [each for each in judged.held if each.market == market],
    )


def ends_of(file: Path, *markets: str) -> dict[str, date | None]:
    """The last day of each row of a list that is of accounts of some markets, by its whole key."""
    with duckdb.connect() as connection:
        found = connection.execute(f"select row_key, ends_on from '{file}' order by all").fetchall()
    return {key: end for key, end in found if key.split(".")[0] in markets}
