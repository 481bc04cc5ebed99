"""Settings that change which rows there are and no rule: marketplace.yml, and time zones, packs' own among them.

A moment that a source lands is another day in another time zone, and an account in a market that nobody knows any more
stays where it was: both change lists without a pack that says otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from evenhand.landing.contracts import FEEDS
from evenhand.policy.load import MARKETPLACE
from evenhand.policy.marketplace import Marketplace, marketplace_of
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)

TIME_ZONE = "time zone"


@dataclass(frozen=True)
class SaidSettings:
    """What the settings of a night say.

    Attributes:
        time_zone: the deployment's; None where a release doesn't say.
        markets: accounts can be in, beside those of packs.
        time_zones: of markets, where they have another.
        of_packs: of markets, where a pack says it: the pack and the time zone.
    """

    time_zone: str | None
    markets: tuple[str, ...]
    time_zones: Mapping[str, str]
    of_packs: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def of(self, market: str) -> str | None:
        """The time zone of a market; None where it isn't known."""
        _, own = self.of_packs.get(market, ("", None))
        return own or self.time_zones.get(market) or self.time_zone


def said_then(
    release: Path, time_zone: str | None, of_packs: Mapping[str, tuple[str, str]] | None = None
) -> SaidSettings:
    """What the settings of a release said."""
    with duckdb.connect() as connection:
        texts = connection.read_parquet(str(release / "packs.parquet"))
        texts.create_view("texts")
        return _said(connection, "texts", time_zone, of_packs or {})


def said_now(
    connection: duckdb.DuckDBPyConnection,
    texts: str,
    time_zone: str | None,
    of_packs: Mapping[str, tuple[str, str]] | None = None,
) -> SaidSettings:
    """What those of tonight say, by the table of its texts."""
    return _said(connection, texts, time_zone, of_packs or {})


def zones_of_packs(connection: duckdb.DuckDBPyConnection, schema: str = "policy") -> Mapping[str, tuple[str, str]]:
    """By market, the first pack that says its time zone, and which; all that say it say the same."""
    found = connection.execute(_SQL("time_zones", schema=schema))
    return {market: (pack, zone) for market, pack, zone in found.fetchall()}


def hangs_on_time_zones(connection: duckdb.DuckDBPyConnection, database: str) -> bool:
    """Whether any day that was landed is that of a moment, or of the time beside it: else zones are for hours alone."""
    there = {
        table
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = ? and schema_name = 'landing'", [database]
        ).fetchall()
    }
    if "files" not in there:
        return True
    landing = f"{database}.landing"
    asked = [f"select 1 from {landing}.files where len(moments) > 0"] + [
        f"select 1 from {landing}.{contract.feed} where {column.name} is not null and {column.moment_of} is null"
        for contract in FEEDS
        if contract.feed in there
        for column in contract.columns
        if column.moment_of
    ]
    return any(connection.execute(f"{query} limit 1").fetchone() for query in asked)


def setting_changes(
    before: SaidSettings, now: SaidSettings, markets: Collection[str], hangs_on_zones: bool = True
) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """By market, each setting that isn't as it was: whose it is, and what it was and is.

    Args:
        hangs_on_zones: whether any day hangs on a time zone. Where none does, the first that a pack says is no change:
            until then it was for the hours of operational metrics alone.
    """
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for market in sorted(markets):
        of_pack = now.of_packs.get(market) or before.of_packs.get(market)
        if of_pack:
            was, is_ = before.of(market), now.of(market)
            if (hangs_on_zones or market in before.of_packs) and None not in (was, is_) and was != is_:
                found[market].append((of_pack[0], f"timezone: that of {market} was {was} and is {is_}"))
                if market not in now.of_packs:
                    # What holds instead can be another since, by somebody else.
                    found[market] += _of_settings(before, now, market)
        else:
            found[market] += _of_settings(before, now, market)
        if sorted(before.markets) != sorted(now.markets):
            said = f"markets were {_listed(before.markets)} and are {_listed(now.markets)}"
            found[market].append((MARKETPLACE, said))
    return {market: tuple(said) for market, said in found.items() if said}


def _of_settings(before: SaidSettings, now: SaidSettings, market: str) -> Iterator[tuple[str, str]]:
    """Time zones of a market that no pack says: marketplace.yml's, and the deployment's where that has none."""
    own_then, own_now = before.time_zones.get(market), now.time_zones.get(market)
    if own_then != own_now:
        yield MARKETPLACE, f"time_zones: that of {market} was {own_then or 'none'} and is {own_now or 'none'}"
    by_deployment = own_then is None or own_now is None
    if by_deployment and None not in (before.time_zone, now.time_zone) and before.time_zone != now.time_zone:
        yield TIME_ZONE, f"EVENHAND_TIMEZONE was {before.time_zone} and is {now.time_zone}"


def _said(
    connection: duckdb.DuckDBPyConnection, texts: str, time_zone: str | None, of_packs: Mapping[str, tuple[str, str]]
) -> SaidSettings:
    found = connection.execute(f"select text from {texts} where file = ?", [MARKETPLACE]).fetchone()
    marketplace = marketplace_of(found[0]) if found else Marketplace(violation_types={})
    return SaidSettings(time_zone, marketplace.markets, marketplace.time_zones, of_packs)


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names)) or "none"
