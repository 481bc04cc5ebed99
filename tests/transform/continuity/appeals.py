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
        own = sorted((each for each in appeals if each.against == event.key), key=lambda a: (a.filed_on, a.key))
        if event.restored_on and event.restored_on <= night:
            # Taken back without an appeal, it is void as after one.
            found[event.key] = Outcome(voids=True)
        elif own and event.violation:
            found[event.key] = _outcome(rules, event, own, night)
    return found


def _outcome(rules: Rules, event: Event, own: Sequence[Appeal], night: date) -> Outcome:
    # Each key as the one of the packs counting the violation that is kinder to the account.
    judging = rules.on(event.on)
    keys = [pack.appeals for pack in rules.counting(event) or judging] or [Appeals()]
    counted: list[Appeal] = []
    for appeal in own:
        if not _in_time(keys, event, appeal, counted):
            continue
        most = [key.at_most for key in keys]
        if None not in most and len(counted) >= max(each for each in most if each is not None):
            continue
        counted.append(appeal)
    decided = [each for each in counted if each.decided_on and each.decided_on <= night]
    partly = min((("voids", "adjusts", "denies").index(key.partly_granted) for key in keys), default=1)
    if any(each.outcome == "granted" or (each.outcome == "partly_granted" and partly == 0) for each in decided):
        return Outcome(voids=True)
    adjusted = sorted(
        (each for each in decided if each.outcome == "partly_granted"), key=lambda a: (a.decided_on or night, a.key)
    )
    return Outcome(points=adjusted[-1].points) if adjusted and partly == 1 else Outcome()


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
