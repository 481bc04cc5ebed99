"""A case as of a night: by when it is to be answered, and what its place in the queue is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from evenhand.cases.case import Case
from evenhand.cases.kinds import KINDS
from evenhand.cases.priority import HarmPart, urgency
from evenhand.cases.store import Cases


@dataclass(frozen=True)
class Weighed:
    """What a night makes of a case.

    Attributes:
        due: by when it is to be answered.
        harm: what is to be expected, and the parts that it is the sum of, what adds most first.
    """

    night: date
    due: date
    harm: float
    parts: Sequence[Mapping[str, Any]] = ()

    @property
    def days_left(self) -> int:
        """How many days there are; less than none where it is overdue."""
        return (self.due - self.night).days

    @property
    def urgency(self) -> float:
        """How urgent it is."""
        return urgency(self.due, self.night)

    @property
    def priority(self) -> float:
        """By which cases are sorted that aren't overdue."""
        return self.harm * self.urgency

    @property
    def added_by(self) -> list[HarmPart]:
        """What each account adds."""
        return [HarmPart(**each) for each in self.parts]


def weighed(case: Case, night: date, harm: float, parts: Sequence[Mapping[str, Any]] = ()) -> Weighed:
    """A case with the harm that was computed of it."""
    return Weighed(night, case.due(KINDS[case.cause.kind].days), harm, parts)


def weighed_in(store: Cases, case: Case) -> Weighed:
    """A case as of the newest night that looked at the store's."""
    harm, parts = store.figures().get(case.case_id, (0.0, []))
    return weighed(case, store.as_of(), harm, parts)
