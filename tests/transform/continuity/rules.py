"""Which rules hold for an account on a day, and which of their names mean the same over versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property

from evenhand.policy.language.calendar import Calendar
from evenhand.policy.language.entries import EntryRule
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.programme import Programme
from transform.continuity.facts import Account, AccountRow, Event


@dataclass(frozen=True)
class Rules:
    """The packs of a history, as they hold for one of its accounts.

    Attributes:
        events: what is known to have happened to it, which says where programmes begin and end for it.
    """

    packs: tuple[Pack, ...]
    account: Account
    events: tuple[Event, ...] = ()

    @cached_property
    def _rows(self) -> list[AccountRow]:
        """A market that no pack knows is a word without effect."""
        markets = {market for pack in self.packs for market in pack.markets}
        known = [row for row in self.account.rows if row.market in markets] or self.account.rows
        return sorted(known, key=lambda row: row.landed)

    @cached_property
    def _judging(self) -> dict[date, list[Pack]]:
        return {}

    def row_on(self, day: date) -> AccountRow:
        """Where it is, and as what."""
        return ([row for row in self._rows if row.landed <= day] or self._rows[:1])[-1]

    def is_first_day_of_a_stay(self, day: date) -> bool:
        """Whether it is in another market, or of another kind, than the day before."""
        here, before = self.row_on(day), self.row_on(day - timedelta(days=1))
        return (here.market, here.kind) != (before.market, before.kind)

    def on(self, day: date) -> list[Pack]:
        """The packs of which something judges the account on a day: by its market and kind of that day."""
        if day not in self._judging:
            self._judging[day] = self._asked_on(day)
        return self._judging[day]

    def _asked_on(self, day: date) -> list[Pack]:
        return [pack for pack in self.there_on(day) if self.row_on(day).kind in kinds_of(pack)]

    def there_on(self, day: date) -> list[Pack]:
        """The packs of the market that the account is in on a day, whomever they judge."""
        market = self.row_on(day).market
        return [
            pack
            for pack in self.packs
            if market in pack.markets
            and pack.effective_from <= day
            and (pack.effective_until is None or day <= pack.effective_until)
        ]

    def programme_on(self, name: str, day: date) -> tuple[Pack, Programme] | None:
        """The programme of a name, with its pack."""
        kind = self.row_on(day).kind
        for pack in self.on(day):
            programme = pack.programmes.get(name)
            if programme and kind in (programme.applies_to or pack.applies_to):
                return (pack, programme) if self._is_member(programme, day) else None
        return None

    def member_from(self, programme: Programme) -> date | None:
        """The day on which a programme that begins with an activity begins for the account."""
        return min((each.on for each in self.events if each.activity == programme.begins_with), default=None)

    def _is_member(self, programme: Programme, day: date) -> bool:
        if programme.begins_with and (not (first := self.member_from(programme)) or day < first):
            return False
        return not any(
            each.on <= day for each in self.events if programme.ends_with and each.activity == programme.ends_with
        )

    def counting(self, event: Event) -> list[Pack]:
        """The packs that count a violation on its day."""
        kind = self.row_on(event.on).kind
        return [
            pack
            for pack in self.on(event.on)
            for programme in pack.programmes.values()
            if kind in (programme.applies_to or pack.applies_to)
            and any(matches(rule, event) for rule in programme.entries)
        ]

    def names(self, part: str) -> list[str]:
        return sorted({name for pack in self.packs for name in getattr(pack, part)})


def matches(rule: EntryRule, event: Event) -> bool:
    """Whether a rule is about an event."""
    return (
        (event.violation in rule.violation_types or event.activity in rule.activities)
        and (
            rule.content_age_at_most_days is None
            # One that isn't known is as one that is young.
            or event.content is None
            or event.content.published is None
            or (event.on - event.content.published).days <= rule.content_age_at_most_days
        )
        and (not rule.severities or event.severity in rule.severities)
        and (rule.amount_by_severity is None or event.severity in rule.amount_by_severity)
        and (rule.effective_from is None or rule.effective_from <= event.on)
        and (rule.effective_until is None or event.on <= rule.effective_until)
    )


def orders_of(packs: Sequence[Pack]) -> dict[str, Sequence[str]]:
    """The order of measures of each market of which several packs decide: as the newest of its packs has it."""
    return {
        market: pack.measures
        for pack in packs
        for market in pack.markets
        if len({other.pack for other in packs if market in other.markets}) > 1
    }


@cache
def calendar_days(calendar: Calendar) -> tuple[date, ...]:
    """Its days, in order."""
    return tuple(calendar.days())


def kinds_of(pack: Pack) -> set[str]:
    """Those of which it judges something: a part can be for kinds of account that the rest of its pack isn't for."""
    own = [kind for programme in pack.programmes.values() for kind in programme.applies_to]
    own += [kind for gate in pack.eligibility.values() for kind in gate.applies_to]
    return {*pack.applies_to, *own}
