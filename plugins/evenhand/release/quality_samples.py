"""Quality samples in a release: what the night writes of them, and what of a draw's key may be read.

The key of an item says what its reviewers aren't to know. It is told once nobody is asked about its subject or link
any more, and of golden items never.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from evenhand.records.databases import parquet

# The key of the draws, the list that reviewers get, and the table that both are written from.
KEYS, ITEMS = "qa_keys", "qa_items"
# What reviews came to of the penalties that were drawn, which estimates are made of; it isn't released.
JUDGED = "judged_penalties"
# By market and stratum, how many there were to draw from tonight, and what was left out; estimates tell of it.
FRAMES = "frames"
# The operational metrics of a night: those of the models, and those that are estimates.
METRICS = "main.operational_metrics union all by name from estimates.metrics"
GOLDEN = "golden"
OPEN, REVIEWED, UNANSWERED = "open", "reviewed", "unanswered"
# What a night writes; of a history's nights and by an earlier version they are empty.
CREATED = (
    "create schema if not exists estimates",
    "create table if not exists estimates.quality_estimates (as_of date, estimate varchar, market varchar,"
    " slice varchar, about varchar, value decimal(18, 6), interval_low decimal(18, 6), interval_high decimal(18, 6),"
    " reviews bigint, golden_reviews bigint, is_enough boolean, verdict varchar)",
    # As main.operational_metrics.
    "create table if not exists estimates.metrics (as_of date, metric varchar, market varchar, slice varchar,"
    " slice_value varchar, numerator decimal(18, 4), denominator decimal(18, 4), figure decimal(18, 6),"
    " interval_low decimal(18, 6), interval_high decimal(18, 6), sample decimal(18, 2), is_enough boolean,"
    " unit varchar, out_of decimal(18, 2))",
    "create schema if not exists samples",
    f"create table if not exists samples.{KEYS} (as_of date, drawn_on date, item_id varchar, market varchar,"
    " account_id varchar, stratum varchar, unit_id varchar, measure varchar, needs_each boolean,"
    " subject varchar,"
    " round integer,"
    " probability decimal(28, 18), exposure decimal(28, 6), simple_probability decimal(28, 18), link varchar,"
    " state varchar, closed_on date, review_id varchar)",
    f"create table if not exists samples.{JUDGED} (market varchar, row_key varchar, measure varchar, drawn_on date,"
    " probability decimal(28, 18), decisions integer, is_wrong boolean)",
    f"create table if not exists samples.{FRAMES} (market varchar, stratum varchar, units bigint,"
    " without_views bigint, without_decisions bigint, too_large bigint)",
    f"create view if not exists samples.{ITEMS} as select distinct item_id as row_key, link from samples.{KEYS}"
    f" where state = '{OPEN}'",
)
# The table also knows what was closed in the weeks before, which the releases of those nights have.
FILES = {
    f"{KEYS}.parquet": f"from samples.{KEYS} where coalesce(closed_on, as_of) = as_of"
    " order by drawn_on, market, item_id, stratum, unit_id",
    f"{ITEMS}.parquet": f"from samples.{ITEMS} order by row_key",
}


def newest_keys(releases: Path, before: date | None = None) -> Path | None:
    """The keys of the newest release that has any: one of an earlier version in between has none.

    Args:
        before: only releases of earlier nights than this one; by default all.
    """
    nights = sorted(releases.glob("night=*"), reverse=True)
    files = (each / f"{KEYS}.parquet" for each in nights if before is None or each.name < f"night={before}")
    return next((file for file in files if file.exists()), None)


def asked_about(releases: Path) -> frozenset[tuple[str, str]]:
    """By market, what reviewers are asked about as of the newest keys: subjects, and the links of those."""
    file = newest_keys(releases)
    if file is None:
        return frozenset()
    with duckdb.connect(config={"threads": 1}) as connection:
        found = connection.read_parquet(str(file.resolve()), hive_partitioning=False).filter(f"state = '{OPEN}'")
        subjects, links = (found.project(f"market, {each}").fetchall() for each in ("subject", "link"))
        return frozenset(subjects) | frozenset((market, link) for market, link in links if link)


def keys_told(rows: str, newest: Path) -> str:
    """The SQL of those keys that may be read: of items that are closed, and no open item has their subject or link.

    Those of golden items never are, for the same ones are asked about again.

    Args:
        rows: SQL of the rows of one or several nights.
        newest: the newest keys of all, which say what is open.
    """
    return (
        f"(select * from {rows} as keys where state != '{OPEN}' and stratum != '{GOLDEN}' and not exists (select 1 from"
        f" {parquet(newest)} as asked where asked.state = '{OPEN}'"
        " and asked.market = keys.market"
        " and (asked.subject = keys.subject or (asked.link = keys.link and asked.link != ''))))"
    )
