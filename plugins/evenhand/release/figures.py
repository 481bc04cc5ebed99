"""Operational metrics as people read them: by their labels, with their units, and said to be too few where they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.numbers import format_currency, get_territory_currencies

from evenhand.policy.nodes import parse
from evenhand.policy.prose.words import spoken
from evenhand.records.databases import parquet, quoted, reading
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

ALL_MARKETS = "all"
# The file of a release that has them; those of earlier versions have none.
METRICS = "operational_metrics.parquet"
# What defines metrics: those that models compute, and those that are estimates of quality samples.
DEFINED = COMPUTED, ESTIMATED = "metrics.yml", "operational_metrics.yml"
# The units that a release has times in, which may be others on another night.
_HOURS = {"hours": 1, "days": 24}


@dataclass(frozen=True)
class Figure:
    """A metric of a market, or of all of them, or of a part of either.

    Attributes:
        figure: as a number in text, None where there is none.
        low, high: the ends of the interval in which the metric is with a probability of 95 %.
        unit: what it counts, such as `hours`.
        is_defined: whether it is a metric of today; releases of earlier versions have others.
        slice, slice_value: which part it is of, such as `category` `beauty`; empty for the whole.
        sample: how many rows it is of; `out_of` where it is known of more that it isn't of all.
        minimum_sample: fewer rows say too little; None where nothing says.
    """

    metric: str
    label: str
    market: str
    figure: str | None
    is_enough: bool
    low: Decimal | None = None
    high: Decimal | None = None
    slice: str = ""
    slice_value: str = ""
    unit: str = ""
    is_defined: bool = True
    sample: Decimal | None = None
    out_of: Decimal | None = None
    minimum_sample: Decimal | None = None

    @property
    def text(self) -> str:
        """The figure with its unit, or that there are too few rows to say."""
        if not self.is_enough:
            if self.minimum_sample is None:
                return "too few to say"
            return f"too few to say ({self.sample or 0:,.0f} of {self.minimum_sample:,.0f} needed)"
        said = "none" if self.figure is None else with_unit(Decimal(self.figure), self.unit, self.market)
        if self.is_enough and self.out_of is not None and self.sample is not None and self.out_of > self.sample:
            said += f" (of {self.sample:,.0f} of {self.out_of:,.0f})"
        return said

    @property
    def interval(self) -> str:
        """The interval with its unit; empty where the metric is no estimate."""
        if self.low is None or self.high is None or not self.is_enough:
            return ""
        return f"{with_unit(self.low, self.unit)} to {with_unit(self.high, self.unit)}"


def is_money(unit: str) -> bool:
    """Whether a figure in this unit is an amount, in the currency of its market."""
    return unit.split(" ")[0] == "money"


@dataclass(frozen=True)
class Definition:
    """What a metric is.

    Attributes:
        minimum_sample: fewer rows say too little.
        unit: such as `share` or `time`, which a release has in hours or days.
        better: `more`, `less` or `none`.
        slices: what it is also told by, such as `category`.
    """

    metric: str
    label: str
    description: str
    owner: str
    minimum_sample: Decimal
    unit: str
    better: str
    slices: Sequence[str] = ()


def figures(release: Path, project: Path, market: str = ALL_MARKETS) -> list[Figure]:
    """The metrics of a market, in the order of their definitions.

    Args:
        release: the folder of a release.
        project: the dbt project, whose definitions have the labels.
        market: as the feeds spell it; by default, all markets together.
    """
    defined = definitions(project)
    found = _read(release, defined, Sql(f"market = {quoted(market)} and slice = ''"))
    order = {name: position for position, name in enumerate(defined)}
    return sorted(found, key=lambda each: (order.get(each.metric, len(order)), each.metric))


@lru_cache(maxsize=1024)
def figures_by_metric(revision: Path, project: Path, market: str) -> Mapping[str, Figure]:
    """The same by metric, read once; none where the release has none.

    Args:
        revision: the folder of a revision, which never changes.
    """
    if not (revision / METRICS).exists():
        return {}
    return {each.metric: each for each in figures(revision, project, market)}


def figures_of(release: Path, project: Path, metric: str) -> list[Figure]:
    """A metric of every market and of every part of each, all markets together first."""
    found = _read(release, definitions(project), Sql(f"metric = {quoted(metric)}"))
    return sorted(found, key=lambda each: (each.slice, each.slice_value, each.market != ALL_MARKETS, each.market))


def definitions(project: Path) -> dict[str, Definition]:
    """What each metric is, in the order in which they are defined."""
    folder = project / "models" / "marts" / "insight"
    return _definitions(folder, *((folder / name).stat().st_mtime_ns for name in DEFINED))


def estimated(folder: Path) -> list[dict[str, Any]]:
    """The definitions of the metrics that are estimates of quality samples.

    Args:
        folder: of the dbt project, that has what metrics are.
    """
    _, content = parse((folder / ESTIMATED).read_text(encoding="utf-8"))
    (model,) = content["models"]
    return list(model["config"]["meta"]["estimated"])


@lru_cache(maxsize=4)
def _definitions(folder: Path, *changed: int) -> dict[str, Definition]:
    defined = {}
    _, content = parse((folder / COMPUTED).read_text(encoding="utf-8"))
    # A metric is told by what the rows that it counts are told by.
    told_by = {
        measure["name"]: tuple(
            each["name"] for each in model["dimensions"] if each["type"] == "categorical" and each["name"] != "market"
        )
        for model in content["semantic_models"]
        for measure in model["measures"]
    }
    for metric in content["metrics"]:
        meta = metric["config"]["meta"]
        name = metric["name"]
        defined[name] = Definition(
            name,
            metric["label"],
            metric["description"],
            meta["owner"],
            Decimal(str(meta["minimum_sample"])),
            meta["unit"],
            meta["better"],
            told_by[of["measure"] if "measure" in (of := metric["type_params"]) else of["numerator"]],
        )
    for metric in estimated(folder):
        defined[metric["name"]] = Definition(
            metric["name"],
            metric["label"],
            metric["description"],
            metric["owner"],
            Decimal(str(metric["minimum_sample"])),
            metric["unit"],
            metric["better"],
            tuple(metric["slices"]),
        )
    return defined


def _read(release: Path, defined: dict[str, Definition], condition: Sql) -> list[Figure]:
    # No value is a parameter: with the first, DuckDB has this process import pandas, which takes a command that shows
    # a night longer than all that it reads.
    file = parquet(release / METRICS)
    with reading() as connection:
        there = {name for name, *_ in connection.execute(f"describe from {file}").fetchall()}
        # Releases of earlier versions told all times in days.
        unit = "unit" if "unit" in there else "case when metric like 'median_days_%' then 'days' end"
        out_of = Sql("out_of" if "out_of" in there else "null")
        asked = _SQL("figures", file=file, unit_of_figure=Sql(unit), out_of_how_many=out_of, is_asked=condition)
        rows = connection.execute(asked).fetchall()
    return [_figure(defined, *row) for row in rows]


def _figure(
    defined: dict[str, Definition],
    metric: str,
    market: str,
    part: str,
    part_value: str,
    figure: Decimal | None,
    sample: Decimal | None,
    is_enough: bool,
    low: Decimal | None,
    high: Decimal | None,
    unit: str | None,
    out_of: Decimal | None,
) -> Figure:
    definition = defined.get(metric)
    unit = unit or (definition.unit if definition else "")
    return Figure(
        metric,
        definition.label if definition else spoken(metric).capitalize(),
        market,
        None if figure is None else str(figure),
        # That there was none is no matter of how many there were; releases of earlier versions said so.
        is_enough or (unit == "count" and figure is not None),
        low,
        high,
        part,
        part_value,
        unit,
        definition is not None,
        sample,
        out_of,
        definition.minimum_sample if definition else None,
    )


def counted_in(figure: Figure, unit: str) -> Figure:
    """A figure in the unit of another night's: a time in its hours or days, and any other as it is."""
    if figure.unit == unit or not {figure.unit, unit} <= _HOURS.keys():
        return figure

    def converted(time: Decimal | None) -> Decimal | None:
        return None if time is None else time * _HOURS[figure.unit] / _HOURS[unit]

    told = None if figure.figure is None else str(converted(Decimal(figure.figure)))
    return replace(figure, figure=told, low=converted(figure.low), high=converted(figure.high), unit=unit)


