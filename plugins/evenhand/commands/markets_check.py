"""Markets that no pack decides for and no night knows: what is said of them in other files never comes about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.cases.owners import owners_of
from evenhand.people.people import ALL, read_people
from evenhand.policy.check import Finding, check_name
from evenhand.policy.diagnose import dotted
from evenhand.policy.loaded import LoadedPack
from evenhand.policy.named_days import places_of_markets, read_named_days
from evenhand.policy.targets import place_in_targets, read_targets
from evenhand.policy.texts import PackError
from evenhand.settings import Settings


def markets_of_people(packs: Sequence[LoadedPack], here: Settings) -> Iterator[Finding]:
    """Markets of people.yml that no pack decides for and no night knows: a slip there takes rights and reports away."""
    known = _markets_known(packs, here)
    try:
        listed = read_people(here.people).people if here.people.exists() else ()
    except PackError:
        # That is said already.
        return
    for each in listed:
        for market in each.markets if len(known) > 1 else ():
            if market not in known:
                said = f"found market {market} for {each.name}; expected one of {', '.join(sorted(known))}"
                yield Finding(str(here.people), 0, 0, "warning", check_name(markets_of_people), said)


def markets_of_targets(packs: Sequence[LoadedPack], here: Settings) -> Iterator[Finding]:
    """Markets of targets.yml that no pack decides for and no night knows: nothing is ever held to such a target."""
    known = _markets_known(packs, here)
    try:
        targets = read_targets(here.policies)
    except PackError:
        # That is said already.
        return
    several = (("targets", targets.targets), ("goals", targets.goals))
    places = [((name, at, "market"), each.market) for name, wanted in several for at, each in enumerate(wanted)]
    for place, market in places if len(known) > 1 else ():
        if market not in known:
            said = f"{dotted(place)}: found {market}; expected one of {', '.join(sorted(known))}"
            yield Finding(*place_in_targets(here.policies, place), "warning", check_name(markets_of_targets), said)


def markets_of_named_days(packs: Sequence[LoadedPack], here: Settings) -> Iterator[Finding]:
    """Markets of calendar.yml that no pack decides for and no night knows: nobody is ever shown such a day."""
    known = _markets_known(packs, here)
    try:
        named_days = read_named_days(here.policies)
    except PackError:
        # That is said already.
        return
    for market, at, place in places_of_markets(named_days, here.policies) if len(known) > 1 else ():
        if market not in known:
            said = f"{dotted(at)}: found {market}; expected one of {', '.join(sorted(known))}"
            yield Finding(*place, "warning", check_name(markets_of_named_days), said)


def _markets_known(packs: Sequence[LoadedPack], here: Settings) -> set[str]:
    """The markets that packs decide for, those that the newest night has accounts of, and all of them together."""
    owners = owners_of(here.releases, ())
    return {ALL, *(market for each in packs for market in each.pack.markets), *(owners.known if owners else ())}
