"""What the reviews of a night's last four weeks say of all that nobody reviewed, read in what it was computed in.

The same rows give the same estimates in any order.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from evenhand.release.quality_samples import CREATED
from evenhand.sampling.agreement import agreement
from evenhand.sampling.estimate_rows import CLOSED, OF_GOLDEN, OF_PENALTIES, REVIEWED, REVIEWED_TWICE
from evenhand.sampling.gaps import Gap, gaps
from evenhand.sampling.prevalence import prevalence
from evenhand.sampling.several import of_several
from evenhand.sampling.sums import Golden, Sums, golden, sums
from evenhand.sampling.told import of_gap

log = logging.getLogger(__name__)
WINDOW_DAYS = 28
# Fewer reviews say too little: of contents, of decisions, of penalties, of items that two reviewed.
MINIMUM = {
    **{"prevalence": 200, "violative_view_rate": 200},
    **{"wrong_decisions": 30, "wrong_penalties": 30, "agreement": 30},
}
ALL_MARKETS = "all"
DIFFERS, UNCLEAR = "differs", "unclear"


@dataclass(frozen=True)
class Estimate:
    """A share, an agreement or a gap, and the interval that it is in with a probability of 95 %.

    Attributes:
        estimate: prevalence, violative_view_rate, wrong_decisions, wrong_penalties, a gap_of_ either of these two,
            agreement or unanswered.
        market: of a gap, `all`, for it is of two.
        about: of an agreement, the type of violation, of wrong penalties the measure, or nothing for all; of a gap, the
            markets.
        value: as a share, of an agreement alpha; None where nothing can be said.
        reviews: how many it is from; of an agreement, items that two or more reviewed; of what is unanswered, items
            that left the list.
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

    They decide nothing: what can't be estimated keeps no list from anybody, and no other estimate from the table.
    """
    with duckdb.connect(str(warehouse)) as connection:
        for statement in CREATED:
            connection.execute(statement)
        connection.execute("delete from estimates.quality_estimates")
        try:
            found = estimates(connection, night)
        except (duckdb.Error, ValueError, LookupError, ArithmeticError):
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
    """Every estimate of the last four weeks that can be made, by name, market and what it is about."""
    since = night - timedelta(days=WINDOW_DAYS)
    known = _golden(connection, night)
    published, seen, decided = (defaultdict[str, list[tuple[float, bool]]](list) for _ in range(3))
    for row in _rows(connection, REVIEWED, night=night, since=since):
        if row["drawn_from"] == "decided":
            # What is looked for is a decision that is wrong.
            decided[row["market"]].append((row["weight"], not row["is_violation"]))
            continue
        published[row["market"]].append((row["weight"], row["is_violation"]))
        if row["views"]:
            seen[row["market"]].append((row["weight"] * row["views"], row["is_violation"]))
    wrong = _sums_of("wrong_decisions", decided)
    turned = {market: _turned(known[market]) for market in wrong if market in known}
    found = [
        *_shares("prevalence", _sums_of("prevalence", published), known),
        *_shares("violative_view_rate", _sums_of("violative_view_rate", seen), known),
        *_shares("wrong_decisions", wrong, turned),
        *_gaps("wrong_decisions", wrong, turned),
        *_wrong_penalties(connection, known),
        *_agreements(connection, night, since),
        *_unanswered(connection, night, since),
    ]
    return sorted(found, key=lambda each: (each.estimate, each.market, each.about))


@contextmanager
def _by_itself(*what: str) -> Iterator[None]:
    """What can't be estimated leaves the others."""
    try:
        yield
    except (ValueError, LookupError, ArithmeticError):
        log.exception("%s can't be estimated; other estimates are there", ", ".join(filter(None, what)))


def _sums_of(name: str, reviews: Mapping[str, Iterable[tuple[float, bool]]]) -> dict[str, Sums]:
    found = {}
    for market, of in reviews.items():
        with _by_itself(name, market):
            found[market] = _sums(of)
    return found


def _sums(reviews: Iterable[tuple[float, bool]]) -> Sums:
    # In one order, for sums of floats differ by it.
    weights, said = zip(*sorted(reviews), strict=True)
    return sums(weights, said)