def currency_of(market: str) -> str | None:
    """The currency of a market that is named as a country is; None of another."""
    currencies = get_territory_currencies(market) if len(market) == 2 else []
    return str(currencies[0]) if currencies else None


def with_unit(figure: Decimal, unit: str, market: str = "") -> str:
    """A figure of a metric with its unit, as people read it; money in the currency of its market."""
    if is_money(unit):
        currency = currency_of(market)
        return str(format_currency(figure, currency, locale="en")) if currency else f"{figure:,.2f}"
    if unit == "share":
        percent = 100 * figure
        return f"{_short(percent)} %" if 0 < abs(percent) < Decimal("0.1") else f"{percent:.1f} %"
    if unit in ("days", "hours"):
        return f"1 {unit[:-1]}" if figure == 1 else f"{_short(figure)} {unit}"
    return f"{figure:,.0f}" if unit == "count" else _short(figure)


def _short(figure: Decimal) -> str:
    """With as many digits behind the point as say something: two that count where there are none before it."""
    digits = 0 if abs(figure) >= 100 or figure == figure.to_integral_value() else 1 if abs(figure) >= 10 else 2
    if 0 < abs(figure) < 1:
        digits = 1 - figure.adjusted()
    said = f"{figure:,.{digits}f}"
    return said.rstrip("0").rstrip(".") if digits else said
