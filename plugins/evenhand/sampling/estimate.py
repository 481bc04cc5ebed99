"""What the reviews of a night's last four weeks say of all that nobody reviewed, read in what it was computed in.

The same rows give the same estimates in any order.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from evenhand.records.sql_files import SqlFile
from evenhand.release.quality_samples import CREATED, METRICS, UNANSWERED
from evenhand.sampling.agreement import agreement
from evenhand.sampling.estimated import ALL_MARKETS, DIFFERS, MINIMUM, UNCLEAR, Estimate, Part, by_itself
from evenhand.sampling.gaps import Gap, gaps
from evenhand.sampling.measured import lay_measured
from evenhand.sampling.reviews import LIKELY, OF_UNITS, told
from evenhand.sampling.several import of_several
from evenhand.sampling.shares import Sample, samples, shares
from evenhand.sampling.sums import Golden, golden
from evenhand.sampling.told import of_gap

_SQL = SqlFile(__file__)

log = logging.getLogger(__name__)
WINDOW_DAYS = 28
# What decisions are told by, too.
OF_DECISIONS = ("detector", "confidence_band")
NOT_KNOWN = "not known"


def lay_estimates(warehouse: Path, night: date) -> int:
    """Write the tables of a night's estimates, and of the metrics that they are; returns how many estimates there are.

    They decide nothing: what can't be estimated keeps no list from anybody, and no other estimate from the table.
    """
    with duckdb.connect(str(warehouse)) as connection:
        return lay(connection, night)


def lay(connection: duckdb.DuckDBPyConnection, night: date) -> int:
    """The same where a night was computed in is open."""
    # It may be there as an earlier version had it.
    connection.execute("drop table if exists estimates.quality_estimates")
    for statement in CREATED:
        connection.execute(statement)
    try:
        found = estimates(connection, night)
    except (duckdb.Error, ValueError, LookupError, ArithmeticError):
        log.exception("What reviews say of night %s can't be estimated; its release has no quality_estimates", night)
        found = ()
    rows = [{**asdict(each), "is_enough": each.is_enough} for each in found]
    connection.execute(_SQL("write"), {"night": night, "found": rows})
    lay_measured(connection, night, found)
    return len(found)


def metrics_of(connection: duckdb.DuckDBPyConnection, night: date) -> str:
    """Add to a night's metrics those that are estimates; returns the SQL of all."""
    lay(connection, night)
    return f"(from {METRICS})"


def estimates(connection: duckdb.DuckDBPyConnection, night: date) -> Sequence[Estimate]:
    """Every estimate of the last four weeks that can be made, by name, market and what it is about."""
    since = night - timedelta(days=WINDOW_DAYS)
    known = _golden(connection, night)
    published, seen, decided = (defaultdict[Part, list[tuple[float, bool]]](list) for _ in range(3))
    reviews = _SQL("reviewed", told=told(), of_units=OF_UNITS, likely=LIKELY)
    for row in _rows(connection, reviews, night=night, since=since):
        whole = (row["market"], "", "")
        if row["drawn_from"] == "decided":
            # What is looked for is a decision that is wrong.
            for part in (whole, *((row["market"], by, row[by] or NOT_KNOWN) for by in OF_DECISIONS)):
                decided[part].append((row["weight"], not row["is_violation"]))
            continue
        published[whole].append((row["weight"], row["is_violation"]))
        if row["views"]:
            seen[whole].append((row["weight"] * row["views"], row["is_violation"]))
    wrong = samples("wrong_decisions", decided)
    turned = {market: _turned(each) for market, each in known.items()}
    reviewed = {market: _reviewed(each) for market, each in known.items()}
    found = [
        *_of_contents("prevalence", published, known, reviewed),
        *_of_contents("violative_view_rate", seen, known, reviewed),
        *shares("wrong_decisions", wrong, _by_part(wrong, turned), reviewed),
        *_gaps("wrong_decisions", wrong, turned, reviewed),
        *_wrong_penalties(connection, known, reviewed),
        *_agreements(connection, night, since),
        *_unanswered(connection, night, since),
        *_left_out(connection),
    ]
    return sorted(found, key=lambda each: (each.estimate, each.market, each.slice, each.about))


def _of_contents(
    name: str,
    reviews: Mapping[Part, list[tuple[float, bool]]],
    known: Mapping[str, Golden],
    reviewed: Mapping[str, int],
) -> list[Estimate]:
    of = samples(name, reviews)
    return shares(name, of, _by_part(of, known), reviewed)


def _by_part(parts: Mapping[Part, Sample], known: Mapping[str, Golden]) -> dict[Part, Golden]:
    return {part: known[part[0]] for part in parts if part[0] in known}


