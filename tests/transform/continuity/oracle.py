"""What a night's lists have to be, worked out slowly from the sentences on what goes on over versions, packs and moves.

It shares no code with the models: an account is walked through day by day, each day by the rules of that day, and each
night anew, from what had landed by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from evenhand.policy.language.effects import Quota
from evenhand.policy.language.eligibility import Eligibility, Test
from evenhand.policy.language.pack import Pack
from transform.continuity.appeals import outcomes_of
from transform.continuity.emergencies import imposed, is_lifted, judging, met
from transform.continuity.facts import DAY, Account, Emergency, History, days, events_on, known
from transform.continuity.ledger import entries_of
from transform.continuity.money import Claim, Due, claims_of, paid
from transform.continuity.names import names_on, pack_called
from transform.continuity.night import Night, Penalty, named
from transform.continuity.rules import Rules, calendar_days, orders_of
from transform.continuity.running import in_force, in_this_zone_since, rewarded_since
from transform.continuity.settled import settle
from transform.continuity.standing import Walk, walks_of


def decide(history: History, night: date) -> Night:
    said = Night()
    claims: dict[Claim, Due] = {}
    for account in history.accounts:
        if account.known_on(night):
            _Decided(history, account, night).say(said)
            claims |= _claims(history, account, night)
    rows = {account.account_id: Rules(history.packs, account).row_on(night) for account in history.accounts}
    for (who, market, bonus, scope, period), amount in paid(claims).items():
        said.paid[f"{who}/{bonus}/{scope}/{period} in {market}"] = amount, max(period, rows[who].onboarded_on)
    return named(said, names_on(history.packs, history.called, night))


def _claims(history: History, account: Account, night: date) -> dict[Claim, Due]:
    decided: dict[date, _Decided] = {}

    def is_open(gate: str, day: date, known_on: date) -> bool:
        if known_on not in decided:
            decided[known_on] = _Decided(history, account, known_on)
        return decided[known_on].is_open(gate, day)

    if not any(pack.bonuses for pack in history.packs):
        return {}
    return claims_of(Rules(history.packs, account), account, is_open, night)


class _Decided:
    """One account, as known on a night."""

    def __init__(self, history: History, account: Account, night: date) -> None:
        self._account, self._night, self._called = account, night, history.called
        events = events_on(account, night)
        self._rules = Rules(history.packs, account, tuple(events))
        self._first = min(pack.effective_from for pack in history.packs)
        self._orders = orders_of(history.packs)
        appeals = known(account.appeals, night)
        outcomes = outcomes_of(self._rules, events, appeals, night)
        self._walks: dict[str, list[Walk]] = {}
        for name in self._rules.names("programmes"):
            entries = entries_of(self._rules, name, events, outcomes, night)
            self._walks[name] = walks_of(self._rules, name, entries, self._first, night)
            happened = [event for event in events if event.on <= night]
            settle(self._walks[name], self._rules, happened, appeals, night)
        self._gates = {name: self._walk_gate(name) for name in self._rules.names("eligibility")}

    def say(self, said: Night) -> None:
        who, night = self._account.account_id, self._night
        self._say_imposed(said)
        for name, walks in self._walks.items():
            for scope, penalties in self._running(walks, night).items():
                key = f"{who}/{name}/{scope}"
                said.penalties[key] = strictest = self._strictest(name, penalties)
                if strictest.counts:
                    said.quotas[key] = self._used(*strictest.counts, strictest.first)
            for (scope, badge), rewards in self._rewards_running(walks, night).items():
                longest = max(rewards, key=lambda each: (each.last or date.max, -each.first.toordinal()))
                said.rewards[f"{who}/{name}/{scope}/{badge}"] = self._onboarded(longest.first)
            stands = [each.stands[night] for each in walks if night in each.stands]
            if stands:
                worst = max(stands, key=lambda stand: stand.zone)
                said.standings[f"{who}/{name}"] = worst.name, self._told(walks)
                for reward in worst.programme.rewards:
                    if worst.name in reward.zones and not self._is_lifted(
                        "rewards", reward.reward, reward.scope, night
                    ):
                        since = rewarded_since(walks, night, worst.name, reward)
                        said.rewards[f"{who}/{name}/{reward.scope}/{reward.reward}"] = self._onboarded(since)
        for name, states in self._gates.items():
            if night in states:
                said.failed[f"{who}/{name}"] = states[night][1]
                self._say_gate(said, name, states)

    def _told(self, walks: Sequence[Walk]) -> Decimal:
        """The value of the balance that is told: the strictest, of those the longest in its zone, then by name."""
        night = self._night
        standing = [each for each in walks if night in each.stands]
        told = min(
            standing,
            key=lambda each: (each.stands[night].waits, -each.stands[night].zone, in_this_zone_since(each, night)),
        )
        return told.stands[night].value

    def is_open(self, gate: str, day: date) -> bool:
        """Whether it is asked of the account on a day, and all of it holds."""
        asked = self._gates[gate].get(day)
        return asked is not None and not asked[1]

    def _onboarded(self, day: date) -> date:
        return max(day, self._rules.row_on(self._night).onboarded_on)

    def _running(self, walks: list[Walk], night: date) -> dict[str, list[Penalty]]:
        """Penalties of a programme that are in force, by scope."""
        found: dict[str, list[Penalty]] = {}
        for effect, pack, first, last in in_force(walks, night):
            if effect.measure and not self._is_lifted("penalties", effect.measure, effect.scope, night):
                counts = (effect.quota, pack) if effect.quota else None
                found.setdefault(effect.scope, []).append(Penalty(effect.measure, first, last, counts, pack))
        return found

    def _rewards_running(self, walks: Sequence[Walk], night: date) -> dict[tuple[str, str], list[Penalty]]:
        found: dict[tuple[str, str], list[Penalty]] = {}
        for effect, _, first, last in in_force(walks, night):
            if effect.reward and not self._is_lifted("rewards", effect.reward, effect.scope, night):
                found.setdefault((effect.scope, effect.reward), []).append(Penalty(effect.reward, first, last))
        return found

    def _used(self, quota: Quota, pack: Pack, first: date) -> tuple[int, int]:
        """How many went through, and how many were over it."""
        since = first
        if quota.per:
            since = max(first, *(day for day in calendar_days(pack.calendars[quota.per]) if day <= self._night))
        done = sum(
            int(1 if each.quantity is None else each.quantity)
            for each in self._rules.events
            if each.activity == quota.activity and since <= each.on <= self._night
        )
        return min(done, quota.at_most), max(done - quota.at_most, 0)

    def _strictest(self, part: str, penalties: list[Penalty]) -> Penalty:
        """Of equal ones the later end, no end being the latest; then the earlier first day."""
        packs = self._rules.there_on(self._night)
        having = next((pack for pack in packs if part in pack.programmes or part in pack.eligibility), None)
        return max(
            penalties,
            key=lambda p: (self._rank(p.measure, having or p.pack), p.last or date.max, -p.first.toordinal()),
        )

    def _rank(self, measure: str, pack: Pack | None) -> int:
        """How strict it is: as the market says that the account is in now, if it says it, or else as a pack has it."""
        order = self._orders.get(self._rules.row_on(self._night).market) or (pack.measures if pack else ())
        return list(order).index(measure)

    def _walk_gate(self, name: str) -> dict[date, tuple[Pack, tuple[str, ...]]]:
        """On each day on which it is asked of the account: the pack, and the conditions that fail."""
        states: dict[date, tuple[Pack, tuple[str, ...]]] = {}
        for day in days(self._first, self._night):
            for pack in self._rules.on(day):
                gate = pack.eligibility.get(name)
                if not gate or self._rules.row_on(day).kind not in (gate.applies_to or pack.applies_to):
                    continue
                # What was reached is kept from day to day: after a day without it, nothing is.
                was_open = (before := states.get(day - DAY)) is not None and not before[1]
                states[day] = pack, () if gate.stays_eligible and was_open else self._failed(pack, gate, day)
        return states

    def _failed(self, pack: Pack, gate: Eligibility, day: date) -> tuple[str, ...]:
        return tuple(
            sorted(
                condition.condition
                for condition in gate.conditions
                if (not condition.applies_to or self._rules.row_on(day).kind in condition.applies_to)
                and (condition.effective_from is None or condition.effective_from <= day)
                and (condition.effective_until is None or day <= condition.effective_until)
                and not any(self._holds(pack, test, day) for test in condition.tests())
            )
        )

    def _holds(self, pack: Pack, test: Test, day: date) -> bool:
        if test.without_measure:
            return not self._bars(pack, test.without_measure, day)
        assert test.programme and test.comparison
        stands = [each.stands[day] for each in self._walks[test.programme] if day in each.stands]
        if not stands:
            return test.if_missing == "holds"
        comparator, bound = test.comparison
        value = stands[0].value
        return {
            "at_least": value >= bound, "more_than": value > bound,
            "at_most": value <= bound, "less_than": value < bound,
        }[comparator]  # fmt: skip

    def _bars(self, asking: Pack, measure: str, day: date) -> bool:
        """Whether it, or a stricter one on one of its scopes or on the account, is in force, prevailing or not.

        Its scopes are those on which a pack puts it on accounts of this kind.
        """
        scopes, kind = {"account"}, self._rules.row_on(day).kind
        for pack in self._rules.on(day):
            for place, effect in pack.effects:
                if kind in (pack.programmes[str(place[1])].applies_to or pack.applies_to):
                    scopes |= {effect.scope} if effect.measure == measure else set()
                    scopes |= {each.scope for each in effect.then if each.measure == measure}
            for gate in pack.eligibility.values():
                if kind in (gate.applies_to or pack.applies_to):
                    scopes |= {effect.scope for effect in gate.while_not_eligible if effect.measure == measure}
        there = [
            (scope, each.measure)
            for walks in self._walks.values()
            for scope, penalties in self._running(walks, day).items()
            for each in penalties
        ]
        there += [(each.scope, each.name) for each in imposed(self._met(day), "penalties", day)]
        return any(
            name == measure or (scope in scopes and self._rank(name, asking) > self._rank(measure, asking))
            for scope, name in there
        )

    def _is_lifted(self, on: str, name: str, scope: str, day: date) -> bool:
        return is_lifted(self._met(day), on, name, scope, day)

    def _met(self, day: date) -> list[Emergency]:
        return met(self._rules, self._account, self._night, day)

    def _say_imposed(self, said: Night) -> None:
        who, night = self._account.account_id, self._night
        found: dict[str, list[Emergency]] = {}
        for on in ("penalties", "rewards"):
            for each in imposed(self._met(night), on, night):
                key = f"{who}/emergency/{each.scope}" + (f"/{each.name}" if on == "rewards" else "")
                found.setdefault(key, []).append(each)
        for key, there in found.items():
            in_order = sorted(there, key=lambda each: each.key)
            each = max(in_order, key=lambda each: (self._rank_imposed(each), each.last, -each.first.toordinal()))
            pack = judging(self._rules, each)
            said.imposed_by[key] = pack_called(self._called, pack), pack.version
            if each.on == "penalties":
                said.penalties[key] = Penalty(each.name, each.first, each.last)
            else:
                said.rewards[key] = each.first

    def _rank_imposed(self, each: Emergency) -> int:
        """As the version of the night has it, under whatever name of its pack, or else as the one that imposed it."""
        if each.on == "rewards":
            return 0
        pack = judging(self._rules, each)
        now = [other for other in self._rules.there_on(self._night) if other.pack == pack.pack]
        return self._rank(each.name, (now or [pack])[0])

    def _say_gate(self, said: Night, name: str, states: dict[date, tuple[Pack, tuple[str, ...]]]) -> None:
        who, night = self._account.account_id, self._night
        pack, failed = states[night]
        gate = pack.eligibility[name]
        for effect in gate.while_not_eligible if failed else gate.while_eligible:
            on = "penalties" if effect.measure else "rewards"
            if self._is_lifted(on, str(effect.measure or effect.reward), effect.scope, night):
                continue
            day = night
            # A version that lacks it ends it, as opening the gate does.
            while (before := states.get(day - DAY)) and bool(before[1]) == bool(failed):
                theirs = before[0].eligibility[name]
                if effect not in (theirs.while_not_eligible if failed else theirs.while_eligible):
                    break
                day -= DAY
            first = self._onboarded(day)
            if effect.measure:
                penalty = Penalty(effect.measure, first, None)
                key = f"{who}/{name}/{effect.scope}"
                there = said.penalties.get(key)
                said.penalties[key] = self._strictest(name, [penalty, there]) if there else penalty
            else:
                said.rewards[f"{who}/{name}/{effect.scope}/{effect.reward}"] = first
