"""A night that nothing has landed for: every market is held, and whoever hears of failures hears of it.

Nobody is let off because a source is silent: the markets keep their last lists, less what has ended.
"""

from __future__ import annotations

import logging
from datetime import date

from evenhand.settings import settings

log = logging.getLogger(__name__)


def hold_if_silent(night: date) -> str:
    """Hold every market of the packs if nothing has landed for the night; returns why, or nothing."""
    import duckdb

    from evenhand.deciding.provenance import texts_of
    from evenhand.landing.held_markets import HeldMarket, hold_markets
    from evenhand.policy.prose.words import days
    from evenhand.policy.sift import sift
    from evenhand.release.previous import last_release

    here = settings()
    with duckdb.connect(str(here.warehouse(night)), read_only=True) as connection:
        ((newest,),) = connection.execute("select max(night) from landing.files").fetchall()
    if newest == night:
        hold_markets(here.warehouse(night), "night", [])
        return ""
    last = "none of what landed before can be used"
    if newest:
        last = f"what landed last is of {newest}, {days((night - newest).days)} before"
    why = f"nothing has landed for night {night}; {last}. Land the feeds, then clear the run from land_feeds"
    packs = sift(here.policies, texts_of(last_release(here.releases, night))).packs
    markets = {market for loaded in packs for market in loaded.pack.markets}
    hold_markets(here.warehouse(night), "night", [HeldMarket(market, why) for market in markets])
    log.error("Every market is held: %s", why)
    return why