def _wrong_penalties(
    connection: duckdb.DuckDBPyConnection, known: Mapping[str, Golden], reviewed: Mapping[str, int]
) -> list[Estimate]:
    """Of each market and measure, the share of new penalties that wouldn't be there without wrong decisions."""
    judged: dict[Part, list[tuple[float, bool, int]]] = defaultdict(list)
    for row in _rows(connection, _SQL("of_penalties")):
        for measure in sorted({"", row["measure"] or ""}):
            part = (row["market"], "measure" if measure else "", measure)
            judged[part].append((row["weight"], row["is_wrong"], row["decisions"]))
    name = "wrong_penalties"
    of = samples(name, {part: [(weight, is_wrong) for weight, is_wrong, _ in each] for part, each in judged.items()})
    errors: dict[Part, Golden] = {}
    for part in list(of):
        if part[0] in known:
            try:
                weights, _, decisions = zip(*sorted(judged[part]), strict=True)
                errors[part] = of_several(known[part[0]], decisions, weights)
            except (ValueError, LookupError, ArithmeticError):
                log.exception("%s of %s can't be estimated; other estimates are there", name, part[0])
                del of[part]
    whole = {part[0]: each for part, each in errors.items() if not part[1]}
    return [*shares(name, of, errors, reviewed), *_gaps(name, of, whole, reviewed)]


def _gaps(
    of: str, parts: Mapping[Part, Sample], known: Mapping[str, Golden], reviewed: Mapping[str, int]
) -> list[Estimate]:
    markets = {part[0]: each.sums for part, each in parts.items() if not part[1]}
    enough = {market: sums for market, sums in markets.items() if sums.reviews[0] >= MINIMUM[of]}
    compared: Sequence[Gap] = ()
    with by_itself(f"gap_of_{of}"):
        compared = gaps({market: (sums, known.get(market)) for market, sums in enough.items()})
    return [
        Estimate(
            f"gap_of_{of}", ALL_MARKETS, "", of_gap(each.market, each.other), each.gap, each.low, each.high,
            int(markets[each.market].reviews[0] + markets[each.other].reviews[0]),
            sum(reviewed[market] for market in (each.market, each.other) if market in known),
            DIFFERS if each.is_found else "",
        )
        for each in compared
    ]  # fmt: skip


def _agreements(connection: duckdb.DuckDBPyConnection, night: date, since: date) -> list[Estimate]:
    """How far reviewers agree, of each market, policy and type of violation, and of each of these in all markets."""
    items: dict[Part, list[list[bool]]] = defaultdict(list)
    for row in _rows(connection, _SQL("reviewed_twice", told=told()), night=night, since=since):
        of = [("", ""), *(("pack", str(pack)) for pack in row["packs"])]
        of += [("violation_type", row["violation_type"])] if row["violation_type"] else []
        for market in (row["market"], ALL_MARKETS):
            for by, about in of:
                items[market, by, about].append(row["said"])
    found = []
    for part, said in sorted(items.items()):
        with by_itself("agreement", *part):
            ours = agreement(said)
            is_unclear = ours.is_unclear and ours.items >= MINIMUM["agreement"]
            found.append(
                Estimate(
                    "agreement", *part, ours.alpha, ours.low, ours.high, ours.items, 0, UNCLEAR if is_unclear else ""
                )
            )
    return found


def _unanswered(connection: duckdb.DuckDBPyConnection, night: date, since: date) -> list[Estimate]:
    """Of the items that left the list, the share that nobody reviewed; it is counted, and so has no interval."""
    return [
        Estimate("unanswered", row["market"], "", "", row["unanswered"] / row["items"], None, None, row["items"], 0)
        for row in _rows(connection, _SQL("closed"), night=night, since=since, unanswered=UNANSWERED)
    ]


def _left_out(connection: duckdb.DuckDBPyConnection) -> list[Estimate]:
    """Of what tonight drew from: the share without views of its own, and of penalties that couldn't be drawn."""
    found = []
    for row in _rows(connection, _SQL("frames")):
        if row["without_views"]:
            part: Part = (row["market"], "stratum", row["stratum"])
            share = row["without_views"] / row["units"]
            found.append(Estimate("without_views", *part, share, None, None, row["units"], 0))
        for why in ("without_decisions", "too_large"):
            if row[why]:
                of = row["units"] + row["without_decisions"] + row["too_large"]
                part = (row["market"], "left_out", why)
                found.append(Estimate("penalties_not_drawn", *part, row[why] / of, None, None, of, 0))
    return found


def _golden(connection: duckdb.DuckDBPyConnection, night: date) -> dict[str, Golden]:
    """By market, what its reviewers said of golden items; none where only one of both kinds was reviewed."""
    return {
        row["market"]: golden(row["violating"], row["recognised"], row["clean"], row["passed"])
        for row in _rows(connection, _SQL("of_golden", told=told()), night=night)
        if row["violating"] and row["clean"]
    }


def _turned(known: Golden) -> Golden:
    """The same for whoever looks for what is clean."""
    return Golden(known.clean, known.passed, known.violating, known.recognised)


def _reviewed(known: Golden) -> int:
    return int(known.violating[0] + known.clean[0])


def _rows(connection: duckdb.DuckDBPyConnection, query: str, **values: object) -> list[dict[str, Any]]:
    found = connection.execute(query, values)
    names = [name for name, *_ in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
