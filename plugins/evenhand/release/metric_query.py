"""The query that gives a metric, for people who think in SQL: `evenhand query "…"` answers it."""

from __future__ import annotations

from datetime import date

from evenhand.records.databases import quoted


def query_of(metric: str, slice: str = "", night: date | str | None = None, market: str = "") -> str:
    """The released figures of a metric: of markets as wholes, or of each part of a slice.

    Args:
        slice: what it is told by, such as `category`; empty for the whole.
        night, market: of these alone.
    """
    columns = ["night", "market", *(["slice_value"] if slice else []), "figure", "sample", "is_enough", "unit"]
    which = [f"metric = {quoted(metric)}", f"slice = {quoted(slice)}"]
    which += [f"night = {quoted(night)}"] if night else []
    which += [f"market = {quoted(market)}"] if market else []
    return f"select {', '.join(columns)} from operational_metrics where {' and '.join(which)} order by all"