def _shares(name: str, markets: dict[str, Sums], known: dict[str, Golden]) -> list[Estimate]:
    found = []
    for market, of in markets.items():
        with _by_itself(name, market):
            ours = prevalence(of, known.get(market))
            value = float(ours.value[0])
            found.append(
                Estimate(
                    name, market, "", None if np.isnan(value) else value, float(ours.low[0]), float(ours.high[0]),
                    int(of.reviews[0]), _reviewed(known.get(market)),
                )
            )  # fmt: skip
    return found


def _wrong_penalties(connection: duckdb.DuckDBPyConnection, known: dict[str, Golden]) -> list[Estimate]:
    """Of each market and measure, the share of new penalties that wouldn't be there without wrong decisions."""
    judged: dict[tuple[str, str], list[tuple[float, bool, int]]] = defaultdict(list)
    for row in _rows(connection, OF_PENALTIES):
        for about in sorted({"", row["measure"] or ""}):
            judged[row["market"], about].append((row["weight"], row["is_wrong"], row["decisions"]))
    found, markets, errors = [], {}, {}
    for (market, about), of in sorted(judged.items()):
        with _by_itself("wrong_penalties", market, about):
            wrong = _sums((weight, is_wrong) for weight, is_wrong, _ in of)
            weights, _, decisions = zip(*sorted(of), strict=True)
            ours = {market: of_several(known[market], decisions, weights)} if market in known else {}
            found += [
                replace(each, about=about, golden_reviews=_reviewed(known.get(market)))
                for each in _shares("wrong_penalties", {market: wrong}, ours)
            ]
            if not about:
                markets[market], errors[market] = wrong, ours.get(market)
    gaps_found = _gaps("wrong_penalties", markets, {market: of for market, of in errors.items() if of})
    of_golden = {market: _reviewed(known.get(market)) for market in markets}
    return [
        *found,
        *(replace(each, golden_reviews=sum(of_golden[of] for of in each.about.split(" less "))) for each in gaps_found),
    ]


def _gaps(of: str, markets: dict[str, Sums], known: dict[str, Golden]) -> list[Estimate]:
    enough = {market: sums_ for market, sums_ in markets.items() if sums_.reviews[0] >= MINIMUM[of]}
    compared: Sequence[Gap] = ()
    with _by_itself(f"gap_of_{of}"):
        compared = gaps({market: (sums_, known.get(market)) for market, sums_ in enough.items()})
    return [
        Estimate(
            f"gap_of_{of}", ALL_MARKETS, of_gap(each.market, each.other), each.gap, each.low, each.high,
            int(markets[each.market].reviews[0] + markets[each.other].reviews[0]),
            _reviewed(known.get(each.market)) + _reviewed(known.get(each.other)),
            DIFFERS if each.is_found else "",
        )
        for each in compared
    ]  # fmt: skip


def _agreements(connection: duckdb.DuckDBPyConnection, night: date, since: date) -> list[Estimate]:
    items: dict[tuple[str, str], list[list[bool]]] = defaultdict(list)
    for row in _rows(connection, REVIEWED_TWICE, night=night, since=since):
        items[row["market"], ""].append(row["said"])
        if row["violation_type"]:
            items[row["market"], row["violation_type"]].append(row["said"])
    found = []
    for (market, about), said in items.items():
        with _by_itself("agreement", market, about):
            ours = agreement(said)
            found.append(
                Estimate(
                    "agreement", market, about, ours.alpha, ours.low, ours.high, ours.items, 0,
                    UNCLEAR if ours.is_unclear and ours.items >= MINIMUM["agreement"] else "",
                )
            )  # fmt: skip
    return found


def _unanswered(connection: duckdb.DuckDBPyConnection, night: date, since: date) -> list[Estimate]:
    """Of the items that left the list, the share that nobody reviewed; it is counted, and so has no interval."""
    return [
        Estimate("unanswered", row["market"], "", row["unanswered"] / row["items"], None, None, row["items"], 0)
        for row in _rows(connection, CLOSED, night=night, since=since)
    ]


def _golden(connection: duckdb.DuckDBPyConnection, night: date) -> dict[str, Golden]:
    """By market, what its reviewers said of golden items; none where only one of both kinds was reviewed."""
    return {
        row["market"]: golden(row["violating"], row["recognised"], row["clean"], row["passed"])
        for row in _rows(connection, OF_GOLDEN, night=night)
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
