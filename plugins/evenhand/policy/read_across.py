"""Programmes of other packs that conditions read: each has to be in force wherever and whenever it is asked of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from evenhand.policy.diagnose import dotted
from evenhand.policy.language.eligibility import Condition, Eligibility
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import Place
from evenhand.policy.language.recent import reads_recent
from evenhand.policy.loaded import LoadedPack, where
from evenhand.policy.texts import Mistake

_DAY = timedelta(days=1)


def unread_programmes(
    loaded: LoadedPack, packs: Sequence[LoadedPack], markets: Sequence[str] | None = None
) -> Iterator[Mistake]:
    """Where a pack reads a programme of another on a day, in a market or of a kind for which that isn't in force.

    Args:
        packs: all that decide beside it.
        markets: those that are looked at; by default, all of the pack.
    """
    pack, markets = loaded.pack, loaded.pack.markets if markets is None else markets
    for name, eligibility in pack.eligibility.items():
        for i, condition in enumerate(eligibility.conditions):
            for j, test in enumerate(condition.tests()):
                if not test.of_pack or not test.programme:
                    continue
                place: Place = ("eligibility", name, "conditions", i, *(("any_of", j) if condition.any_of else ()))
                if test.of_pack == pack.pack:
                    itself = f"{dotted(place)}: found {test.of_pack} itself; expected another pack, or no of_pack"
                    yield Mistake(*where(loaded, place), itself)
                    continue
                versions = [
                    each.pack
                    for each in packs
                    if each.pack.pack == test.of_pack and set(each.pack.markets) & set(markets)
                ]
                said = _unlike(versions, test.programme, test.if_missing is not None) or _uncovered(
                    pack,
                    markets,
                    eligibility,
                    condition,
                    [each for each in versions if test.programme in each.programmes],
                    test.programme,
                )
                if said:
                    found = f"{dotted(place)}: found {test.programme} of {test.of_pack}, {said}"
                    yield Mistake(*where(loaded, place), found)


def _unlike(versions: Sequence[Pack], programme: str, is_missing_spoken_for: bool) -> str | None:
    """What keeps a programme from being read by another pack, whenever it is in force."""
    for other in versions:
        if programme not in other.programmes:
            continue
        if per := other.programmes[programme].kept_per:
            return f"which has a balance per {per}; expected a programme with one value"
        if reads_recent(other, programme) or other.compares_accounts(programme):
            return "which reads recent activities or peers; expected a programme of the account's own lasting facts"
        if other.can_be_missing(programme) and not is_missing_spoken_for:
            return "whose value can be missing; expected if_missing: fails or holds"
    return None


def _uncovered(
    pack: Pack,
    markets: Sequence[str],
    eligibility: Eligibility,
    condition: Condition,
    versions: Sequence[Pack],
    programme: str,
) -> str | None:
    """The first market, kind and day for which no version has it."""
    first = max(filter(None, (pack.effective_from, condition.effective_from)))
    last = min(filter(None, (pack.effective_until, condition.effective_until)), default=None)
    for market in markets:
        for kind in condition.applies_to or eligibility.applies_to or pack.applies_to:
            having = [
                each
                for each in versions
                if market in each.markets and kind in (each.programmes[programme].applies_to or each.applies_to)
            ]
            if day := _first_day_without(having, first, last):
                return (
                    f"which isn't in force for {kind} in {market} on {day}; expected a programme that is wherever and"
                    " whenever the condition is asked"
                )
    return None


def _first_day_without(versions: Sequence[Pack], first: date, last: date | None) -> date | None:
    day = first
    for each in sorted(versions, key=lambda each: each.effective_from):
        if each.effective_from <= day and (each.effective_until is None or each.effective_until >= day):
            if each.effective_until is None:
                return None
            day = each.effective_until + _DAY
    return day if last is None or day <= last else None
