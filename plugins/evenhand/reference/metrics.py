"""Write docs/metrics.md from the definitions of the operational metrics: `python -m evenhand.reference.metrics`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evenhand.policy.nodes import parse
from evenhand.policy.targets import Target, read_targets
from evenhand.release.figures import ALL_MARKETS, COMPUTED, definitions, estimated
from evenhand.release.metric_query import query_of
from evenhand.release.targets import bound
from evenhand.settings import PROJECT

PATH = PROJECT / "docs" / "metrics.md"
DBT_PROJECT = PROJECT / "dbt_project"
DEFINED = DBT_PROJECT / "models" / "marts" / "insight" / COMPUTED
_BETTER = {"more": "more is better", "less": "less is better", "none": "neither"}


def render() -> str:
    """The text of docs/metrics.md."""
    _, content = parse(DEFINED.read_text(encoding="utf-8"))
    measures = {each["name"]: each for model in content["semantic_models"] for each in model["measures"]}
    targets = read_targets(PROJECT / "policies").targets
    rows = [
        _row(metric, metric["config"]["meta"], _formula(metric, measures), targets) for metric in content["metrics"]
    ]
    rows += [_row(metric, metric, metric["formula"], targets) for metric in estimated(DEFINED.parent)]
    parts = [
        f"| `{metric}` | {', '.join(f'`{part}`' for part in definition.slices)} |"
        for metric, definition in definitions(DBT_PROJECT).items()
    ]
    queries = _QUERIES.format(whole=query_of("repeat_rate"), of_part=query_of("repeat_rate", "violation_type"))
    return "\n".join([_START, *rows, "", _END, queries, *parts, ""])


def _row(metric: Mapping[str, Any], meta: Mapping[str, Any], formula: str, targets: Sequence[Target]) -> str:
    differs = f" ({meta['differs']})" if meta.get("differs") else ""
    field = f"{meta['field']}{differs}" if meta.get("field") else ""
    cells = [
        f"`{metric['name']}`: {metric['label']}",
        formula,
        _unit(meta),
        _BETTER[meta["better"]],
        "; ".join(_target(each, meta["unit"]) for each in targets if each.metric == metric["name"]),
        f"{meta['minimum_sample']:,}",
        meta["interval"],
        field,
        meta["missing"],
        meta["owner"],
    ]
    return f"| {' | '.join(cells)} |"


def _target(target: Target, unit: str) -> str:
    of = "all markets" if target.market == ALL_MARKETS else target.market
    until = f" until {target.effective_until}" if target.effective_until else ""
    return f"{bound(target, unit)} ({of}, from {target.effective_from}{until})"


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

<!-- Written by `python -m evenhand.reference.metrics` from metrics.yml and operational_metrics.yml of dbt_project/, and
targets.yml; edit those. -->

Every figure is of the four weeks until the night, by market, for all markets, and by each dimension of what it counts
([decision 6](decisions/0006-metrics-defined-once.md)). Fewer than the minimum sample are too few to say anything;
counts are told whatever they come to. A market that has accounts and is decided has every metric: what there is none of
is 0, and what is of nothing is null. A time is told in hours where at least half of its rows have both times, and says
of how many of how many it is (`out_of`); otherwise in days. An interval is at 95 %. Targets are those that are shipped.
The last ones are [estimates](sampling.md#what-reviews-say) of all that nobody reviewed, by all that was reviewed,
wherever it was drawn; they are told by these figures alone.

| metric | formula | unit | better | target | minimum sample | interval | the field's name | null means | owner |
| --- | --- | --- | --- | --- | ---: | --- | --- | --- | --- |"""

_END = """\
`÷` is of sums over the four weeks. What a denominator isn't told by, it is told by against the whole: orders have no
type of violation. No figure is told of a single reviewer.

## Targets and goals

`policies/targets.yml` says what metrics are to come to. It decides nothing, holds nothing and is in each night's
manifest.

```yaml
targets:
  - {metric: grant_rate, market: ID, at_most: 0.4, effective_from: 2026-01-01, effective_until: 2026-06-30}
  - {metric: grant_rate, market: ID, at_most: 0.3, effective_from: 2026-07-01}
  - {metric: median_time_to_decision, market: all, unit: hours, at_most: 24, effective_from: 2026-01-01}
goals:
  - {policy: creators_id@2, metric: prevalence, market: ID, at_most: 0.01, effective_from: 2026-10-01, by: 2026-12-31}
```

A target is met or missed by the figure; where its interval reaches to both sides of the bound, or there are too few
rows, it is too few to say. A figure in days is compared with no target in hours. A goal is what a version of a policy
is to bring a metric to: it is judged by windows that begin on the version's first day or later, and is on the way
while the figure is on or better than the straight line from the last window before that day. Where its interval
spans the goal, or that line, it is too few to say. After its day it stays what it was on it, whatever the metric does
then. `evenhand policy check` names what can't be: also a part that the
metric isn't told by, and a last night before the first; it warns of a market that no pack decides for and no night
knows.

## Named days

`policies/calendar.yml` says which days have a name: pay-days, campaigns, holidays, whatever may move a metric. It
decides nothing, holds nothing and is in each night's manifest. A metric's chart shows the days of its market below it,
beside the nights on which policies or code were others, or other feeds landed than on the night before.

```yaml
days:
  - {name: "11.11", markets: [ID, TH], first_day: 2026-11-11}
  - {name: Harbolnas, markets: ID, first_day: 2026-12-10, last_day: 2026-12-12}
  - {name: New Year, markets: all, first_day: 2027-01-01}
```

A day may have several names, and a name several days; in each market, a day has it once. Without a `last_day` it is
one day. Names are shown as they are written, in every language. `evenhand policy check` names what is wrong, with its
line, and warns of a market that no pack decides for and no night knows; a night for which the file is wrong has no
named days.
"""

_QUERIES = """\
## The query of each

What nights have released of a metric, `evenhand query "…"` answers: of each market, and of all of them together as
`all`. The first is of the whole, the second of each part of what it is told by; `and night = '2026-10-31' and market =
'ID'` leaves the others out. A metric's page has them of what it shows.

```sql
{whole}
{of_part}
```

| metric | parts that it is told by |
| --- | --- |"""


if __name__ == "__main__":
    PATH.write_text(render(), encoding="utf-8")
