"""The entries of an account in a programme: each for life as the version of its day says.

Sentences 1, 2, 5 and 15 of what goes on over versions, and docs/policy-language.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from evenhand.policy.language.entries import EntryRule
from evenhand.policy.language.programme import Programme
from transform.continuity.appeals import Outcome
from transform.continuity.facts import DAY, Event
from transform.continuity.lasting import day_it_is_gone, first_day
from transform.continuity.rules import Rules, matches


@dataclass(frozen=True)
class Entry:
    """`gone` is the first day on which it counts no longer, `kind` what it is of, or what a relief takes from.

    Attributes:
        step: where only whole steps of what `amount` sums up to add: what each adds.
        size: how many make a step.
    """

    key: str
    rule: str
    event: Event
    amount: Decimal
    first: date
    gone: date | None
    kind: str = ""
    step: Decimal | None = None
    size: Decimal | None = None

    def counts_on(self, day: date) -> bool:
        return self.first <= day and (self.gone is None or day < self.gone)


@dataclass(frozen=True)
class Candidate:
    """An event and the rule that it is judged by, which is that of its day."""

    event: Event
    rule: EntryRule
    programme: Programme

    @property
    def burden(self) -> int:
        """1 where what weighs on the account is positive, -1 where it is negative."""
        compared = [zone.comparison for zone in self.programme.zones if zone.comparison]
        return 1 if all(how in ("at_least", "more_than") for how, _ in compared) else -1


def entries_of(
    rules: Rules, programme: str, events: Sequence[Event], outcomes: dict[str, Outcome], night: date
) -> list[Entry]:
    """What counts in a programme, as is known on a night, with what the account brings along from another one."""
    own = _own_entries(rules, programme, events, outcomes, night)
    # A version or market in which it begins with an activity carries over on that day, also where it was there before.
    begun = [
        (event.on, found[1])
        for event in events
        if (found := rules.programme_on(programme, event.on))
        if found[1].begins_with and rules.member_from(found[1]) == event.on
    ]
    if not begun or not (carried := begun[0][1].carries_over):
        return own
    begins = begun[0][0]
    return own + [
        # It was there on the evening before, and so enters no zone.
        replace(each, key=f"{programme}/carried/{each.key}", amount=each.amount * carried.times, first=begins - DAY)
        for each in _own_entries(rules, carried.programme, events, outcomes, night)
        if each.first < begins and (each.gone is None or each.gone > begins)
    ]


def _own_entries(
    rules: Rules, programme: str, events: Sequence[Event], outcomes: dict[str, Outcome], night: date
) -> list[Entry]:
    """Those of its own rules, in the order in which it happened."""
    judged: dict[str, list[Candidate]] = {}
    for event in sorted(events, key=lambda event: (event.on, event.key)):
        outcome = outcomes.get(event.key)
        found = rules.programme_on(programme, event.on)
        if event.on > night or not found or (outcome and outcome.voids):
            continue
        for rule in found[1].entries:
            if matches(rule, event):
                judged.setdefault(rule.rule, []).append(Candidate(event, rule, found[1]))
    picked: list[Candidate] = []
    amounts: dict[str, Decimal] = {}
    for candidates in judged.values():
        amounts |= {each.event.key: _amount(each.rule, each.event, outcomes.get(each.event.key)) for each in candidates}
        picked += _picked(_once(candidates, amounts), events)
    made = [_entry(programme, each, amounts[each.event.key] * _factor(each, picked), rules, events) for each in picked]
    entries = [entry for entry in made if entry]
    entries.sort(key=lambda entry: (entry.first, entry.event.key))
    return _reliefs(entries, judged)


def _amount(rule: EntryRule, event: Event, outcome: Outcome | None) -> Decimal:
    given = rule.amount_by_reviewer
    by_severity = (rule.amount_by_severity or {}).get(event.severity or "")
    # People give points without a sign; a rule that takes from a score takes them.
    takes = ((given.at_least if given else by_severity or rule.amount) or 0) < 0
    if outcome and outcome.points is not None:
        return -abs(outcome.points) if takes else outcome.points
    if rule.amount_by_severity:
        return rule.amount_by_severity[event.severity or ""]
    if given:
        points = given.at_least if event.points is None else -abs(event.points) if takes else event.points
        return min(max(points, given.at_least), given.at_most)
    if rule.amount_per_unit is not None:
        return rule.amount_per_unit * (1 if event.quantity is None else event.quantity)
    if rule.amount_per_step:
        return Decimal(1) if event.quantity is None else event.quantity
    return rule.amount or Decimal(0)


def _once(candidates: Sequence[Candidate], amounts: dict[str, Decimal]) -> list[Candidate]:
    """The first of those that count once; of one day the largest. What a later one shares is its own rule's to say, and
    it shares it with every event of the rule before it."""
    in_order = sorted(candidates, key=lambda each: (each.event.on, -abs(amounts[each.event.key]), each.event.key))
    kept = [each for at, each in enumerate(in_order) if not any(_shares(each, earlier) for earlier in in_order[:at])]
    return sorted(kept, key=lambda each: (each.event.on, each.event.key))


def _shares(later: Candidate, earlier: Candidate) -> bool:
    one, other = earlier.event, later.event
    if later.rule.counts_once_per == "batch":
        return other.batch is not None and one.batch == other.batch
    if later.rule.counts_once_per == "day":
        return one.on == other.on
    return False


def _picked(candidates: Sequence[Candidate], events: Sequence[Event]) -> list[Candidate]:
    """Which count, asked of each by the version of its day, over those of all versions before it."""
    picked: list[Candidate] = []
    used: set[str] = set()
    warnings: list[Candidate] = []
    for at, each in enumerate(candidates):
        # Whether a relief counts is known when it is known what there is to take from.
        if each.rule.not_again_within_days and not each.rule.relief:
            length = each.rule.not_again_within_days * DAY
            if any(_about(p) == _about(each) and each.event.on < p.event.on + length for p in picked):
                continue
        if every := each.rule.every:
            waiting = [c for c in candidates[: at + 1] if c.event.key not in used]
            group = waiting[-every.count :]
            if len(group) < every.count or each.event.on >= group[0].event.on + every.within_days * DAY:
                continue
            used |= {c.event.key for c in group}
        if each.rule.grace and not _covered(each, warnings, events):
            warnings.append(each)
            continue
        used.add(each.event.key)
        picked.append(each)
    return picked


def _factor(each: Candidate, picked: Sequence[Candidate]) -> Decimal:
    """Of the multipliers of its own rule, over what counts of its type by whichever rule of the programme."""
    factor = Decimal(1)
    for multiplier in each.rule.multiplied:
        assert multiplier.from_occurrence and multiplier.within_days
        occurrences = [
            other
            for other in picked
            if (other.event.violation, other.event.activity) == (each.event.violation, each.event.activity)
            and (other.event.on, other.event.key) <= (each.event.on, each.event.key)
            and each.event.on < other.event.on + multiplier.within_days * DAY
        ]
        if len(occurrences) >= multiplier.from_occurrence:
            factor *= multiplier.by
    return factor


def _about(each: Candidate) -> str | None:
    return each.event.violation or each.event.subject


def _covered(each: Candidate, warnings: Sequence[Candidate], events: Sequence[Event]) -> bool:
    assert each.rule.grace
    for warning in warnings:
        trained = min(
            (e.on for e in events if e.activity == each.rule.grace.training and e.on >= warning.event.on), default=None
        )
        if trained is None or trained > each.event.on:
            return True
        same_type = warning.event.violation == each.event.violation
        if same_type and each.event.on < trained + each.rule.grace.same_type_days * DAY:
            return True
    return False


def _entry(programme: str, each: Candidate, amount: Decimal, rules: Rules, events: Sequence[Event]) -> Entry | None:
    """None where it never counts."""
    rule, event = each.rule, each.event
    found, first = rules.programme_on(programme, event.on), first_day(rule, event, events)
    if not found or not first:
        return None
    gone = day_it_is_gone(rule, found[0], event, first, events)
    if gone and gone <= first:
        return None
    kind, steps = str(event.violation or event.activity), rule.amount_per_step
    # A version that keeps one balance leaves it to others of the programme what it adds to in theirs.
    if "content" in {of.kept_per for pack in rules.packs if (of := pack.programmes.get(programme))}:
        kind = event.content.key if event.content else ""
    step, size = (steps.amount, steps.of) if steps else (None, None)
    return Entry(f"{programme}/{event.key}", rule.rule, event, amount, first, gone, kind, step, size)


def _reliefs(entries: list[Entry], judged: dict[str, list[Candidate]]) -> list[Entry]:
    """The entries with what each relief takes from one that counts on its day, for as long as that one does."""
    asked = {c.event.key: c for candidates in judged.values() for c in candidates if c.rule.relief}
    plain = [entry for entry in entries if entry.event.key not in asked]
    left = {entry.key: abs(entry.amount) for entry in plain}
    taken: list[Entry] = []
    for entry in [each for each in entries if each.event.key in asked]:
        candidate = asked[entry.event.key]
        relief, sign = candidate.rule.relief, candidate.burden
        assert relief
        targets = [t for t in plain if t.counts_on(entry.first) and left[t.key] > 0 and t.amount * sign > 0]
        again = (candidate.rule.not_again_within_days or 0) * DAY
        # What counted by a version of the rule that took from nothing is looked back at as well.
        before = [t for t in plain if (t.event.on, t.event.key) < (entry.event.on, entry.event.key)]
        about = entry.rule, entry.event.subject
        given = [t for t in (*taken, *before) if (t.rule, t.event.violation or t.event.subject) == about]
        # Of two that are answered in turn, the earlier can be given later.
        if not targets or any(abs(entry.event.on - each.event.on) < again for each in given):
            continue
        pick = min if relief.takes_from == "oldest" else max
        target = pick(targets, key=lambda t: (t.first, t.key))
        amount = left[target.key] if relief.amount is None else min(left[target.key], relief.amount)
        left[target.key] -= amount
        taken.append(replace(entry, amount=-sign * amount, gone=target.gone, kind=target.kind))
    return plain + taken
