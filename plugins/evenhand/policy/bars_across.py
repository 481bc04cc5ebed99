"""What measures of another pack may not bar, where they hang on other accounts' facts or on what is soon out of sight.

Of the conditions that read such a programme themselves, and of what a pack brings itself, the pack and `read_across`
know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from evenhand.landing.contracts import RECENT_NIGHTS
from evenhand.policy.clashes import markets_of_both
from evenhand.policy.diagnose import dotted
from evenhand.policy.language.effects import Effect
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import Name, Place
from evenhand.policy.language.recent import reads_recent
from evenhand.policy.loaded import LoadedPack, where
from evenhand.policy.texts import Mistake

# Whether a programme of a pack is one whose measures are looked for.
_Of = Callable[[Pack, Name], bool]
# A market, and the pack, place and measure by which an eligibility is shut there.
_Bar = tuple[str, LoadedPack, Place, Name]

_PEERS = (
    Pack.compares_accounts,
    "a comparison with peers",
    "one that reads no peers: what one account is paid hangs on no other account's facts",
)
_RECENT_PAID = (
    reads_recent,
    f"by an activity of a feed that is looked at for {RECENT_NIGHTS} nights",
    "one without recent activities: what was paid stays known for ever",
)
_RECENT_KEPT = (
    reads_recent,
    f"by an activity of a feed that is looked at for {RECENT_NIGHTS} nights",
    "none: what was kept since longer ago isn't known",
)


def wrong_bars(
    loaded: LoadedPack,
    packs: Sequence[LoadedPack],
    order: Mapping[str, Sequence[str]],
    markets: Sequence[str] | None = None,
) -> Iterator[Mistake]:
    """Where an eligibility asks that a measure isn't in force which another pack brings, and may not hang on that.

    Args:
        packs: all that decide beside it.
        order: of markets that have one, the order of their measures, mildest first.
        markets: those that are looked at; by default, all of the pack.
    """
    asked: list[tuple[Place, Name, tuple[_Of, str, str]]] = [
        (("bonuses", name, "eligibility"), bonus.eligibility, why)
        for name, bonus in loaded.pack.bonuses.items()
        if bonus.eligibility
        for why in (_PEERS, _RECENT_PAID)
    ]
    asked += [
        (("eligibility", name, "stays_eligible"), name, _RECENT_KEPT)
        for name, eligibility in loaded.pack.eligibility.items()
        if eligibility.stays_eligible
    ]
    for place, eligibility, (of, what, expected) in asked:
        found = next(_bars(loaded.pack, eligibility, packs, order, markets, of), None)
        if found:
            market, other, at, measure = found
            file, line, _ = where(other, at)
            yield Mistake(
                *where(loaded, place),
                f"{dotted(place)}: found {eligibility}, which {measure} shuts in {market}, brought by {at[1]} of"
                f" {other.pack.pack} version {other.pack.version} ({file}:{line}), {what}; expected {expected}",
            )


def markets_with_a_recent_bar(
    pack: Pack, eligibility: Name, packs: Sequence[LoadedPack], order: Mapping[str, Sequence[str]]
) -> set[str]:
    """The markets of a pack in which a measure shuts an eligibility that recent activities bring."""
    return {market for market, *_ in _bars(pack, eligibility, packs, order, None, reads_recent)}


def _bars(
    pack: Pack,
    eligibility: Name,
    packs: Sequence[LoadedPack],
    order: Mapping[str, Sequence[str]],
    markets: Sequence[str] | None,
    of: _Of,
) -> Iterator[_Bar]:
    asked = pack.eligibility[eligibility]
    absent = {
        (kind, test.without_measure)
        for condition in asked.conditions
        for test in condition.tests()
        if test.without_measure
        for kind in condition.applies_to or asked.applies_to or pack.applies_to
    }
    for market in pack.markets if markets is None and absent else markets or ():
        beside = [each for each in packs if market in markets_of_both(pack, each.pack)]
        beside = [each for each in beside if each.pack is pack or each.pack.pack != pack.pack]
        for other in beside:
            for at, measure, scope in _brought_by(other.pack, of):
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


def _brought_by(pack: Pack, of: _Of) -> Iterator[tuple[Place, Name, Name]]:
    """The place of each effect of such a programme, with each penalty and scope that it comes to."""
    for place, effect in pack.effects:
        if of(pack, str(place[1])):
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
