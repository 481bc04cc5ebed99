"""boards/*.yml: everybody's own dashboard, of metrics, markets and parts, and who hears when one is off target.

A board decides nothing: one that is broken keeps no night and no other board from anything.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from evenhand.people.people import People
from evenhand.people.rights import markets_of
from evenhand.policy.diagnose import dotted, nearest, pack_error
from evenhand.policy.language.part import SEEN, Market, Name, Part, Place, mistake, refuse_doubles
from evenhand.policy.load import frozen
from evenhand.policy.texts import Mistake, PackError, Text, position, read_text
from evenhand.records.persons import PersonRefused, normalised
from evenhand.release.figures import ALL_MARKETS, Definition

log = logging.getLogger(__name__)

When = Literal["off_target", "night", "week"]


class BoardMetric(Part):
    """A metric of a board, with the parts that it is told by."""

    metric: Name
    """The metric, as docs/metrics.md names it."""

    slices: tuple[Name, ...] = ()
    """What it is also told by, such as category."""

    @field_validator("slices", mode="before")
    @classmethod
    def _one_or_more(cls, said: object) -> object:
        return (said,) if isinstance(said, str) else said

    @model_validator(mode="after")
    def _slices_differ(self) -> BoardMetric:
        refuse_doubles({("slices", i): each for i, each in enumerate(self.slices)})
        return self


class Told(Part):
    """Somebody who is sent the board."""

    user: str = Field(min_length=1)
    """Who, as people.yml names them; they are sent the figures of markets that they may see there."""

    when: tuple[When, ...] = Field(default=("off_target",), min_length=1)
    """off_target, when a figure begins to miss its target and each week while one does; night or week, each time."""

    @field_validator("user")
    @classmethod
    def _is_a_name(cls, said: str) -> str:
        try:
            normalised(said)
        except PersonRefused as error:
            raise mistake((), repr(said), f"a name as people.yml has it ({error})") from error
        return said

    @field_validator("when", mode="before")
    @classmethod
    def _one_or_more(cls, said: object) -> object:
        return (said,) if isinstance(said, str) else said


class Board(Part):
    """A dashboard: metrics in an order, of some markets."""

    board: Name
    """Its name, in addresses and commands; no other board has it."""

    title: Annotated[str, Field(min_length=1, max_length=80), SEEN]
    """What it is called."""

    metrics: tuple[BoardMetric, ...] = Field(min_length=1, max_length=40)
    """What it shows, in this order; a name alone, or with the parts that it is told by."""

    markets: tuple[Market, ...] = Field(default=(), min_length=1)
    """Of which markets, in this order; all is all of them together. Without it, that and each that there is."""

    order: Literal["as_written", "off_target_first"] = "as_written"
    """Which metrics come first."""

    told: tuple[Told, ...] = ()
    """Who is sent it, and when."""

    @field_validator("markets", mode="before")
    @classmethod
    def _one_or_more(cls, said: object) -> object:
        return (said,) if isinstance(said, str) else said

    @field_validator("metrics", mode="before")
    @classmethod
    def _names_alone(cls, said: object) -> object:
        # A name alone is written more often than with parts.
        if not isinstance(said, tuple):
            return said
        return tuple({"metric": each} if isinstance(each, str) else each for each in said)

    @model_validator(mode="after")
    def _names_differ(self) -> Board:
        refuse_doubles({("metrics", i): each.metric for i, each in enumerate(self.metrics)})
        refuse_doubles({("markets", i): each for i, each in enumerate(self.markets)})
        refuse_doubles({("told", i, "user"): normalised(each.user) for i, each in enumerate(self.told)})
        return self

    def seen_by(self, markets: Collection[str] | None, known: Sequence[str]) -> list[str]:
        """The markets of it that somebody may see, in its order.

        Args:
            markets: those that they may see; None for all.
            known: those that there are.
        """
        of = self.markets or ((ALL_MARKETS, *known) if markets is None else sorted(markets))
        return [each for each in of if markets is None or each in markets]


@dataclass(frozen=True)
class LoadedBoard:
    """A board and the file that it stands in."""

    board: Board
    text: Text

    def mistake(self, place: Place, said: str) -> Mistake:
        """What is wrong at a place of it."""
        return Mistake(*position([self.text], self.text.content, place, False), f"{dotted(place, Board)}: {said}")


@dataclass(frozen=True)
class Boards:
    """The boards that can be used, by name, and what is wrong with the others."""

    boards: Mapping[str, LoadedBoard]
    mistakes: Sequence[Mistake]


def read_boards(folder: Path, defined: Mapping[str, Definition]) -> Boards:
    """The boards of a folder; none without it.

    Args:
        defined: the metrics that there are.
    """
    boards: dict[str, LoadedBoard] = {}
    mistakes: list[Mistake] = []
    for path in sorted(folder.glob("*.y*ml")):
        try:
            loaded = _read(path)
            wrong = list(_of_metrics(loaded, defined))
        except PackError as error:
            mistakes += error.mistakes
            continue
        except Exception as error:
            # Whatever it is, it is of this file, and nobody's report and no other board waits for it.
            log.exception("%s can't be read", path)
            mistakes.append(Mistake(str(path), 0, 0, f"can't be read: {type(error).__name__}: {error}"))
            continue
        if wrong:
            mistakes += wrong
        elif other := boards.get(loaded.board.board):
            said = f"found {loaded.board.board}, which {other.text.path.name} is called too; expected another name"
            mistakes.append(loaded.mistake(("board",), said))
        else:
            boards[loaded.board.board] = loaded
    return Boards(boards, tuple(sorted(mistakes)))


def of_markets(loaded: LoadedBoard, markets: Collection[str]) -> Iterator[Mistake]:
    """Markets of a board that aren't among those that there are."""
    known = [ALL_MARKETS, *sorted(markets)]
    for i, market in enumerate(loaded.board.markets):
        if market not in known:
            said = f"found {market}; expected one of {', '.join(known)}{nearest(market, known)}"
            yield loaded.mistake(("markets", i), said)


