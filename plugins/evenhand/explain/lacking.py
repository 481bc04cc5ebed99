"""What an account lacks: rewards of zones and of eligibilities that it doesn't have, with what fails for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from evenhand.explain.account_rows import AccountRows
from evenhand.explain.explanation import FailedCondition, Lacking
from evenhand.explain.names import Names
from evenhand.policy.compile import bound_of
from evenhand.policy.prose.money import MONEY
from evenhand.policy.prose.words import COMPARATORS, PERCENT_OF

# What a condition asks for, and what the account has.
IN_ZONES, WITHOUT, BOUND = "{programme} in {zones}", "no {measure} or stricter in force", "{programme} {bound}"
IN_FORCE, STRICTER = "in force", "a stricter one is in force"
MISSING, HAS, IN_ZONE = "{programme} is missing", "{programme} is {value}", "it is in {zone}"
# A value that is told as the bound, for a release has four digits of it, and isn't quite: what is compared has ten.
LITTLE_LESS, LITTLE_MORE = "{programme} is a little less than {value}", "{programme} is a little more than {value}"
_NOT_QUITE = {"at_least": LITTLE_LESS, "at_most": LITTLE_MORE}
# Comparators whose bound itself isn't enough.
_BEYOND = ("more_than", "less_than")
EITHER = "{one} or {other}"


def what_is_lacking(rows: AccountRows, names: Names, market: str, kind: str) -> tuple[Lacking, ...]:
    """Each eligibility that is shut, and each reward of a zone that the account isn't in."""
    standings = {row["programme"]: row for row in rows.of("standings", "programme")}
    return (
        *_shut_eligibilities(rows, names, market, kind, standings),
        *_rewards_of_other_zones(rows, names, market, standings),
    )


def _shut_eligibilities(
    rows: AccountRows, names: Names, market: str, kind: str, standings: Mapping[str, Mapping[str, Any]]
) -> Iterator[Lacking]:
    penalties = {row["measure"] for row in rows.of("penalties", "row_key")}
    for shut in rows.of("eligibility", "eligibility"):
        if shut["is_open"]:
            continue
        name = shut["eligibility"]
        tests = rows.rules(
            "eligibility_tests",
            market,
            "eligibility = $eligibility and kind = $kind and asked_from <= $night"
            " and (asked_before is null or $night < asked_before)",
            eligibility=name,
            kind=kind,
        )
        effects = rows.rules("eligibility_effects", market, "eligibility = $eligibility", eligibility=name)
        yield Lacking(
            what=name,
            label=names.of("eligibility", name),
            gives=tuple(
                _given(names, row["measure"], row["scope"])
                for row in effects
                if row["list"] == "rewards" and row["measure"]
            ),
            fails=tuple(
                _condition(
                    each,
                    [
                        {**test, "unit": _unit_of(rows, market, test["programme"])}
                        for test in tests
                        if test["condition"] == each
                    ],
                    standings,
                    penalties,
                    names,
                    market,
                )
                for each in shut["failed_conditions"].split(", ")
                if each
            ),
        )


def _rewards_of_other_zones(
    rows: AccountRows, names: Names, market: str, standings: Mapping[str, Mapping[str, Any]]
) -> Iterator[Lacking]:
    rewards = {(row["reward"], row["scope"]) for row in rows.of("rewards", "row_key")}
    zones: dict[tuple[str, str, str], list[str]] = {}
    for row in rows.rules("rewards", market):
        zones.setdefault((row["programme"], row["reward"], row["scope"]), []).append(row["zone"])
    for (programme, reward, scope), asked in sorted(zones.items()):
        if programme not in standings or (reward, scope) in rewards or standings[programme]["zone"] in asked:
            continue
        asks = names.words(IN_ZONES).format(
            programme=names.of("programme", programme), zones=_either(names, [names.of("zone", zone) for zone in asked])
        )
        has = names.words(IN_ZONE).format(zone=names.of("zone", standings[programme]["zone"]))
        label = _given(names, reward, scope)
        bounds = [
            each
            for each in rows.rules("zones", market, "programme = $programme", programme=programme)
            if each["zone"] in asked
        ]
        lacks, is_more = distance_to(standings[programme]["balance"], bounds)
        unit = _unit_of(rows, market, programme)
        yield Lacking(
            f"{programme}/{scope}/{reward}",
            label,
            (label,),
            (FailedCondition("zone", names.of("condition", "zone"), asks, has, lacks, unit, is_more),),
        )


def distance_to(balance: Decimal | None, zones: Sequence[Mapping[str, Any]]) -> tuple[Decimal | None, bool]:
    """How far a balance is from the nearest of some zones, None if that isn't known; and whether it is to be more."""
    found: list[tuple[Decimal, bool]] = []
    if balance is None:
        return None, False
    for zone in zones:
        first, beyond = zone["value_from"], zone["value_below"]
        if first is not None and balance < first:
            bound, is_beyond = bound_of(first)
            found.append((bound - balance, is_beyond))
        elif beyond is not None and balance >= beyond:
            # The first value beyond a zone isn't in it.
            bound, is_beyond = bound_of(beyond)
            found.append((balance - bound, not is_beyond))
    return min(found, default=(None, False))


def _unit_of(rows: AccountRows, market: str, programme: str | None) -> str:
    found = rows.rules("programmes", market, "programme = $programme", programme=programme or "")
    return next((row["unit"] for row in found if row["unit"]), "")


def _either(names: Names, asked: Sequence[str]) -> str:
    """One of several things."""
    said = asked[0] if asked else ""
    for each in asked[1:]:
        said = names.words(EITHER).format(one=said, other=each)
    return said


def _given(names: Names, reward: str, scope: str) -> str:
    return f"{names.of('measure', reward)} ({names.of('scope', scope)})"


def _condition(
    name: str,
    tests: Sequence[Mapping[str, Any]],
    standings: Mapping[str, Mapping[str, Any]],
    penalties: set[str],
    names: Names,
    market: str,
) -> FailedCondition:
    """A condition that fails, and how near the account is to the nearest of its alternatives."""
    asks, has = [], []
    lacks: list[tuple[Decimal, bool, str]] = []
    for test in tests:
        if test["without_measure"]:
            measure = names.of("measure", test["without_measure"])
            asks.append(names.words(WITHOUT).format(measure=measure))
            has.append(names.words(IN_FORCE if test["without_measure"] in penalties else STRICTER))
            continue
        programme = test["programme"]
        value = standings.get(programme, {}).get("balance")
        label = names.of("programme", programme)
        # Of others the programme's name says what is counted.
        unit = test["unit"] if test["unit"] in (*PERCENT_OF, MONEY) else ""
        bound = f"{names.words(COMPARATORS[test['comparator']])} {names.of_unit(test['bound'], unit, market)}"
        asks.append(names.words(BOUND).format(programme=label, bound=bound))
        if value is None:
            has.append(names.words(MISSING).format(programme=label))
            continue
        not_quite = _NOT_QUITE.get(test["comparator"]) if value == test["bound"] else None
        said = names.words(not_quite or HAS)
        has.append(said.format(programme=label, value=names.of_unit(value, unit, market)))
        if not not_quite:
            lacks.append((abs(test["bound"] - value), test["comparator"] in _BEYOND, test["unit"]))
    label = names.of("condition", name)
    by, is_more, counts = min(lacks, default=(None, False, ""))
    return FailedCondition(name, label, _either(names, asks) or label, ", ".join(has), by, counts, is_more)
