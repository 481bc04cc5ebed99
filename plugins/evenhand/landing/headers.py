"""The columns of a file held to its feed's contract."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from evenhand.landing.contracts import FEEDS, Contract

# So many columns that a feed doesn't have are told one by one.
_MOST_NAMED = 20


@dataclass(frozen=True)
class Header:
    """A file's columns.

    Attributes:
        columns: by position, the contract's column that it is; None where it is none.
        unknown: the names of those that are none.
        problem: why the file can't be used with them; empty where it can.
    """

    columns: tuple[str | None, ...]
    unknown: tuple[str, ...]
    problem: str


def match(names: Sequence[str], contract: Contract) -> Header:
    """Compare a file's names with a contract's, without blanks around them and without capitals."""
    found = [name.strip().casefold() for name in names]
    columns = tuple(name if name in contract.column_names else None for name in found)
    unknown = tuple(name for name, column in zip(names, columns, strict=True) if column is None)
    missing = [name for name in contract.names_in_every_file if name not in columns]
    doubled = sorted({name for name in columns if name and columns.count(name) > 1})
    problem = ""
    if missing:
        problem = _why_missing(found, missing, contract)
    elif doubled:
        problem = f"its header has {' and '.join(doubled)} twice, and which of them counts can't be known"
    return Header(columns, unknown, problem)


def places_of_texts(header: Header, contract: Contract) -> set[int]:
    """The positions of columns in which any text may stand, or whose values are left out."""
    texts = {column.name for column in contract.columns if column.is_any_text}
    return {position for position, name in enumerate(header.columns) if name is None or name in texts}


def said_of_unknown(header: Header, contract: Contract) -> str:
    """What is told of columns that are left out."""
    names = ", ".join(repr(name) for name in header.unknown[:_MOST_NAMED])
    if others := len(header.unknown[_MOST_NAMED:]):
        names += f" and {others} more"
    said = f"columns that the feed {contract.feed} doesn't have are left out: {names}"
    free = [name for name in contract.column_names if name not in header.columns]
    near = {name: difflib.get_close_matches(name.strip().casefold(), free, n=1, cutoff=0.75) for name in header.unknown}
    meant = [f"{name!r} meant as {found[0]}" for name, found in near.items() if found]
    return said + (f" (is {' and '.join(meant)}?)" if meant else "")


def _why_missing(found: Sequence[str], missing: Sequence[str], contract: Contract) -> str:
    feed = contract.feed
    if len(found) == 1:
        for delimiter, called in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if delimiter in found[0]:
                return f"its values are separated by {called}, where commas are expected"
    if len(missing) == len(contract.names_in_every_file):
        for other in FEEDS:
            if other is not contract and set(other.names_in_every_file) <= set(found):
                return f"its header is that of the feed {other.feed}"
        return f"its first line is no header of {feed}: {', '.join(contract.names_in_every_file)} are expected"
    others = [other.feed for other in FEEDS if other is not contract and set(other.names_in_every_file) <= set(found)]
    if others:
        return f"its header is that of the feed {others[0]}"
    verb = "are" if len(missing) > 1 else "is"
    return f"its header lacks {', '.join(missing)}, which {verb} in every file of {feed}"
