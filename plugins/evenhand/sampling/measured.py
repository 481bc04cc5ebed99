"""Operational metrics that are estimates of quality samples: their rows, beside those that the models compute.

What each is stands with the model's, in operational_metrics.yml.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import duckdb

from evenhand.records.sql_files import SqlFile
from evenhand.sampling.estimated import ALL_MARKETS, Estimate

_SQL = SqlFile(__file__)

# By metric, the estimate that it is; of the second kind, what that leaves of the whole.
METRICS: Mapping[str, str] = {
    "prevalence": "prevalence",
    "violative_view_rate": "violative_view_rate",
    "doubted_by_qa": "wrong_decisions",
    "wrong_penalties": "wrong_penalties",
    "agreement_of_reviewers": "agreement",
}
COMPLEMENTS: Mapping[str, str] = {"decision_precision": "wrong_decisions"}
_UNITS = {"agreement_of_reviewers": "number"}


def lay_measured(connection: duckdb.DuckDBPyConnection, night: date, found: Iterable[Estimate]) -> None:
    """Write the rows of these metrics; each has one of all markets, whatever was reviewed."""
    by_estimate: dict[str, list[Estimate]] = {}
    for each in found:
        by_estimate.setdefault(each.estimate, []).append(each)
    rows: list[dict[str, object]] = []
    for metric, estimate in {**METRICS, **COMPLEMENTS}.items():
        of = by_estimate.get(estimate, [])
        if not any(each.market == ALL_MARKETS and not each.slice for each in of):
            of = [*of, Estimate(estimate, ALL_MARKETS, "", "", None, None, None, 0, 0)]
        for each in of:
            ends = (each.value, each.interval_low, each.interval_high)
            if metric in COMPLEMENTS:
                value, low, high = (None if end is None else 1 - end for end in ends)
                ends = (value, high, low)
            rows.append(
                {
                    "metric": metric,
                    "market": each.market,
                    "slice": each.slice,
                    "slice_value": each.about,
                    **dict(zip(("figure", "interval_low", "interval_high"), ends, strict=True)),
                    "sample": each.reviews,
                    "is_enough": each.is_enough,
                    "unit": _UNITS.get(metric, "share"),
                }
            )
    connection.execute("delete from estimates.metrics")
    connection.execute(_SQL("write"), {"night": night, "measured": rows})
