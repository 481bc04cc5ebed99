"""Random packs and histories, crowded where rules turn: at expiries, at the ends of measures, on one day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from evenhand.policy.language.pack import Pack
from transform.oracle import Account, Emergency, Violation

FIRST_DAY = date(2026, 1, 1)
LONG_AGO = date(2020, 1, 1)
LENGTHS = (3, 10)
DAYS = (1, 4, 7)
TYPES = ("copyright", "spam")
SCOPES = ("account", "live")
# Steps between one event and the next that land on, before and behind an expiry or the end of a measure.
STEPS = sorted({0, 1, 2, *(n + d for n in (*LENGTHS, *DAYS) for d in (-1, 0, 1))})


@st.composite
def programmes(draw: st.DrawFn) -> dict[str, Any]:
    thresholds = draw(st.sampled_from([["1", "2", "4"], ["1.5", "3"], ["2"], ["1", "2", "3", "5.5"]]))
    zones: list[dict[str, Any]] = [{"zone": "good"}]
    for number, at_least in enumerate(thresholds):
        effects = {}
        for _ in range(draw(st.integers(0, 3))):
            effect: dict[str, Any] = {
                "measure": draw(st.sampled_from(["mild", "firm", "strict"])),
                "scope": draw(st.sampled_from(SCOPES)),
            }
            effect |= draw(st.sampled_from([{"permanent": True}, *({"days": days} for days in DAYS)]))
            effects[effect["measure"], effect["scope"]] = effect
        zones.append({"zone": f"zone_{number}", "at_least": Decimal(at_least), "measures": tuple(effects.values())})
    entries = [
        {
            "rule": f"{kind}_counts",
            "violation_types": (kind,),
            "amount": Decimal(draw(st.sampled_from(["1", "0.5", "2.25"]))),
            "counts_once_per": draw(st.sampled_from(["violation", "batch"])),
            "lasts_days": draw(st.sampled_from([*LENGTHS, None])),
        }
        for kind in draw(st.sampled_from([("copyright",), TYPES]))
    ]
    zone_names = [zone["zone"] for zone in zones]
    rewards = [
        {"reward": "boost", "scope": "campaign", "zones": tuple(draw(st.sets(st.sampled_from(zone_names), min_size=1)))}
    ]
    return {"unit": "point", "entries": tuple(entries), "zones": tuple(zones), "rewards": tuple(rewards)}


@st.composite
def packs(draw: st.DrawFn) -> list[Pack]:
    """The packs of two markets: one may give way to its next version in the middle of the history, one may begin there.

    Between two versions there may be days without a pack.
    """
    turn = FIRST_DAY + timedelta(days=draw(st.sampled_from(STEPS[1:])))
    found = [draw(_pack("moon", 1, draw(st.sampled_from([LONG_AGO, turn])), None))]
    if draw(st.booleans()):
        gap = timedelta(days=draw(st.sampled_from([1, 1, 1, 4])))
        found.append(draw(_pack("earth", 1, LONG_AGO, turn - gap)))
        found.append(draw(_pack("earth", 2, turn, None)))
    else:
        found.append(draw(_pack("earth", 1, LONG_AGO, None)))
    return found


@st.composite
def _pack(draw: st.DrawFn, market: str, version: int, effective_from: date, effective_until: date | None) -> Pack:
    return Pack.model_validate(
        {
            "pack": f"pack_of_{market}",
            "version": version,
            "markets": (market,),
            "effective_from": effective_from,
            "effective_until": effective_until,
            "applies_to": draw(st.sampled_from([("creator",), ("creator", "platform")])),
            "appeal_route": "Write to us.",
            # Another version may rank the same measures elsewhere.
            "measures": (*(["lightest"] if version == 2 else []), "mild", "firm", "strict"),
            "programmes": {name: draw(programmes()) for name in draw(st.sampled_from([("a",), ("a", "b")]))},
        }
    )


@st.composite
def accounts(draw: st.DrawFn, number: int) -> Account:
    account_id = f"a{number}"
    violations = []
    day = FIRST_DAY
    for at, step in enumerate(draw(st.lists(st.sampled_from(STEPS), max_size=6))):
        day += timedelta(days=step)
        appeals = tuple(
            (outcome, day + timedelta(days=later))
            for outcome, later in draw(
                st.lists(
                    st.tuples(st.sampled_from(["granted", "granted", "denied", "pending"]), st.sampled_from(STEPS)),
                    max_size=draw(st.sampled_from([0, 1, 3])),
                )
            )
        )
        violations.append(
            Violation(
                violation_id=f"{account_id}.{at}",
                type=draw(st.sampled_from([*TYPES, "unjudged"])),
                day=day,
                batch=draw(st.sampled_from([None, "b1", "b2"])),
                appeals=appeals,
            )
        )
    return Account(
        account_id=account_id,
        market=draw(st.sampled_from(["earth", "moon"])),
        kind=draw(st.sampled_from(["creator", "creator", "platform"])),
        violations=tuple(violations),
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Account]:
    return [draw(accounts(number)) for number in range(draw(st.integers(4, 16)))]


@st.composite
def emergencies(draw: st.DrawFn, history: list[Account]) -> list[Emergency]:
    """Some on each of a few accounts, on few scopes and days, so that they meet each other and what packs bring."""
    found: list[Emergency] = []
    for account in draw(st.lists(st.sampled_from(history), min_size=1, max_size=6)):
        for _ in range(draw(st.integers(1, 4))):
            first = FIRST_DAY + timedelta(days=draw(st.sampled_from(STEPS)) + draw(st.sampled_from(STEPS)))
            found.append(
                Emergency(
                    emergency_id=f"e{len(found):03}",
                    action=draw(st.sampled_from(["impose", "lift"])),
                    account_id=account.account_id,
                    # It may have moved since.
                    market=draw(st.sampled_from([account.market, account.market, account.market, "earth", "moon"])),
                    measure=draw(st.sampled_from(["mild", "firm", "strict"])),
                    scope=draw(st.sampled_from(SCOPES)),
                    first=first,
                    last=first + timedelta(days=draw(st.sampled_from([0, 1, 3, 9]))),
                )
            )
    return found


def days_that_matter(history: list[Account]) -> list[date]:
    """Days on which something may turn: events, decisions on appeals, ends of entries and measures; and beside."""
    events = {violation.day for account in history for violation in account.violations} | {FIRST_DAY}
    decisions = {decided for account in history for violation in account.violations for _, decided in violation.appeals}
    ends = {day + timedelta(days=length) for day in events for length in (*LENGTHS, *DAYS)}
    return sorted({day + timedelta(days=later) for day in events | decisions | ends for later in (-1, 0, 1)})


def last_day(history: list[Account]) -> date:
    return max((violation.day for account in history for violation in account.violations), default=FIRST_DAY)
