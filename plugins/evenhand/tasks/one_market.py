"""A released night that is decided again for one market alone: the others keep the lists that it has of them.

They are held as markets that can't be decided are (docs/decisions/0011-a-market-is-held.md), which keep what the night
itself had released.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from evenhand.records.databases import parquet
from evenhand.settings import Settings, settings
from evenhand.tasks.choosing import NightRefused

if TYPE_CHECKING:
    from evenhand.policy.sift import Sifted
    from evenhand.release.manifest import Manifest

log = logging.getLogger(__name__)


def market_asked_for(form: Mapping[str, Any], night: date) -> str:
    """The market that alone is to be decided; empty where all are.

    Raises:
        NightRefused: it can't be decided alone.
    """
    market = str(form.get("market") or "").strip()
    if market:
        refuse_alone(settings(), night, market)
    return market


def refuse_alone(here: Settings, night: date, market: str) -> None:
    """Make sure that a night can be decided for a market alone.

    Raises:
        NightRefused: the night isn't released or is reversed, no pack decides about the market on it, or a list of
            another market waits for an answer, which nobody would know of in the revision that would be made.
    """
    from evenhand.quality.held_lists import LISTS

    manifest = _released(here, night, market)
    markets = sorted(_markets_decided(here, night))
    if market not in markets:
        raise NightRefused(
            f"no pack is in force for market {market} on {night}; those with one are {', '.join(markets) or 'none'}"
        )
    if manifest.reversed:
        raise NightRefused(
            f"night {night} is reversed, so that nothing decided of it would be released. Lift that first: evenhand"
            f" reverse {night} --lift --reason TEXT"
        )
    for each in manifest.held_lists:
        if each.list in LISTS and each.market != market and each.answer != "approved":
            raise NightRefused(
                f"the {each.list} of {each.market} are held on {night} and wait for an answer, which a revision for"
                f" {market} alone would leave behind. Answer first (evenhand held {night} --list {each.list} --market"
                f" {each.market}), or run the whole night: evenhand nightly {night}"
            )


def hold_the_others(night: date, market: str) -> None:
    """Hold every market but one; those that the release held already stay so for the reason that they had."""
    from evenhand.landing.held_markets import HeldMarket, decided_alone, hold_markets, kept_beside

    here = settings()
    manifest = _released(here, night, market)
    sifted = _packs_of(here, night)
    others = {each for loaded in sifted.packs for each in loaded.pack.markets}
    others |= {each.market for each in sifted.held} | _markets_released(here, night)
    held = [
        HeldMarket(each.market, each.why, each.file, each.line)
        for each in manifest.held_markets
        if each.market != market and not decided_alone(each.why)
    ]
    others -= {market, *(each.market for each in held)}
    held += [HeldMarket(each, kept_beside(market)) for each in others]
    hold_markets(here.warehouse(night), "night", held)
    log.warning("Only %s is decided again; %s keep their lists of night %s", market, ", ".join(sorted(others)), night)


def _released(here: Settings, night: date, market: str) -> Manifest:
    from evenhand.release.manifest import OtherFormat, read_manifest

    release = here.releases / f"night={night}"
    if not release.exists():
        raise NightRefused(
            f"night {night} isn't released yet, so that the other markets have nothing to keep; decide it for all"
            f" first: evenhand nightly {night}"
        )
    try:
        return read_manifest(release)
    except OtherFormat as error:
        raise NightRefused(f"{market} can't be decided alone: {error}") from error


def _packs_of(here: Settings, night: date) -> Sifted:
    from evenhand.deciding.provenance import texts_of
    from evenhand.policy.sift import sift
    from evenhand.release.previous import last_release

    return sift(here.policies, texts_of(last_release(here.releases, night)))


def _markets_decided(here: Settings, night: date) -> set[str]:
    sifted = _packs_of(here, night)
    decided = {
        market
        for pack in (loaded.pack for loaded in sifted.packs)
        if pack.is_in_effect(night)
        for market in pack.markets
    }
    # One whose pack can't be read is held once it is run, and says why.
    return decided | {each.market for each in sifted.held}


def _markets_released(here: Settings, night: date) -> set[str]:
    import duckdb

    from evenhand.quality.held_lists import LISTS

    release = here.releases / f"night={night}"
    with duckdb.connect() as connection:
        found = connection.execute(
            " union ".join(f"select market from {parquet(release / f'{name}.parquet')}" for name in LISTS)
        ).fetchall()
    return {str(market) for (market,) in found if market}
