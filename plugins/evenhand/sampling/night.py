"""What a night draws for review, beside what earlier nights drew and nobody has reviewed yet.

An item stays on the list until its review lands or it has been there for 14 nights. The keys of earlier nights are read
in their releases: of the last one that has any what was open, of those of four weeks what was closed, for estimates.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from evenhand.landing.held_markets import held_markets
from evenhand.policy.load import MARKETPLACE
from evenhand.policy.marketplace import marketplace_of
from evenhand.records.databases import quoted
from evenhand.release.quality_samples import CREATED, FRAMES, KEYS, OPEN, REVIEWED, UNANSWERED, newest_keys
from evenhand.release.verify import ReleaseChanged, refuse_changed
from evenhand.sampling.drawing import draw_markets
from evenhand.sampling.estimate import WINDOW_DAYS

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
        budgets = {market: budget for market, budget in _budgets(connection).items() if market not in held}
        failed = draw_markets(connection, night, budgets, kept, item_link) if budgets else ()
        ((drawn, still, unanswered),) = connection.execute(_COUNTED, {"night": night}).fetchall()
        ((*left_out,),) = connection.execute(_LEFT_OUT).fetchall()
    return Listed(drawn, still, unanswered, failed, *left_out)


def _budgets(connection: duckdb.DuckDBPyConnection) -> Mapping[str, int]:
    """By market, how many items a night draws, as marketplace.yml said when the packs were read."""
    found = connection.execute("select text from deciders.packs where file = ?", [MARKETPLACE]).fetchone()
    return marketplace_of(found[0]).review_budgets if found else {}


def _take_closed(connection: duckdb.DuckDBPyConnection, releases: Path, night: date) -> None:
    """The keys that were closed in the four weeks before, each once: a night decided again may close one anew."""
    since = night - timedelta(days=WINDOW_DAYS)
    files = []
    for release in sorted(releases.glob("night=*")):
        if f"night={since}" < release.name < f"night={night}":
            file = _keys_of(release)
            files += [file] if file else []
    if files:
        connection.execute(
            f"insert into samples.{KEYS} by name select * replace ($night as as_of) from {_read(files)}"
            " where state != $open qualify dense_rank() over (partition by item_id order by as_of) = 1",
            {"night": night, "open": OPEN},
        )


def _take_open(connection: duckdb.DuckDBPyConnection, releases: Path, night: date) -> None:
    """What was open as of the newest keys, and what became of it: reviewed, unanswered for too long, or open still."""
    newest = newest_keys(releases, night)
    if file := _keys_of(newest.parent) if newest else None:
        connection.execute(
            _TAKEN.format(file=_read([file])),
            {
                **{"night": night, "too_old": night - timedelta(days=ASKED_NIGHTS)},
                **{"open": OPEN, "reviewed": REVIEWED, "unanswered": UNANSWERED},
            },
        )


def _keep(connection: duckdb.DuckDBPyConnection, releases: Path, night: date, held: Collection[str]) -> None:
    """Of markets that aren't decided, what the night has already drawn, where it was released before."""
    if held and (file := _own_keys(releases, night)):
        these = {"held": sorted(held), "night": night}
        connection.execute(
            f"delete from samples.{KEYS} where list_contains($held, market) and coalesce(closed_on, $night) = $night",
            these,
        )
        connection.execute(
            f"insert into samples.{KEYS} by name select * replace ($night as as_of) from {_read([file])}"
            " where list_contains($held, market)",
            these,
        )


def _keep_draws(
    connection: duckdb.DuckDBPyConnection, releases: Path, night: date, held: Collection[str]
) -> frozenset[str]:
    """Of the other markets, what the night drew where it was released before; returns those that had drawn.

    Reviewers may be at it already: another draw would throw away what they were asked, and what they answer.
    """
    file = _own_keys(releases, night)
    if file is None:
        return frozenset()
    found = f"from {_read([file])} where drawn_on = $night and not list_contains($held, market)"
    these = {"held": sorted(held), "night": night}
    drawn = connection.execute(f"select distinct market {found} order by market", these).fetchall()
    connection.execute(f"insert into samples.{KEYS} by name select * {found}", these)
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


def _read(files: Sequence[Path]) -> str:
    listed = ", ".join(map(quoted, files))
    return f"read_parquet([{listed}], hive_partitioning = false, union_by_name = true)"


# An answer is of the account whose the item is, and not of before it was drawn. Of several, the first is the answer:
# the key is told once it has landed, so that who comes later may know it.
_TAKEN = f"""
insert into samples.{KEYS} by name
with

asked as (
    select * from {{file}} where state = $open
),

answers as (
    select
        asked.item_id,
        arg_min(reviews.review_id, (reviews.landed_night, reviews.reviewed_on, reviews.review_id)) as review_id
    from (select distinct item_id, account_id, drawn_on from asked) as asked
    inner join stg_qa_reviews as reviews
        on
            asked.item_id = reviews.draw_item_id
            and asked.account_id = reviews.account_id
            and asked.drawn_on <= reviews.reviewed_on
    where reviews.reviewed_on <= $night
    group by asked.item_id
)

select
    asked.* replace (
        $night as as_of,
        case when answers.review_id is not null then $reviewed when asked.drawn_on <= $too_old then $unanswered
            else $open end as state,
        case when answers.review_id is not null or asked.drawn_on <= $too_old then $night end as closed_on,
        answers.review_id as review_id
    )
from asked
left join answers using (item_id)
"""
_LEFT_OUT = f"""
select
    coalesce(sum(without_decisions), 0)::bigint, coalesce(sum(too_large), 0)::bigint,
    coalesce(sum(without_views), 0)::bigint
from samples.{FRAMES}
"""
_COUNTED = f"""
select
    count(distinct item_id) filter (drawn_on = $night),
    count(distinct item_id) filter (state = '{OPEN}'),
    count(distinct item_id) filter (state = '{UNANSWERED}' and closed_on = $night)
from samples.{KEYS}
"""