def of_people(loaded: LoadedBoard, people: People | None) -> Iterator[Mistake]:
    """Who is to be told and can't be.

    Args:
        people: None where nobody is told apart.
    """
    users = sorted({each.user for each in people.people if each.user}) if people else []
    for i, told in enumerate(loaded.board.told):
        place = ("told", i, "user")
        entries = [each for each in (people.people if people else ()) if _is(each.user, told.user)]
        if people is None:
            said = "expected nobody: there is no people.yml, which says who may see what and where they are told"
            yield loaded.mistake(place, f"found {told.user}; {said}")
        elif not entries:
            expected = f"a user of people.yml: {', '.join(users)}{nearest(told.user, users)}"
            yield loaded.mistake(place, f"found {told.user}; expected {expected}")
        elif not any(each.address for each in entries):
            yield loaded.mistake(place, f"found {told.user}; expected somebody with an address in people.yml")
        elif not told_markets(loaded.board, people, told.user):
            of = ", ".join(loaded.board.markets) or "a market"
            yield loaded.mistake(place, f"found {told.user}; expected somebody with the right to see {of} (people.yml)")


def told_markets(board: Board, people: People, user: str) -> set[str]:
    """Of the markets that somebody may see, those that a board is of; `all` alone for who may see every market."""
    seen = markets_of(people, user, "see")
    if ALL_MARKETS in seen:
        return {ALL_MARKETS}
    return seen & set(board.markets) if board.markets else seen


def _is(one: str | None, other: str) -> bool:
    return one is not None and normalised(one) == normalised(other)


def _read(path: Path) -> LoadedBoard:
    if path.suffix != ".yml":
        raise PackError(Mistake(str(path), 0, 0, f"found a file that ends in {path.suffix}; expected .yml"))
    text = read_text(path)
    content: Any = text.content
    if content is None:
        said = "the file is empty; a board needs at least: board, title, metrics (docs/reports.md)"
        raise PackError(Mistake(str(path), 0, 0, said))
    try:
        return LoadedBoard(Board.model_validate(frozen(content)), text)
    except ValidationError as error:
        raise pack_error(error, [text], content, Board) from error


def _of_metrics(loaded: LoadedBoard, defined: Mapping[str, Definition]) -> Iterator[Mistake]:
    for i, each in enumerate(loaded.board.metrics):
        definition = defined.get(each.metric)
        if definition is None:
            near = nearest(each.metric, list(defined))
            # A name alone stands where its row does.
            said = f"found {each.metric}; expected a metric of docs/metrics.md{near}"
            yield loaded.mistake(("metrics", i, "metric"), said)
            continue
        for j, part in enumerate(each.slices):
            if part not in definition.slices:
                there = ", ".join(definition.slices)
                expected = f"one of {there}{nearest(part, definition.slices)}" if there else "none: it has no parts"
                yield loaded.mistake(("metrics", i, "slices", j), f"found {part}; expected {expected}")
