"""What notices have to say of the packs' measures, and whether they can."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evenhand.landing.held_markets import HeldMarket
from evenhand.notices.catalogs import CatalogError, Catalogs, load_catalogs, problems
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import EMERGENCY
from evenhand.policy.load import LoadedPack


@dataclass(frozen=True)
class NamesToTranslate:
    """Names of packs that need words in every language."""

    measures: set[str] = field(default_factory=set)
    scopes: set[str] = field(default_factory=set)
    programmes: set[str] = field(default_factory=set)


def words_of(packs: Iterable[Pack]) -> NamesToTranslate:
    """The names that a notice about something of these packs can have in it."""
    words = NamesToTranslate()
    for pack in packs:
        # What people impose themselves is a measure of the pack on a scope that it has it on.
        words.programmes.add(EMERGENCY)
        for (_, programme, *_), effect in pack.effects:
            words.programmes.add(str(programme))
            words.measures.add(effect.name)
            words.scopes.add(effect.scope)
            for follower in effect.then:
                words.measures.add(follower.measure)
                words.scopes.add(follower.scope)
        for name, content in pack.programmes.items():
            for reward in content.rewards:
                words.programmes.add(name)
                words.measures.add(reward.reward)
                words.scopes.add(reward.scope)
        for name, eligibility in pack.eligibility.items():
            for brought in (*eligibility.while_eligible, *eligibility.while_not_eligible):
                words.programmes.add(name)
                words.measures.add(brought.reward or brought.measure or "")
                words.scopes.add(brought.scope)
        for name, bonus in pack.bonuses.items():
            words.programmes.add(name)
            words.measures.add(name)
            words.scopes.add(bonus.scope)
    return words


def what_cannot_be_told(packs: Iterable[Pack], translations: Path) -> list[str]:
    """What keeps a notice about these packs from being written in one of the languages, with file, line and remedy."""
    catalogs = load_catalogs(translations)
    words = words_of(packs)
    return problems(
        catalogs, sorted(words.measures), sorted(words.scopes), sorted(words.programmes), languages(catalogs)
    )


def refuse_what_cannot_be_told(packs: Iterable[Pack], translations: Path) -> None:
    """Raise with every such thing.

    Raises:
        CatalogError: there is one.
    """
    if found := what_cannot_be_told(packs, translations):
        raise CatalogError("Notices couldn't be written:\n" + "\n".join(found))


def markets_that_cannot_be_told(packs: Sequence[LoadedPack], translations: Path) -> list[HeldMarket]:
    """The markets of packs about which no notice can be written, with what has no words.

    Raises:
        CatalogError: a file of translations is wrong for all of them, or each pack has something without words.
    """
    refuse_what_cannot_be_told([], translations)
    if not what_cannot_be_told([loaded.pack for loaded in packs], translations):
        return []
    above = f"{translations.parent}/"
    held = []
    for loaded in packs:
        found = what_cannot_be_told([loaded.pack], translations)
        for said in found:
            place, _, what = said.partition(": ")
            file, _, line = place.removeprefix(above).partition(":")
            held += [HeldMarket(market, what, file, int(line or 0)) for market in loaded.pack.markets]
    if {market for loaded in packs for market in loaded.pack.markets} <= {each.market for each in held}:
        refuse_what_cannot_be_told([loaded.pack for loaded in packs], translations)
    return held


def languages(catalogs: Catalogs) -> list[str]:
    """Every language that there is a file of."""
    return sorted({*catalogs.languages, *catalogs.unreadable})
