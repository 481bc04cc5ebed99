"""Quality samples in a release: what the night writes of them, and what of a draw's key may be read.

The key of an item says what its reviewers aren't to know. It is told once nobody is asked about its subject or link
any more, and of golden items never.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from evenhand.records.databases import parquet, reading
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

# The key of the draws, the list that reviewers get, and the table that both are written from.
KEYS, ITEMS = "qa_keys", "qa_items"
# What reviews came to of the penalties that were drawn, which estimates are made of; it isn't released.
JUDGED = "judged_penalties"
# By market and stratum, how many there were to draw from tonight, and what was left out; estimates tell of it.
FRAMES = "frames"
# By market, how many items marketplace.yml lets a night draw, and by how many it draws, for these were approved.
BUDGETS = "review_budgets"
# The operational metrics of a night: those of the models, and those that are estimates.
METRICS = "main.operational_metrics union all by name from estimates.metrics"
GOLDEN = "golden"
OPEN, REVIEWED, UNANSWERED = "open", "reviewed", "unanswered"
# What a night writes; of a history's nights and by an earlier version they are empty.
CREATED = (
    "create schema if not exists estimates",
    _SQL("create_quality_estimates"),
    _SQL("create_metrics"),
    "create schema if not exists samples",
    _SQL("create_keys"),
    _SQL("create_judged"),
    _SQL("create_frames"),
    _SQL("create_budgets"),
    _SQL("create_items"),
)
FILES = {f"{KEYS}.parquet": _SQL("keys_of_night"), f"{ITEMS}.parquet": f"from samples.{ITEMS} order by row_key"}


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
    with reading() as connection:
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
    return f"({_SQL('keys_told', rows=Sql(rows), newest=Sql(parquet(newest)))})"
