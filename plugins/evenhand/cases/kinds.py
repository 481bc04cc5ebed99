"""What there are cases of: a new kind is one entry here, and where a night finds it one query in found.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evenhand.cases import found
from evenhand.cases.case import CaseCause
from evenhand.cases.night_facts import NightFacts
from evenhand.policy.language.content import DECIDE_WITHIN_DAYS


@dataclass(frozen=True)
class Kind:
    """A kind of case.

    Attributes:
        label: what people read.
        days: by so many days after it was opened it is to be answered, where nothing else says.
        find: what a night finds of it; None for a kind that people open, or that this night can't tell of.
        needs_warehouse: whether it is found in what the night was computed in, and not in its release.
        closed_by_night: whether its cause can be gone, so that a night closes it.
        closed_by_people: whether a person may close it with a reason.
        opened_by_hand: whether a person may open one.
    """

    label: str
    days: int
    find: Callable[[NightFacts], Sequence[CaseCause]] | None = None
    needs_warehouse: bool = False
    closed_by_night: bool = True
    closed_by_people: bool = True
    opened_by_hand: bool = True


KINDS: Mapping[str, Kind] = {
    "held_list": Kind("Held list", 1, found.held_lists, closed_by_people=False, opened_by_hand=False),
    "appeal": Kind("Open appeal", DECIDE_WITHIN_DAYS, found.open_appeals),
    "undecided": Kind("Undecided detection", 14, found.undecided_detections),
    "enforcement_gap": Kind("Enforcement gap", 3, found.enforcement_gaps),
    "qa_disagreement": Kind("QA disagreement", 14, found.qa_disagreements, needs_warehouse=True, closed_by_night=False),
    "near_closing": Kind("Account near closing", 7, found.accounts_near_closing),
    "escalation": Kind("Escalation", 2, closed_by_night=False),
}
