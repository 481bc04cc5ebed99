"""Random packs over the breadth of the language, and random stories crowded where their rules turn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from hypothesis import strategies as st

from evenhand.policy.language.examples import Event
from evenhand.policy.language.pack import Pack
from evenhand.policy.load import pack_from

FIRST_DAY = date(2026, 1, 1)
TYPES = ("copyright", "spam")
STEPS = (0, 0, 1, 1, 2, 3, 4, 5, 9, 10, 11)
Outcome = Literal["granted", "denied", "partly_granted"]
OUTCOMES: Sequence[Outcome | None] = (None, None, None, "granted", "denied", "partly_granted")


@st.composite
def packs(draw: st.DrawFn) -> Pack:
    rising = draw(st.booleans())
    ledger = draw(_ledger(rising))
    programmes = {"ledger": ledger, "counter": draw(_counter())}
    if draw(st.booleans()) and "kept_per" not in ledger:
        programmes["milestones"] = {
            "unit": "point",
            "same_as": "ledger",
            "zones": draw(_zones(rising, ledger["start"])),
        }
    programmes["ledger"].pop("start")
    eligibility = {
        "conditions": [
            {"condition": "few", "programme": "counter", draw(st.sampled_from(["at_most", "less_than"])): 1},
            {"condition": "unpunished", "without_measure": draw(st.sampled_from(["firm", "strict"]))},
        ]
    }
    if "kept_per" not in ledger:
        bound = draw(st.sampled_from([1, 2, 150]))
        eligibility["conditions"].append(
            {
                "condition": "either",
                "any_of": [
                    {"programme": "ledger", draw(st.sampled_from(["at_least", "more_than"])): bound},
                    {"programme": "counter", "at_most": 0},
                ],
            }
        )
    return pack_from(
        {
            "pack": "wide",
            "version": 1,
            "markets": ["earth"],
            "effective_from": date(2020, 1, 1),
            "appeal_route": "Write to us.",
            "measures": ["mild", "firm", "strict"],
            "programmes": programmes,
            "eligibility": {"door": eligibility},
        }
    )


@st.composite
def _ledger(draw: st.DrawFn, rising: bool) -> dict[str, Any]:
    start = 0 if rising else 200
    programme: dict[str, Any] = {"unit": "point", "entries": draw(_rules(rising)), "start": start}
    programme["balance"] = {"start": start}
    if draw(st.booleans()):
        programme["balance"] |= {"at_least": 0, "at_most": 5 if rising else 205}
    programme["zones"] = draw(_zones(rising, start))
    match draw(st.sampled_from(["", "", "each", "never", "later", "kept"])):
        case "each":
            programme["fires"] = "on_each_rise"
        case "never":
            programme["never_falls"] = True
        case "later":
            programme["falls_after_days"] = 3
        case "kept" if all(
            "violation_types" in rule and "amount_per_step" not in rule for rule in programme["entries"]
        ):
            programme["kept_per"] = "violation_type"
    return programme


@st.composite
def _counter(draw: st.DrawFn) -> dict[str, Any]:
    rule = {
        "rule": "each",
        "violation_types": list(TYPES),
        "amount": 1,
        "lasts_days": draw(st.sampled_from([1, 4, 10])),
    }
    zones = [{"zone": "few"}, {"zone": "many", "at_least": 2, "measures": [draw(_effect("ads"))]}]
    return {"unit": "violation", "entries": [rule], "zones": zones}


@st.composite
def _rules(draw: st.DrawFn, rising: bool) -> list[dict[str, Any]]:
    sign = 1 if rising else -1
    rules = []
    together = draw(st.booleans())
    for types in [list(TYPES)] if together else [["copyright"], ["spam"]]:
        rule: dict[str, Any] = {"rule": f"{types[-1]}_counts", "violation_types": types}
        rule |= draw(
            st.sampled_from(
                [
                    {"amount": sign},
                    {"amount": sign * 2.5},
                    {
                        "amount_by_reviewer": {"at_least": 1, "at_most": 4}
                        if rising
                        else {"at_least": -60, "at_most": -5}
                    },
                    {"amount_by_severity": {"high": sign * 3, "low": sign}},
                ]
            )
        )
        rule |= draw(st.sampled_from([{}, {"counts_once_per": "batch"}, {"counts_once_per": "day"}]))
        rule |= draw(
            st.sampled_from(
                [
                    {}, {}, {"not_again_within_days": 3}, {"every": {"count": 2, "within_days": 4}},
                    {"grace": {"training": "training", "same_type_days": 4}},
                ]
            )
        )  # fmt: skip
        rule |= draw(
            st.sampled_from(
                [
                    {}, {"lasts_days": 3}, {"lasts_days": 10}, {"lasts_days": 4, "clock_starts_with": "training"},
                    {"lasts_days": 4, "ends_only_after": "training"},
                ]
            )
        )  # fmt: skip
        rules.append(rule)
    if draw(st.booleans()):
        rules.append(
            {
                "rule": "orders",
                "activities": ["orders"],
                **draw(st.sampled_from([{"amount_per_unit": -sign}, {"amount_per_step": {"of": 3, "amount": -sign}}])),
                "lasts_days": draw(st.sampled_from([4, 10])),
            }
        )
    return rules


@st.composite
def _zones(draw: st.DrawFn, rising: bool, start: int) -> list[dict[str, Any]]:
    first: dict[str, Any] = {"zone": "good"}
    if draw(st.booleans()):
        first["measures"] = [{"measure": "mild", "scope": "commission", "while_in_zone": True}]
    zones = [first]
    up: list[list[float]] = [[1, 2, 4], [1.5, 3], [2]]
    down: list[list[float]] = [[199, 150, 100], [190, 195 - 50], [150]]
    for number, bound in enumerate(draw(st.sampled_from(up if rising else down))):
        how = draw(st.sampled_from(["at_least", "more_than"] if rising else ["at_most", "less_than"]))
        zone: dict[str, Any] = {"zone": f"zone_{number}", how: bound}
        scopes = draw(st.lists(st.sampled_from(["live", "account"]), unique=True, max_size=2))
        zone["measures"] = [draw(_effect(scope)) for scope in scopes]
        zones.append(zone)
    return zones


@st.composite
def _effect(draw: st.DrawFn, scope: str) -> dict[str, Any]:
    return {
        "measure": draw(st.sampled_from(["mild", "firm", "strict"])),
        "scope": scope,
        **draw(
            st.sampled_from(
                [
                    {"days": 1}, {"days": 4}, {"days": 7}, {"permanent": True}, {"while_in_zone": True},
                    {"days": 3, "starts_after_days": 1},
                ]
            )
        ),
    }  # fmt: skip


@st.composite
def stories(draw: st.DrawFn) -> list[Event]:
    """What happens to one account, in the order of the days."""
    events: list[Event] = []
    day = FIRST_DAY
    for number in range(draw(st.integers(1, 7))):
        day += timedelta(days=draw(st.sampled_from(STEPS)))
        kind = draw(st.sampled_from(["violation"] * 5 + ["training", "orders"]))
        if kind != "violation":
            quantity = draw(st.sampled_from([None, Decimal(2), Decimal(4)]))
            events.append(Event(on=day, activity=kind, id=f"x{number}", quantity=quantity))
            continue
        events.append(
            Event(
                on=day,
                violation=draw(st.sampled_from(TYPES)),
                id=f"v{number}",
                severity=draw(st.sampled_from([None, "high", "low"])),
                points=draw(st.sampled_from([None, Decimal(2), Decimal(9), Decimal(-30), Decimal(-90)])),
                batch=draw(st.sampled_from([None, "b1", "b2"])),
            )
        )
        outcome = draw(st.sampled_from(OUTCOMES))
        if outcome:
            decided = day + timedelta(days=draw(st.sampled_from(STEPS)))
            points = draw(st.sampled_from([Decimal(1), Decimal(3)])) if outcome == "partly_granted" else None
            events.append(Event(on=decided, appeal=f"v{number}", outcome=outcome, filed_on=day, points=points))
            if outcome == "partly_granted" and draw(st.booleans()):
                again = decided + timedelta(days=draw(st.sampled_from((1, 3, 10))))
                events.append(
                    Event(on=again, appeal=f"v{number}", outcome=outcome, filed_on=decided, points=Decimal(2))
                )
    return events
