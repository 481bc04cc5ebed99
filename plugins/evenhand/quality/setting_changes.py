"""Settings that change which rows there are and aren't a pack's: marketplace.yml, and the deployment's time zone.

A moment that a source lands is another day in another time zone, and an account in a market that nobody knows any more
stays where it was: both change lists without a pack that says otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from evenhand.policy.load import MARKETPLACE
from evenhand.policy.marketplace import Marketplace, marketplace_of

TIME_ZONE = "time zone"


@dataclass(frozen=True)
class SaidSettings:
    """What the settings of a night say.

    Attributes:
        time_zone: the deployment's; None where a release doesn't say.
        markets: accounts can be in, beside those of packs.
        time_zones: of markets, where they have another.
    """

    time_zone: str | None
    markets: tuple[str, ...]
    time_zones: Mapping[str, str]


def said_then(release: Path, time_zone: str | None) -> SaidSettings:
    """What the settings of a release said."""
    with duckdb.connect() as connection:
        texts = connection.read_parquet(str(release / "packs.parquet"))
        texts.create_view("texts")
        return _said(connection, "texts", time_zone)


def said_now(connection: duckdb.DuckDBPyConnection, texts: str, time_zone: str | None) -> SaidSettings:
    """What those of tonight say, by the table of its texts."""
    return _said(connection, texts, time_zone)


def setting_changes(
    before: SaidSettings, now: SaidSettings, markets: Collection[str]
) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """By market, each setting that isn't as it was: whose it is, and what it was and is."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for market in sorted(markets):
        own_then, own_now = before.time_zones.get(market), now.time_zones.get(market)
        if own_then != own_now:
            said = f"time_zones: that of {market} was {own_then or 'none'} and is {own_now or 'none'}"
            found[market].append((MARKETPLACE, said))
        by_deployment = own_then is None or own_now is None
        if by_deployment and None not in (before.time_zone, now.time_zone) and before.time_zone != now.time_zone:
            found[market].append((TIME_ZONE, f"EVENHAND_TIMEZONE was {before.time_zone} and is {now.time_zone}"))
        if sorted(before.markets) != sorted(now.markets):
            said = f"markets were {_listed(before.markets)} and are {_listed(now.markets)}"
            found[market].append((MARKETPLACE, said))
    return {market: tuple(said) for market, said in found.items()}


def _said(connection: duckdb.DuckDBPyConnection, texts: str, time_zone: str | None) -> SaidSettings:
    found = connection.execute(f"select text from {texts} where file = ?", [MARKETPLACE]).fetchone()
    marketplace = marketplace_of(found[0]) if found else Marketplace(violation_types={})
    return SaidSettings(time_zone, marketplace.markets, marketplace.time_zones)


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names)) or "none"
