"""What people impose and lift themselves, of the market that an account is in on a day: decision 10, and sentence 4 of
what goes on over versions.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from evenhand.policy.language.pack import Pack
from transform.continuity.facts import Account, Emergency, days
from transform.continuity.rules import Rules, kinds_of


def met(rules: Rules, account: Account, night: date, day: date) -> list[Emergency]:
    """Those that a night knows and that meet the account on a day: they are of the market that it is in on that day."""
    known = [each for each in account.emergencies if each.first <= night]
    return [each for each in known if each.market == rules.row_on(day).market]


def is_lifted(emergencies: list[Emergency], on: str, name: str, scope: str, day: date) -> bool:
    """Whether what rules bring is lifted on a day: a measure, or a reward, of a scope."""
    return any(_covers(each, on, name, scope, day) for each in emergencies if each.lifts)


def imposed(emergencies: list[Emergency], on: str, day: date) -> Iterator[Emergency]:
    """What is imposed on a day: the later word holds, so that a lift takes back what was imposed before it."""
    for each in emergencies:
        is_over = each.ended is not None and each.ended <= day
        if not each.lifts and each.on == on and each.first <= day <= each.last and not is_over:
            later = [other for other in emergencies if other.key > each.key]
            if not is_lifted(later, on, each.name, each.scope, day):
                yield each


def judging(rules: Rules, each: Emergency) -> Pack:
    """The pack by which something is imposed: of those of its first night that have it, rather one that judges what the
    account is on the first day on which it meets it."""
    there = [
        pack
        for pack in rules.packs
        if each.market in pack.markets
        and pack.effective_from <= each.first
        and (pack.effective_until is None or each.first <= pack.effective_until)
    ]
    kind = next(row.kind for day in days(each.first, each.last) if (row := rules.row_on(day)).market == each.market)
    return min(
        there,
        key=lambda pack: (
            each.on == "penalties" and each.name not in pack.measures,
            kind not in kinds_of(pack),
            pack.pack,
        ),
    )


def _covers(each: Emergency, on: str, name: str, scope: str, day: date) -> bool:
    return (each.on, each.name, each.scope) == (on, name, scope) and each.first <= day <= each.last
