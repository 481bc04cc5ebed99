"""What a night should come to, worked out slowly, account by account and day by day, from docs/concepts.md.

It shares no code with the models and no idea either: no change points, no histories side by side. For a night it takes
the violations that are not void by then and walks through the days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from evenhand.policy.pack import Effect, Pack, Programme

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


def decide(packs: list[Pack], accounts: list[Account], night: date) -> Night:
    result = Night({}, {}, set())
    for account in accounts:
        for pack in packs:
            if account.market in pack.markets and account.kind in pack.applies_to and pack.effective_from <= night:
                for name, programme in pack.programmes.items():
                    _decide_one(pack, name, programme, account, night, result)
    return result


def _decide_one(pack: Pack, name: str, programme: Programme, account: Account, night: date, result: Night) -> None:
    entries = _entries(pack, name, programme, account, night)
    # Per scope: what has been brought so far, as (strictness, last day or the end of time, minus first day, ...).
    brought: dict[str, list[tuple[int, date, int, Penalty]]] = {}
    step_before = 0
    day = min((entry.first for entry in entries), default=night)
    while day <= night:
        counting = [entry for entry in entries if entry.counts_on(day)]
        balance = sum((entry.amount for entry in counting), Decimal(0))
        step = _step(programme, balance)
        if step > step_before:
            for effect in programme.zones[step].measures:
                penalty = _penalty(effect, day, counting)
                rank = (pack.measures.index(effect.measure), penalty.ends_on or date.max, -day.toordinal(), penalty)
                brought.setdefault(effect.scope, []).append(rank)
        step_before = step
        day += DAY
    balance = sum((entry.amount for entry in entries if entry.counts_on(night)), Decimal(0))
    zone = programme.zones[_step(programme, balance)].zone
    result.standings[account.account_id, name] = (zone, balance)
    for scope, ranks in brought.items():
        running = [rank for rank in ranks if rank[1] >= night]
        if running:
            strictest = max(running, key=lambda rank: rank[:3])
            result.penalties[f"{account.account_id}/{name}/{scope}"] = strictest[3]
    for reward in programme.rewards:
        if zone in reward.zones:
            result.rewards.add(f"{account.account_id}/{name}/{reward.scope}/{reward.reward}")


def _entries(pack: Pack, name: str, programme: Programme, account: Account, night: date) -> list[Entry]:
    found: dict[tuple[str, str], Entry] = {}
    for violation in account.violations:
        if violation.is_void(night) or violation.day < pack.effective_from or violation.day > night:
            continue
        for rule in programme.entries:
            if violation.type not in rule.violation_types:
                continue
            once = violation.violation_id
            if rule.counts_once_per == "batch" and violation.batch:
                once = violation.batch
            last = None if rule.lasts_days is None else violation.day + (rule.lasts_days - 1) * DAY
            entry = Entry(f"{name}/{violation.violation_id}", rule.amount, violation.day, last)
            kept = found.get((rule.rule, once))
            if kept is None or (entry.first, entry.entry_id) < (kept.first, kept.entry_id):
                found[rule.rule, once] = entry
    return list(found.values())


def _step(programme: Programme, balance: Decimal) -> int:
    step = 0
    for number, zone in enumerate(programme.zones):
        if zone.at_least is not None and balance >= zone.at_least:
            step = number
    return step


def _penalty(effect: Effect, day: date, counting: list[Entry]) -> Penalty:
    ends_on = None if effect.days is None else day + (effect.days - 1) * DAY
    return Penalty(effect.measure, day, ends_on, tuple(sorted(entry.entry_id for entry in counting)))
