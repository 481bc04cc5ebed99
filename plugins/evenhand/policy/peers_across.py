"""What one account is paid hangs on no other account's facts: nor by a measure that another pack brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from evenhand.policy.clashes import markets_of_both
from evenhand.policy.diagnose import dotted
from evenhand.policy.language.effects import Effect
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import Name, Place
from evenhand.policy.loaded import LoadedPack, where
from evenhand.policy.texts import Mistake


def bonuses_behind_peers(
    loaded: LoadedPack,
    packs: Sequence[LoadedPack],
    order: Mapping[str, Sequence[str]],
    markets: Sequence[str] | None = None,
) -> Iterator[Mistake]:
    """Where an eligibility of a bonus asks that a measure isn't in force which a comparison with peers brings.

    Of the conditions that read such a programme themselves, the pack and `read_across` know.

    Args:
        packs: all that decide beside it.
        order: of markets that have one, the order of their measures, mildest first.
        markets: those that are looked at; by default, all of the pack.
    """
    pack = loaded.pack
    for name, bonus in pack.bonuses.items():
        found = (
            next(_bars_by_peers(pack, bonus.eligibility, packs, order, markets), None) if bonus.eligibility else None
        )
        if found:
            market, other, at, measure = found
            place: Place = ("bonuses", name, "eligibility")
            file, line, _ = where(other, at)
            yield Mistake(
                *where(loaded, place),
                f"{dotted(place)}: found {bonus.eligibility}, which {measure} shuts in {market}, brought by"
                f" {at[1]} of {other.pack.pack} version {other.pack.version} ({file}:{line}), a comparison with peers;"
                " expected one that reads no peers: what one account is paid hangs on no other account's facts",
            )


def _bars_by_peers(
    pack: Pack,
    eligibility: Name,
    packs: Sequence[LoadedPack],
    order: Mapping[str, Sequence[str]],
    markets: Sequence[str] | None,
) -> Iterator[tuple[str, LoadedPack, Place, Name]]:
    """Each market, with the pack, place and measure, in which peers bring what an eligibility may not have."""
    asked = pack.eligibility[eligibility]
    absent = {
        (kind, test.without_measure)
        for condition in asked.conditions
        for test in condition.tests()
        if test.without_measure
        for kind in condition.applies_to or asked.applies_to or pack.applies_to
    }
    for market in pack.markets if markets is None else markets:
        beside = [each for each in packs if market in markets_of_both(pack, each.pack)]
        beside = [each for each in beside if each.pack is pack or each.pack.pack != pack.pack]
        for other in beside:
            for at, measure, scope in _brought_by_peers(other.pack):
                kinds = other.pack.programmes[str(at[1])].applies_to or other.pack.applies_to
                for kind, without in sorted(absent):
                    if kind in kinds and (
                        measure == without
                        or (
                            scope in {"account"}.union(*(_scopes_of(each.pack, without) for each in beside))
                            and _strictness(measure, pack, other.pack, order.get(market, ()))
                            > _strictness(without, pack, other.pack, order.get(market, ()))
                        )
                    ):
                        yield market, other, at, measure


def _brought_by_peers(pack: Pack) -> Iterator[tuple[Place, Name, Name]]:
    """The place of each effect of a comparison with peers, with each penalty and scope that it comes to."""
    for place, effect in pack.effects:
        if pack.compares_accounts(str(place[1])):
            for measure, scope in _penalties_of(effect):
                yield place, measure, scope


def _scopes_of(pack: Pack, measure: Name) -> set[str]:
    """On what a pack puts a measure."""
    by_zones = {scope for _, effect in pack.effects for each, scope in _penalties_of(effect) if each == measure}
    return by_zones | {
        each.scope
        for eligibility in pack.eligibility.values()
        for each in eligibility.while_not_eligible
        if each.measure == measure
    }


def _penalties_of(effect: Effect) -> list[tuple[Name, Name]]:
    """Each penalty and scope that an effect, or what follows it, puts it on."""
    own: list[tuple[Name, Name]] = [(effect.measure, effect.scope)] if effect.measure else []
    return own + [(follower.measure, follower.scope) for follower in effect.then]


def _strictness(measure: Name, asking: Pack, other: Pack, order: Sequence[str]) -> tuple[bool, int]:
    """How strict a measure is, as the asking pack has it: what a market's order doesn't name is stricter than that."""
    if measure in order:
        return False, order.index(measure)
    having = asking if measure in asking.measures else other
    return True, having.measures.index(measure) if measure in having.measures else -1
