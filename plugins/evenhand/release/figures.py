"""Operational metrics as people read them: by their labels, with their units, and said to be too few where they are."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from evenhand.policy.nodes import parse

ALL_MARKETS = "all"


@dataclass(frozen=True)
class Figure:
    """A metric of a market, or of all of them.

    Attributes:
        text: the figure with its unit, or that there are too few rows to say.
    """

    metric: str
    label: str
    market: str
    text: str
    figure: str | None
    is_enough: bool


@dataclass(frozen=True)
class _Defined:
    label: str
    minimum_sample: Decimal
    is_share: bool
    is_days: bool


def figures(release: Path, project: Path, market: str = ALL_MARKETS) -> list[Figure]:
    """The metrics of a market, in the order of their definitions.

    Args:
        release: the folder of a release.
        project: the dbt project, whose definitions have the labels.
        market: as the feeds spell it; by default, all markets together.
    """
    defined = _defined(project / "models" / "marts" / "insight" / "metrics.yml")
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select metric, figure, sample, is_enough from read_parquet(?) where market = ? and slice = ''",
            [str(release / "operational_metrics.parquet"), market],
        ).fetchall()
    found = [
        Figure(
            metric,
            defined[metric].label if metric in defined else metric,
            market,
            _said(figure, sample, is_enough, defined.get(metric)),
            None if figure is None else str(figure),
            is_enough,
        )
        for metric, figure, sample, is_enough in rows
    ]
    order = {name: position for position, name in enumerate(defined)}
    return sorted(found, key=lambda each: (order.get(each.metric, len(order)), each.metric))


def _defined(path: Path) -> dict[str, _Defined]:
    defined = {}
    _, content = parse(path.read_text(encoding="utf-8"))
    for metric in content["metrics"]:
        meta = metric["config"]["meta"]
        name = metric["name"]
        defined[name] = _Defined(
            metric["label"],
            Decimal(str(meta["minimum_sample"])),
            bool(meta.get("is_share")),
            name.startswith("median_days_"),
        )
    return defined


def _said(figure: Decimal | None, sample: Decimal | None, is_enough: bool, defined: _Defined | None) -> str:
    if not is_enough:
        needed = f" ({sample or 0:,.0f} of {defined.minimum_sample:,.0f} needed)" if defined else ""
        return f"too few to say{needed}"
    if figure is None:
        return "none"
    if defined and defined.is_share:
        return f"{100 * figure:.1f} %"
    if defined and defined.is_days:
        return "1 day" if figure == 1 else f"{_short(figure)} days"
    return _short(figure)


def _short(figure: Decimal) -> str:
    """With as many digits behind the point as say something."""
    digits = 0 if abs(figure) >= 100 or figure == figure.to_integral_value() else 1 if abs(figure) >= 10 else 2
    said = f"{figure:,.{digits}f}"
    return said.rstrip("0").rstrip(".") if digits else said
