"""What the reviews of a night's last four weeks say of all that nobody reviewed, read in what it was computed in.

The same rows give the same estimates in any order.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from evenhand.release.publish import ESTIMATES
from evenhand.sampling.agreement import agreement
from evenhand.sampling.gaps import gaps
from evenhand.sampling.prevalence import prevalence
from evenhand.sampling.sums import Golden, Sums, golden, sums

log = logging.getLogger(__name__)
WINDOW_DAYS = 28
# Fewer reviews say too little: of contents, of decisions, of items that two reviewed.
MINIMUM = {"prevalence": 200, "violative_view_rate": 200, "wrong_decisions": 30, "agreement": 30}
ALL_MARKETS = "all"
DIFFERS, UNCLEAR = "differs", "unclear"


@dataclass(frozen=True)
class Estimate:
    """A share, an agreement or a gap, and the interval that it is in with a probability of 95 %.

    Attributes:
        estimate: prevalence, violative_view_rate, wrong_decisions, gap_of_wrong_decisions or agreement.
        market: of a gap, `all`, for it is of two.
        about: of an agreement, the type of violation, or nothing for all; of a gap, the markets.
        value: as a share, of an agreement alpha; None where nothing can be said.
        reviews: how many it is from; of an agreement, items that two or more reviewed.
        golden_reviews: by how many the reviewers' errors are known; 0 if they are taken to be never wrong.
        verdict: `unclear` of an agreement below 0.667, `differs` of a gap that is found; else nothing.
    """

    estimate: str
    market: str
    about: str
    value: float | None
    interval_low: float | None
    interval_high: float | None
    reviews: int
    golden_reviews: int
    verdict: str = ""

    @property
    def is_enough(self) -> bool:
        """Whether there are enough reviews to say something; gaps are only of markets that have them."""
        return self.reviews >= MINIMUM.get(self.estimate, 0)


def lay_estimates(warehouse: Path, night: date) -> int:
    """Write the table of a night's estimates, which its release has; returns how many there are.

    They decide nothing: what can't be estimated keeps no list from anybody, and the table is empty.
    """
    with duckdb.connect(str(warehouse)) as connection:
        for statement in ESTIMATES:
            connection.execute(statement)
        connection.execute("delete from estimates.quality_estimates")
        try:
            found = estimates(connection, night)
        except (duckdb.Error, ValueError):
            log.exception(
                "What reviews say of night %s can't be estimated; its release has no quality_estimates", night
            )
            return 0
        for each in found:
            connection.execute(
                "insert into estimates.quality_estimates"
                " values (?, ?, ?, ?, round(?, 6), round(?, 6), round(?, 6), ?, ?, ?, ?)",
                [
                    *(night, each.estimate, each.market, each.about, each.value, each.interval_low, each.interval_high),
                    *(each.reviews, each.golden_reviews, each.is_enough, each.verdict),
                ],
            )
    return len(found)


def estimates(connection: duckdb.DuckDBPyConnection, night: date) -> Sequence[Estimate]:
    """Every estimate of the last four weeks, by name, market and what it is about."""
    since = night - timedelta(days=WINDOW_DAYS)
    known = _golden(connection, night)
    published, seen, decided = (defaultdict[str, list[tuple[float, bool]]](list) for _ in range(3))
    for row in _rows(connection, _REVIEWS, night=night, since=since):
        if row["drawn_from"] == "decided":
            # What is looked for is a decision that is wrong.
            decided[row["market"]].append((row["weight"], not row["is_violation"]))
            continue
        published[row["market"]].append((row["weight"], row["is_violation"]))
        if row["views"]:
            seen[row["market"]].append((row["weight"] * row["views"], row["is_violation"]))
    wrong = {market: _sums(of) for market, of in decided.items()}
    turned = {market: _turned(known[market]) for market in wrong if market in known}
    found = [
        *_shares("prevalence", {market: _sums(of) for market, of in published.items()}, known),
        *_shares("violative_view_rate", {market: _sums(of) for market, of in seen.items()}, known),
        *_shares("wrong_decisions", wrong, turned),
        *_gaps(wrong, turned),
        *_agreements(connection, night, since),
    ]
    return sorted(found, key=lambda each: (each.estimate, each.market, each.about))


def _sums(reviews: Iterable[tuple[float, bool]]) -> Sums:
    # In one order, for sums of floats differ by it.
    weights, said = zip(*sorted(reviews), strict=True)
    return sums(weights, said)


def _shares(name: str, markets: dict[str, Sums], known: dict[str, Golden]) -> list[Estimate]:
    found = []
    for market, of in markets.items():
        ours = prevalence(of, known.get(market))
        value = float(ours.value[0])
        found.append(
            Estimate(
                name, market, "", None if np.isnan(value) else value, float(ours.low[0]), float(ours.high[0]),
                int(of.reviews[0]), _reviewed(known.get(market)),
            )
        )  # fmt: skip
    return found


def _gaps(markets: dict[str, Sums], known: dict[str, Golden]) -> list[Estimate]:
    enough = {market: of for market, of in markets.items() if of.reviews[0] >= MINIMUM["wrong_decisions"]}
    return [
        Estimate(
            "gap_of_wrong_decisions", ALL_MARKETS, f"{each.market} less {each.other}", each.gap, each.low, each.high,
            int(markets[each.market].reviews[0] + markets[each.other].reviews[0]),
            _reviewed(known.get(each.market)) + _reviewed(known.get(each.other)),
            DIFFERS if each.is_found else "",
        )
        for each in gaps({market: (of, known.get(market)) for market, of in enough.items()})
    ]  # fmt: skip


def _agreements(connection: duckdb.DuckDBPyConnection, night: date, since: date) -> list[Estimate]:
    items: dict[tuple[str, str], list[list[bool]]] = defaultdict(list)
    for row in _rows(connection, _REVIEWED_TWICE, night=night, since=since):
        items[row["market"], ""].append(row["said"])
        if row["violation_type"]:
            items[row["market"], row["violation_type"]].append(row["said"])
    found = []
    for (market, about), said in items.items():
        ours = agreement(said)
        found.append(
            Estimate(
                "agreement", market, about, ours.alpha, ours.low, ours.high, ours.items, 0,
                UNCLEAR if ours.is_unclear and ours.items >= MINIMUM["agreement"] else "",
            )
        )  # fmt: skip
    return found


def _golden(connection: duckdb.DuckDBPyConnection, night: date) -> dict[str, Golden]:
    """By market, what its reviewers said of golden items; none where only one of both kinds was reviewed."""
    return {
        row["market"]: golden(row["violating"], row["recognised"], row["clean"], row["passed"])
        for row in _rows(connection, _GOLDEN, night=night)
        if row["violating"] and row["clean"]
    }


def _turned(known: Golden) -> Golden:
    """The same for whoever looks for what is clean."""
    return Golden(known.clean, known.passed, known.violating, known.recognised)


def _reviewed(known: Golden | None) -> int:
    return int(known.violating[0] + known.clean[0]) if known else 0


def _rows(connection: duckdb.DuckDBPyConnection, query: str, **values: object) -> list[dict[str, Any]]:
    found = connection.execute(query, values)
    names = [name for name, *_ in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


# What was drawn without a chance, or with more than certainty, stands for nobody knows what. Of a draw of ours, the
# draw's key alone knows what an item stands for. What QA drew elsewhere without a probability stands for its market's
# contents of the day.
_REVIEWS = """
select
    reviews.drawn_from, creators.market, reviews.is_violation, contents.views,
    cast(coalesce(1 / reviews.inclusion_probability, weighted.weight, 1) as double) as weight
