"""What a report is made of: pages of sections, and of every number where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from evenhand.records.file_names import fitting, lettered

Kind = Literal["night", "week"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Number:
    """A number that a reader sees.

    Attributes:
        value: exact, as text; empty where there is none.
        text: as people read it.
        query: which query of the report gives it, from 0.
        key: the values of the query's key columns in its row.
        column: the query's column that it stands in.
        unit: what a time counts, `hours` or `days`, which differs from night to night; empty for all else.
    """

    value: str
    text: str
    query: int
    key: tuple[str, ...]
    column: str
    unit: str = ""


Cell = str | Number
# A sentence with numbers in it.
Sentence = Sequence[Cell]


def text_of(sentence: Sentence) -> str:
    """A sentence as words alone."""
    return "".join(each if isinstance(each, str) else each.text for each in sentence)


@dataclass(frozen=True)
class Query:
    """SQL over what is released, as `evenhand query` answers it, and the columns that tell its rows apart."""

    sql: str
    key: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table; the columns named in `numbers` are set to the right.

    Raises:
        ValueError: a row has more or fewer cells than columns, so that numbers would stand below others' heads.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    numbers: frozenset[int] = frozenset()
    said: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"{self.title}: a row has {len(row)} cells, and there are {len(self.columns)} columns")


@dataclass(frozen=True)
class Recommendation:
    """What somebody should look at, why, and where that is done.

    Attributes:
        page: below the console's address.
        command: the same in a terminal.
    """

    said: Sentence
    page: str
    command: str


@dataclass(frozen=True)
class Page:
    """One page: of all markets of its reader, or of one.

    Attributes:
        market: empty for the first page.
    """

    market: str
    title: str
    words: Sequence[Sentence]
    recommendations: Sequence[Recommendation]
    tables: Sequence[Table]


@dataclass(frozen=True)
class Report:
    """A report.

    Attributes:
        night: the newest night that it tells of.
        before: the night that it is compared with; None where there is none.
        made_of: the nights that it read, and their releases' ids.
        cases: the export of cases that it read; empty where there is none.
        asked_for: the markets that were asked for; empty for all that there are.
        board: which board it is of; empty for a night and a week.
    """

    kind: Kind | Literal["board"]
    night: date
    before: date | None
    language: str
    markets: Sequence[str]
    title: str
    pages: Sequence[Page]
    made_of: Sequence[tuple[date, str]]
    cases: str
    queries: Sequence[Query] = ()
    asked_for: Sequence[str] = ()
    board: str = ""

    @property
    def name(self) -> str:
        """What its files are called: no report of others has it."""
        markets = "+".join(lettered(each) for each in self.asked_for)
        return fitting(".".join(each for each in (self.kind, self.board, markets, self.language) if each))

    def numbers(self) -> Iterator[Number]:
        """Every number, in the order in which it is read."""
        for page in self.pages:
            sentences = [*page.words, *(each.said for each in page.recommendations)]
            cells = [cell for sentence in sentences for cell in sentence]
            cells += [cell for table in page.tables for row in table.rows for cell in row]
            yield from (cell for cell in cells if isinstance(cell, Number))
