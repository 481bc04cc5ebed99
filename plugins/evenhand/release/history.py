"""Publishing nights that were decided in one go: what each came to, without reasons, causes and notices.

A night so released has the files below and a manifest that says so (`history`); the newest of them has all files. What
was really released of a night is never replaced by this.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from evenhand.landing.contracts import FEEDS
from evenhand.records.sql_files import SqlFile
from evenhand.release.describe import follows_in, penalty_changes_of_history
from evenhand.release.manifest import (
    FORMAT,
    NAME,
    FeedCounts,
    HeldMarket,
    History,
    Manifest,
    Metric,
    Quarantined,
    ReleasedFile,
    ReleasedPack,
    ZoneCount,
)
from evenhand.release.publish import Published, publish_files

_SQL = SqlFile(__file__)

_LIST_SIZES = "select * exclude (as_of) from history.list_sizes where as_of = date '{night}'"
# What is released of a night of the past, as SQL with the night in the place of `{night}`.
_FILES = {
    "penalties.parquet": (
        "from (select * exclude (as_of) from history.penalties where as_of = date '{night}') order by row_key"
    ),
    "rewards.parquet": (
        "from (select * exclude (as_of) from history.rewards where as_of = date '{night}') order by row_key"
    ),
    "operational_metrics.parquet": (
        "from history.metrics where as_of = date '{night}' order by metric, market, slice, slice_value"
    ),
    "list_sizes.parquet": f"from ({_LIST_SIZES}) order by list, market, programme, measure",
}
LACKS = (
    "It has penalties, rewards, the sizes of lists, zones, feed counts and metrics, and neither reasons, causes,"
    " notices nor anything else of single accounts"
)

_HISTORY = (
    "This night is history: it was decided in one go with those from {since} until {until}, out of what had landed by"
    " the last of them. Its lists were never in force anywhere: no receiver was sent them and no account was told of"
    " them."
)
_LACKS = f" {LACKS}; the newest that says why is {{until}}."
_UNUSUAL = " Something was unusual on it, and is no part of what is usual."


class HasReleases(Exception):
    """Nights were released already that a history would have to come before. The message names the first."""


def history_of(release: Path) -> History | None:
    """That a release was decided in one go with others; None if it was decided by itself, or isn't there.

    Whatever version released it: earlier ones had no history, and who reads all of it says what is wrong with it.
    """
    try:
        said = json.loads((release / NAME).read_text(encoding="utf-8")).get("history")
    except (FileNotFoundError, ValueError):
        return None
    return History.model_validate_json(json.dumps(said)) if said else None


def said_of_history(
    manifest: Manifest, words: Callable[[str], str] = str, day: Callable[[date], str] = str, is_english: bool = True
) -> str:
    """What has to be known of a night of a history, for people; empty of any other night.

    Args:
        words: what the reader's language has for an English sentence with its places, or the same.
        day: writes a day.
        is_english: whether the reader reads English, which what was unusual is said in.
    """
    history = manifest.history
    if history is None:
        return ""
    sentences = [_HISTORY]
    sentences += [] if "reasons.parquet" in manifest.files else [_LACKS]
    said = "".join(words(each).format(since=day(history.since), until=day(history.until)) for each in sentences)
    if history.unusual:
        said += (
            f" Unusual on it, and no part of what is usual: {'; '.join(history.unusual)}."
            if is_english
            else words(_UNUSUAL)
        )
    return said


def refuse_after_releases(releases: Path) -> None:
    """Make sure that nothing was released but nights of a history.

    Raises:
        HasReleases: something was.
    """
    for release in sorted(releases.glob("night=*")):
        if history_of(release) is None:
            raise HasReleases(
                f"{release}: this night is released. A history is decided before the first night is, to learn what is"
                " usual; it never replaces a release, and nothing before one"
            )


def publish_past_night(
    warehouse: Path, releases: Path, night: date, code: Mapping[str, Any], history: History
) -> Published:
    """Publish a night of a history that isn't its last.

    Raises:
        PublishFailed: the files couldn't be written.
    """
    with duckdb.connect(str(warehouse), config={"threads": 1}) as connection:
        return publish_files(
            connection,
            releases,
            night,
            {name: query.format(night=night) for name, query in _FILES.items()},
            lambda files: _manifest(connection, night, files, code, history),
        )


def _manifest(
    connection: duckdb.DuckDBPyConnection,
    night: date,
    files: dict[str, ReleasedFile],
    code: Mapping[str, Any],
    history: History,
) -> Manifest:
    in_force = f"effective_from <= date '{night}' and coalesce(effective_before, date '9999-12-31') > date '{night}'"
    return Manifest(
        format=FORMAT,
        night=night,
        known_at=history.until,
        files=files,
        code=code,
        packs=tuple(
            ReleasedPack(pack=pack, version=version, sha256=sha256)
            for pack, version, sha256 in connection.execute(
                f"select distinct pack, version, sha256 from policy.packs where {in_force} order by all"
            ).fetchall()
        ),
        feeds={contract.feed: _counts(connection, contract.feed, night) for contract in FEEDS},
        quarantined=tuple(
            Quarantined(feed=feed, column=column, rule=rule, remedy=remedy, rows=rows)
            for feed, column, rule, remedy, rows in connection.execute(_SQL("quarantined"), {"night": night}).fetchall()
        ),
        held_markets=tuple(
            HeldMarket(market=market, why=why, file=file, line=line, since=None)
            for market, why, file, line in connection.execute(
                "select distinct market, why, file, line from held.markets order by all"
            ).fetchall()
        ),
        zones=tuple(
            ZoneCount(programme=programme, zone=zone, accounts=accounts)
            for programme, zone, accounts in connection.execute(_SQL("zones"), {"night": night}).fetchall()
        ),
        penalties=penalty_changes_of_history(connection, night),
        stages=(),
        metrics=tuple(
            Metric(metric=metric, figure=figure, is_enough=is_enough)
            for metric, figure, is_enough in connection.execute(_SQL("metrics"), {"night": night}).fetchall()
        ),
        notices=(),
        told_since=None,
        follows=follows_in(history, night),
        history=history,
        # Those of the last night, which all of them were decided out of: its own manifest names them.
        inputs={},
    ).named()


def _counts(connection: duckdb.DuckDBPyConnection, feed: str, night: date) -> FeedCounts:
    found = connection.execute(_SQL("counts"), {"feed": feed, "night": night}).fetchone()
    assert found is not None
    known, accepted, quarantined = found
    return FeedCounts(known=known, accepted=accepted, quarantined=quarantined)