from stg_qa_reviews as reviews
inner join stg_creators as creators using (account_id)
left join stg_contents as contents on reviews.content_id = contents.content_id
left join int_qa_reviews_weighted as weighted on reviews.review_id = weighted.review_id
where
    coalesce(reviews.round, 1) = 1
    and reviews.reviewed_on > $since and reviews.reviewed_on <= $night
    and (reviews.draw_item_id is null or reviews.inclusion_probability is not null)
    and coalesce(reviews.inclusion_probability > 0 and reviews.inclusion_probability <= 1, true)
"""
# Who was judged by another version of the guidance than the truth is left out.
_GOLDEN = """
select
    creators.market,
    count(*) filter (golden.is_violation = 'yes') as violating,
    count(*) filter (golden.is_violation = 'yes' and reviews.is_violation) as recognised,
    count(*) filter (golden.is_violation = 'no') as clean,
    count(*) filter (golden.is_violation = 'no' and not reviews.is_violation) as passed
from accepted.golden_items as golden
inner join stg_qa_reviews as reviews
    on golden.subject = case when reviews.drawn_from = 'decided' then reviews.violation_id else reviews.content_id end
inner join stg_creators as creators on golden.account_id = creators.account_id
where
    reviews.reviewed_on <= $night
    and coalesce(reviews.round, 1) = 1
    and coalesce(golden.guidance_version = reviews.guidance_version, true)
group by creators.market
"""
_REVIEWED_TWICE = """
select
    creators.market, violations.violation_type,
    list(reviews.is_violation order by reviews.round, reviews.review_id) as said
from stg_qa_reviews as reviews
inner join stg_creators as creators using (account_id)
left join stg_violations as violations on reviews.violation_id = violations.violation_id
where reviews.reviewed_on > $since and reviews.reviewed_on <= $night and coalesce(reviews.blind, true)
group by
    creators.market, violations.violation_type, reviews.drawn_from, coalesce(reviews.violation_id, reviews.content_id),
    reviews.guidance_version
having count(*) > 1 and coalesce(reviews.violation_id, reviews.content_id) is not null
"""
