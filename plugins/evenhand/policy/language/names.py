"""Names by which parts go on over versions, and which of those before can be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from evenhand.policy.language.part import Name, Place, mistake


class NamedPart(NamedTuple):
    """A part with a name, and the one that it had before, if it had another.

    Attributes:
        kind: `programme`, `rule`, `zone`, `eligibility`, `condition` or `bonus`.
        of: of a rule or a zone the programme, of a condition the eligibility; else empty.
    """

    kind: str
    of: Name
    was: Name | None
    name: Name
    place: Place


def refuse_names_taken(named: Sequence[NamedPart]) -> None:
    """Refuse former names of a version's parts that it has still, or that two parts had.

    Raises:
        PydanticCustomError: at the place of the first.
    """
    there = {(part.kind, part.of, part.name) for part in named}
    taken: dict[tuple[str, str, str], str] = {}
    for part in named:
        if not part.was:
            continue
        if (part.kind, part.of, part.was) in there:
            raise mistake((*part.place, "was"), part.was, "a name that this version has no more")
        # A rule or a condition may stand several times, for different days.
        if taken.setdefault((part.kind, part.of, part.was), part.name) != part.name:
            raise mistake((*part.place, "was"), part.was, "a name that no other part of this version had")
