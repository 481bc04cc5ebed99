"""What bonuses pay: each part of a payment in the place of the first night since which it is due without a break.

Sentences 16 and 18 to 21 of what goes on over versions, packs and moves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from evenhand.policy.language.content import Bonus
from transform.continuity.facts import Account, Event, known
from transform.continuity.rules import Rules, calendar_days

# Whether an account was eligible for something on a day, as is known on a night.
IsOpen = Callable[[str, date, date], bool]


@dataclass(frozen=True)
class Claim:
    """Moved to another of these, it is a new one."""

    activity: str
    account: str
    market: str
    bonus: str
    period: date


@dataclass
class Due:
    """What is due for a claim: parts with the night since which each is, the earliest first."""

    event: Event
    bonus: Bonus
    parts: list[tuple[date, Decimal]] = field(default_factory=list)

    def becomes(self, amount: Decimal, night: date) -> None:
        while self.parts and sum(part for _, part in self.parts) > amount:
            since, _ = self.parts.pop()
            left = amount - sum((each for _, each in self.parts), Decimal(0))
            if left > 0:
                self.parts.append((since, left))
        more = amount - sum((part for _, part in self.parts), Decimal(0))
        if more > 0:
            self.parts.append((night, more))


def claims_of(rules: Rules, account: Account, is_open: IsOpen, night: date) -> dict[Claim, Due]:
    """What has been due to an account, night by night until this one."""
    claims: dict[Claim, Due] = {}
    for at in _nights_that_matter(account, night):
        due = _due_on(rules, account, is_open, at)
        for claim, (event, bonus) in due.items():
            amount = bonus.pays * (1 if event.quantity is None else event.quantity)
            there = claims.setdefault(claim, Due(event, bonus))
            there.event, there.bonus = event, bonus
            there.becomes(amount, at)
        for claim in claims.keys() - due.keys():
            claims[claim].becomes(Decimal(0), at)
    return claims


def _nights_that_matter(account: Account, night: date) -> list[date]:
    changes = {row.landed for row in account.rows} | {row.landed for row in account.appeals}
    changes |= {event.landed for event in account.events} | {max(event.on, event.landed) for event in account.events}
    changes |= {max(appeal.decided_on, appeal.landed) for appeal in account.appeals if appeal.decided_on}
    changes |= {event.content.landed for event in account.events if event.content}
    return sorted(each for each in changes if each <= night)


def _due_on(rules: Rules, account: Account, is_open: IsOpen, night: date) -> dict[Claim, tuple[Event, Bonus]]:
    due = {}
    for event in known(account.events, night):
        if not event.activity or event.on > night:
            continue
        for pack in rules.on(event.on):
            if rules.row_on(event.on).kind not in pack.applies_to:
                continue
            for name, bonus in pack.bonuses.items():
                if bonus.activity != event.activity:
                    continue
                if bonus.eligibility and not is_open(bonus.eligibility, event.on, night):
                    continue
                period = max(day for day in calendar_days(pack.calendars[bonus.per]) if day <= event.on)
                market = rules.row_on(event.on).market
                due[Claim(event.key, account.account_id, market, name, period)] = event, bonus
    return due


def paid(claims: dict[Claim, Due]) -> dict[tuple[str, str, str, str, date], Decimal]:
    """What is paid of all claims of all accounts: by account, market, bonus, scope and period."""
    queue = [(since, claim, due, part) for claim, due in claims.items() for since, part in due.parts]
    queue.sort(key=lambda each: (each[0], each[2].event.on, each[1].account, each[1].activity))
    used: dict[tuple[object, ...], Decimal] = {}
    sums: dict[tuple[str, str, str, str, date], Decimal] = {}
    for _, claim, due, part in queue:
        pool = claim.market, claim.bonus, claim.period
        caps: Sequence[tuple[tuple[object, ...], Decimal | None]] = (
            ((*pool, claim.account, due.event.subject), due.bonus.at_most_per_subject),
            ((*pool, claim.account), due.bonus.at_most_per_account),
            (pool, due.bonus.budget),
        )
        amount = part
        for who, cap in caps:
            if cap is not None:
                amount = min(amount, max(cap - used.get(who, Decimal(0)), Decimal(0)))
        if amount > 0:
            for who, _cap in caps:
                used[who] = used.get(who, Decimal(0)) + amount
            row = claim.account, claim.market, claim.bonus, due.bonus.scope, claim.period
            sums[row] = sums.get(row, Decimal(0)) + amount
    return sums
