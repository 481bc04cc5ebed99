"""What a night should come to, worked out slowly, account by account and day by day, from docs/concepts.md.

It shares no code with the models and no idea either: no change points, no histories side by side. For a night it takes
the violations that are not void by then and walks through the days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from evenhand.policy.language.effects import Effect
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.programme import Programme

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Violation:
    violation_id: str
    type: str
    day: date
    batch: str | None
    # Outcome and day of the decision of every appeal.
    appeals: tuple[tuple[str, date], ...] = ()

    def is_void(self, night: date) -> bool:
        return any(outcome == "granted" and decided <= night for outcome, decided in self.appeals)


@dataclass(frozen=True)
class Account:
    account_id: str
    market: str
    kind: str
    violations: tuple[Violation, ...]


@dataclass(frozen=True)
class Emergency:
    """Ids are in the order in which they were approved."""

    emergency_id: str
    action: str
    account_id: str
    market: str
    measure: str
    scope: str
    first: date
    last: date

    def lifts(self, account_id: str, measure: str, scope: str, night: date, imposed_by: str = "") -> bool:
        about = (self.account_id, self.measure, self.scope) == (account_id, measure, scope)
        return self.action == "lift" and about and self.first <= night <= self.last and self.emergency_id > imposed_by


@dataclass(frozen=True)
class Entry:
    entry_id: str
    amount: Decimal
    first: date
    last: date | None

    def counts_on(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Penalty:
    measure: str
    starts_on: date
    ends_on: date | None
    entries: tuple[str, ...]


@dataclass(frozen=True)
class Night:
    """Standings by account and programme; penalties and rewards by row key."""

    standings: dict[tuple[str, str], tuple[str, Decimal]]
    penalties: dict[str, Penalty]
    rewards: set[str]


def decide(packs: list[Pack], accounts: list[Account], night: date, emergencies: Sequence[Emergency] = ()) -> Night:
    result = Night({}, {}, set())
    for account in accounts:
        own = [pack for pack in packs if account.market in pack.markets]
        met = [each for each in emergencies if (each.account_id, each.market) == (account.account_id, account.market)]
        for name in sorted({name for pack in own for name in pack.programmes}):
            _decide_one(own, name, account, night, result, met)
        _impose(own, account, night, result, met)
    return result


def _impose(packs: list[Pack], account: Account, night: date, result: Night, emergencies: list[Emergency]) -> None:
    imposed: dict[str, list[tuple[int, Penalty]]] = {}
    for each in sorted(emergencies, key=lambda each: each.emergency_id):
        pack = _pack_of_market(packs, each.first)
        if each.action == "lift" or not pack or not each.first <= night <= each.last:
            continue
        thing = (account.account_id, each.measure, each.scope, night, each.emergency_id)
        if any(other.lifts(*thing) for other in emergencies):
            continue
        penalty = Penalty(each.measure, each.first, each.last, (f"{each.emergency_id}/{account.account_id}",))
        strictness = _strictness(each.measure, pack, _pack_of_market(packs, night))
        imposed.setdefault(each.scope, []).append((strictness, penalty))
    for scope, measures in imposed.items():
        result.penalties[f"{account.account_id}/emergency/{scope}"] = _strictest(measures)


def _strictest(measures: list[tuple[int, Penalty]]) -> Penalty:
    """Of measures on one scope; of equal ones the first."""
    return max(measures, key=lambda m: (m[0], m[1].ends_on or date.max, -m[1].starts_on.toordinal()))[1]


def _decide_one(
    packs: list[Pack], name: str, account: Account, night: date, result: Night, emergencies: list[Emergency]
) -> None:
    entries = _entries(packs, name, account, night)
    # Per scope: what has been brought so far, and how strict it is tonight.
    brought: dict[str, list[tuple[int, Penalty]]] = {}
    balance = Decimal(0)
    day = min((entry.first for entry in entries), default=night)
    while day <= night:
        counting = [entry for entry in entries if entry.counts_on(day)]
        balance_before, balance = balance, sum((entry.amount for entry in counting), Decimal(0))
        pack = _pack_of(packs, name, account, day)
        if pack:
            programme = pack.programmes[name]
            step = _step(programme, balance)
            # Both by the rules of the day: new rules alone bring nobody a measure.
            if step > _step(programme, balance_before):
                for effect in programme.zones[step].measures:
                    strictness = _strictness(effect.name, pack, _pack_of_market(packs, night))
                    brought.setdefault(effect.scope, []).append((strictness, _penalty(effect, day, counting)))
        day += DAY
    for scope, measures in brought.items():
        running = [
            (strictness, p)
            for strictness, p in measures
            if (p.ends_on is None or p.ends_on >= night)
            and not any(each.lifts(account.account_id, p.measure, scope, night) for each in emergencies)
        ]
        if running:
            result.penalties[f"{account.account_id}/{name}/{scope}"] = _strictest(running)
    pack = _pack_of(packs, name, account, night)
    if pack:
        programme = pack.programmes[name]
        zone = programme.zones[_step(programme, balance)].zone
        result.standings[account.account_id, name] = (zone, balance)
        for reward in programme.rewards:
            if zone in reward.zones:
                result.rewards.add(f"{account.account_id}/{name}/{reward.scope}/{reward.reward}")


def _pack_of_market(packs: list[Pack], day: date) -> Pack | None:
    for pack in packs:
        if pack.effective_from <= day and (pack.effective_until is None or day <= pack.effective_until):
            return pack
    return None


def _pack_of(packs: list[Pack], name: str, account: Account, day: date) -> Pack | None:
    pack = _pack_of_market(packs, day)
    return pack if pack and name in pack.programmes and account.kind in pack.applies_to else None


def _strictness(measure: str, brought_by: Pack, tonight: Pack | None) -> int:
    """As the pack in force tonight ranks it; one that it never brings keeps the rank that it had."""
    if tonight and any(
        effect.measure == measure
        for programme in tonight.programmes.values()
        for zone in programme.zones
        for effect in zone.measures
    ):
        return tonight.measures.index(measure)
    return brought_by.measures.index(measure)


def _entries(packs: list[Pack], name: str, account: Account, night: date) -> list[Entry]:
    by_rule: dict[str, list[tuple[Entry, str | None, bool]]] = {}
    for violation in account.violations:
        pack = _pack_of(packs, name, account, violation.day)
        if violation.is_void(night) or violation.day > night or not pack:
            continue
        for rule in pack.programmes[name].entries:
            if violation.type not in rule.violation_types:
                continue
            last = None if rule.lasts_days is None else violation.day + (rule.lasts_days - 1) * DAY
            assert rule.amount is not None
            entry = Entry(f"{name}/{violation.violation_id}", rule.amount, violation.day, last)
            by_rule.setdefault(rule.rule, []).append((entry, violation.batch, rule.counts_once_per == "batch"))
    found: list[Entry] = []
    for entries in by_rule.values():
        entries.sort(key=lambda each: (each[0].first, -each[0].amount, each[0].entry_id))
        # Whether an event counts beside an earlier one of its batch, the version of its own day says.
        found += [
            entry
            for at, (entry, batch, is_once) in enumerate(entries)
            if not (is_once and batch and batch in [earlier for _, earlier, _ in entries[:at]])
        ]
    return found


def _step(programme: Programme, balance: Decimal) -> int:
    step = 0
    for number, zone in enumerate(programme.zones):
        if zone.at_least is not None and balance >= zone.at_least:
            step = number
    return step


def _penalty(effect: Effect, day: date, counting: list[Entry]) -> Penalty:
    ends_on = None if effect.days is None else day + (effect.days - 1) * DAY
    return Penalty(effect.name, day, ends_on, tuple(sorted(entry.entry_id for entry in counting)))
