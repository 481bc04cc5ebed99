"""Write docs/metrics.md from the definitions of the operational metrics: `python -m evenhand.reference.metrics`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evenhand.policy.nodes import parse
from evenhand.settings import PROJECT

PATH = PROJECT / "docs" / "metrics.md"
DEFINED = PROJECT / "dbt_project" / "models" / "marts" / "insight" / "metrics.yml"
_BETTER = {"more": "more is better", "less": "less is better", "none": "neither"}


def render() -> str:
    """The text of docs/metrics.md."""
    _, content = parse(DEFINED.read_text(encoding="utf-8"))
    measures = {each["name"]: each for model in content["semantic_models"] for each in model["measures"]}
    rows = [_row(metric, measures) for metric in content["metrics"]]
    return "\n".join([_START, *rows, "", _END])


def _row(metric: Mapping[str, Any], measures: Mapping[str, Any]) -> str:
    meta = metric["config"]["meta"]
    differs = f" ({meta['differs']})" if meta.get("differs") else ""
    field = f"{meta['field']}{differs}" if meta.get("field") else ""
    cells = [
        f"`{metric['name']}`: {metric['label']}",
        _formula(metric, measures),
        _unit(meta),
        _BETTER[meta["better"]],
        f"{meta['minimum_sample']:,}",
        meta["interval"],
        field,
        meta["missing"],
        meta["owner"],
    ]
    return f"| {' | '.join(cells)} |"


def _formula(metric: Mapping[str, Any], measures: Mapping[str, Any]) -> str:
    of, meta = metric["type_params"], metric["config"]["meta"]
    if "measure" in of:
        measure = measures[of["measure"]]
        kind = "median of" if measure["agg"] == "median" else "number of"
        return f"{kind}: {_lower(measure['description'])}"
    times = f", times {meta['per']}" if meta.get("per") else ""
    numerator, denominator = (_lower(measures[of[each]]["description"]) for each in ("numerator", "denominator"))
    return f"{numerator} ÷ {denominator}{times}"


def _lower(description: str) -> str:
    text = description.rstrip(".")
    return text if text[:2].isupper() else text[0].lower() + text[1:]


def _unit(meta: Mapping[str, Any]) -> str:
    return "hours, or days" if meta["unit"] == "time" else "%" if meta["unit"] == "share" else str(meta["unit"])


_START = """\
# Operational metrics

<!-- Written by `python -m evenhand.reference.metrics` from dbt_project/models/marts/insight/metrics.yml; edit that. -->

Every figure is of the four weeks until the night, by market, for all markets, and by each dimension of what it counts
([decision 6](decisions/0006-metrics-defined-once.md)). Fewer than the minimum sample are too few to say anything;
counts are told whatever they come to. A time is told in hours where at least half of its rows have both times, and says
of how many of how many it is (`out_of`); otherwise in days. An interval is at 95 %.

| metric | formula | unit | better | minimum sample | interval | the field's name | null means | owner |
| --- | --- | --- | --- | ---: | --- | --- | --- | --- |"""

_END = """\
`÷` is of sums over the four weeks. What a denominator isn't told by, it is told by against the whole: orders have no
type of violation. No figure is told of a single reviewer.
"""


if __name__ == "__main__":
    PATH.write_text(render(), encoding="utf-8")
