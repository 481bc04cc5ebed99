"""What a night draws for review, beside what earlier nights drew and nobody has reviewed yet.

An item stays on the list until its review lands or it has been there for 14 nights. The keys of earlier nights are read
in their releases: of the last one that has any what was open, of those of four weeks what was closed, for estimates.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from evenhand.landing.held_markets import held_markets
from evenhand.records.databases import quoted
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.release.quality_samples import CREATED, FRAMES, KEYS, OPEN, REVIEWED, UNANSWERED, newest_keys
from evenhand.release.verify import ReleaseChanged, refuse_changed
from evenhand.sampling.budgets import budgets_of, lay_budgets
from evenhand.sampling.drawing import draw_markets, frames_by_market, would_draw
from evenhand.sampling.estimate import WINDOW_DAYS

_SQL = SqlFile(__file__)

log = logging.getLogger(__name__)
# An item that nobody reviewed on so many nights counts as unanswered.
ASKED_NIGHTS = 14


@dataclass(frozen=True)
class Listed:
    """What a night's list of items came to.

    Attributes:
        drawn: items that it drew.
        open: items that reviewers are asked about, those included.
        unanswered: items that left the list tonight without a review.
        failed: markets of which nothing could be drawn.
        without_decisions: new penalties that rest on no decision, and so aren't drawn.
        too_large: those that need too many to be drawn.
        without_views: what could be drawn and has no views of its own, and counts as its market's mean.
    """

    drawn: int
    open: int
    unanswered: int
    failed: tuple[str, ...] = ()
    without_decisions: int = 0
    too_large: int = 0
    without_views: int = 0


def lay_draws(warehouse: Path, releases: Path, night: date, item_link: str = "") -> Listed:
    """Write the table of the keys that a night knows: its release has those of open items, and of those closed tonight.

    It decides nothing: what can't be drawn keeps no list from anybody, and what is open stays so.

    Args:
        releases: where earlier nights' keys are.
        item_link: where a reviewer can see what has no link of its own, with {subject} for its key.
    """
    with duckdb.connect(str(warehouse)) as connection:
        for statement in CREATED:
            connection.execute(statement)
        connection.execute(f"delete from samples.{KEYS}")
        connection.execute(f"delete from samples.{FRAMES}")
        _take_closed(connection, releases, night)
        _take_open(connection, releases, night)
        held = {each.market for each in held_markets(connection)}
        _keep(connection, releases, night, held)
        kept = held | _keep_draws(connection, releases, night, held)
        budgets = budgets_of(connection, releases, night)
        approved = {each.market: each.approved for each in budgets if each.approved and each.market not in held}
        others = {each.market: each.said or 0 for each in budgets if not each.is_approved and each.market not in held}
        # Once for both: to make them is most of what a draw costs.
        asks = approved or any(others.values())
        there = frames_by_market(connection, night, item_link) if asks else {}
        failed = draw_markets(connection, night, there, approved, kept) if approved else ()
        lay_budgets(connection, budgets, would_draw(night, there, others))
        states = {"night": night, "open": OPEN, "unanswered": UNANSWERED}
        ((drawn, still, unanswered),) = connection.execute(_SQL("counted"), states).fetchall()
        ((*left_out,),) = connection.execute(_SQL("left_out")).fetchall()
    return Listed(drawn, still, unanswered, failed, *left_out)


def _take_closed(connection: duckdb.DuckDBPyConnection, releases: Path, night: date) -> None:
    """The keys that were closed in the four weeks before, each once: a night decided again may close one anew."""
    since = night - timedelta(days=WINDOW_DAYS)
    files = []
    for release in sorted(releases.glob("night=*")):
        if f"night={since}" < release.name < f"night={night}":
            file = _keys_of(release)
            files += [file] if file else []
    if files:
        connection.execute(_SQL("take_closed", released=_read(files)), {"night": night, "open": OPEN})


def _take_open(connection: duckdb.DuckDBPyConnection, releases: Path, night: date) -> None:
    """What was open as of the newest keys, and what became of it: reviewed, unanswered for too long, or open still."""
    newest = newest_keys(releases, night)
    if file := _keys_of(newest.parent) if newest else None:
        connection.execute(
            _SQL("take_open", released=_read([file])),
            {
                **{"night": night, "too_old": night - timedelta(days=ASKED_NIGHTS)},
                **{"open": OPEN, "reviewed": REVIEWED, "unanswered": UNANSWERED},
            },
        )


def _keep(connection: duckdb.DuckDBPyConnection, releases: Path, night: date, held: Collection[str]) -> None:
    """Of markets that aren't decided, what the night has already drawn, where it was released before."""
    if held and (file := _own_keys(releases, night)):
        these = {"held": sorted(held), "night": night}
        connection.execute(_SQL("delete_known"), these)
        connection.execute(_SQL("keep", released=_read([file])), these)


def _keep_draws(
    connection: duckdb.DuckDBPyConnection, releases: Path, night: date, held: Collection[str]
) -> frozenset[str]:
    """Of the other markets, what the night drew where it was released before; returns those that had drawn.

    Reviewers may be at it already: another draw would throw away what they were asked, and what they answer.
    """
    file = _own_keys(releases, night)
    if file is None:
        return frozenset()
    these = {"held": sorted(held), "night": night}
    drawn = connection.execute(_SQL("markets_that_drew", released=_read([file])), these).fetchall()
    connection.execute(_SQL("keep_draws", released=_read([file])), these)
    return frozenset(market for (market,) in drawn)


def _own_keys(releases: Path, night: date) -> Path | None:
    """The keys of the night itself, where it was released before."""
    own = releases / f"night={night}"
    return _keys_of(own) if own.exists() else None


def _keys_of(release: Path) -> Path | None:
    """The keys of a release; None where it is of an earlier version, or isn't what was released."""
    file = release.resolve() / f"{KEYS}.parquet"
    if not file.exists():
        return None
    try:
        refuse_changed(release, [file.name])
    except ReleaseChanged as error:
        log.warning("What was drawn for review until then is lost: %s", error)
        return None
    return file


def _read(files: Sequence[Path]) -> Sql:
    listed = ", ".join(map(quoted, files))
    return Sql(f"read_parquet([{listed}], hive_partitioning = false, union_by_name = true)")
