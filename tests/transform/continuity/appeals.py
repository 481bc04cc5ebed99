"""What became of appeals, as is known on a night: only those that were in time count.

Sentence 12 of what goes on over versions, and `appeals` in docs/policy-reference.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from evenhand.policy.language.content import Appeals
from transform.continuity.facts import DAY, Appeal, Event
from transform.continuity.rules import Rules


@dataclass(frozen=True)
class Outcome:
    """What a violation is after its appeals: void, or with other points, or neither."""

    voids: bool = False
    points: Decimal | None = None


def outcomes_of(rules: Rules, events: Sequence[Event], appeals: Sequence[Appeal], night: date) -> dict[str, Outcome]:
    """By violation; only decisions of the night and before are known."""
    found = {}
    for event in events:
        if event.restored_on and event.restored_on <= night:
            # Taken back without an appeal, it is void as after one.
            found[event.key] = Outcome(voids=True)
        elif event.violation and any(each.against == event.key for each in appeals):
            found[event.key] = _outcome(Asked(rules, event, appeals), night)
    return found


@dataclass(frozen=True)
class Asked:
    """A violation, and all appeals of its account that are known."""

    rules: Rules
    event: Event
    appeals: Sequence[Appeal]

    @property
    def keys(self) -> list[Appeals]:
        """Each counts as the one of the packs counting the violation that is kinder to the account."""
        counting = self.rules.counting(self.event) or self.rules.on(self.event.on)
        return [pack.appeals for pack in counting] or [Appeals()]


def counted_of(asked: Asked) -> list[Appeal]:
    """Those against it that were in time, in their order."""
    keys = asked.keys
    most = [key.at_most for key in keys]
    counted: list[Appeal] = []
    own = [each for each in asked.appeals if each.against == asked.event.key]
    for appeal in sorted(own, key=lambda a: (a.filed_on, a.key)):
        if not _in_time(keys, asked.event, appeal, counted):
            continue
        if None not in most and len(counted) >= max(each for each in most if each is not None):
            continue
        counted.append(appeal)
    return counted


def last_day_to_file(asked: Asked) -> date | None:
    """The last on which a first appeal is in time, none where there is no last."""
    lengths = [key.file_within_days for key in asked.keys]
    if None in lengths:
        return None
    return asked.event.on + max(length for length in lengths if length is not None) * DAY


def helps(asked: Asked, appeal: Appeal) -> bool:
    """Whether the decision of an appeal that counts leaves the account with less than there was."""
    return _voids(asked, appeal) or (appeal.outcome == "partly_granted" and _partly(asked) == "adjusts")


def _voids(asked: Asked, appeal: Appeal) -> bool:
    return appeal.outcome == "granted" or (appeal.outcome == "partly_granted" and _partly(asked) == "voids")


def _partly(asked: Asked) -> str:
    kindest_first = ("voids", "adjusts", "denies")
    return min((key.partly_granted for key in asked.keys), key=kindest_first.index)


def _outcome(asked: Asked, night: date) -> Outcome:
    decided = [each for each in counted_of(asked) if each.decided_on and each.decided_on <= night]
    if any(_voids(asked, each) for each in decided):
        return Outcome(voids=True)
    adjusted = sorted((each for each in decided if helps(asked, each)), key=lambda a: (a.decided_on or night, a.key))
    return Outcome(points=adjusted[-1].points) if adjusted else Outcome()


def _in_time(keys: Sequence[Appeals], event: Event, appeal: Appeal, before: Sequence[Appeal]) -> bool:
    if not before:
        lengths = [key.file_within_days for key in keys]
        since = event.on
    else:
        # A further one is bound from the decision before it.
        lengths = [key.again_within_days or key.file_within_days for key in keys]
        decisions = [each.decided_on for each in before if each.decided_on]
        if not decisions or all(length is None for length in lengths):
            return True
        since = max(decisions)
    if any(length is None for length in lengths):
        return True
    return appeal.filed_on <= since + max(length for length in lengths if length is not None) * DAY
