"""The pages of operational metrics: all of a market over the last nights, and one over nights, markets and parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from evenhand.console import charts
from evenhand.console.asked import Market, Night, Slice, market_of, refuse_unknown_slice
from evenhand.console.estimates import estimates
from evenhand.console.meanwhile import what_else
from evenhand.console.named_days import lines, named_days, said
from evenhand.console.reader import reader, say, say_counted
from evenhand.console.render import page
from evenhand.console.seen import limited
from evenhand.console.shown import Shown, shown
from evenhand.console.tonight import creators_by_market, release_of, releases_before
from evenhand.console.values import bound, day, interval
from evenhand.console.values import figure as said_figure
from evenhand.console.values import market as market_name
from evenhand.policy.targets import targets_of
from evenhand.release.figures import Figure, counted_in, definitions, figures_by_metric, figures_of
from evenhand.release.goals import GoalOnNight, goals_of
from evenhand.release.metric_query import query_of
from evenhand.release.targets import judged
from evenhand.release.verify import ReleaseChanged
from evenhand.settings import settings

router = APIRouter(prefix="/metrics")


@router.get("")
@limited
def metrics_page(request: Request, night: Night = None, market: Market = "") -> HTMLResponse:
    """Every metric of a market, with the last nights beside it."""
    found = shown(night)
    if found is None:
        return page(request, "no_release.html", None)
    market = market_of(market, found)
    now = figures_by_metric(found.folder, settings().dbt_project, market) if found.sees(market) else {}
    if not now:
        raise HTTPException(
            404, say("there is no metric of market %(market)s on night %(night)s", market=market, night=found.night)
        )
    return page(
        request,
        "metrics.html",
        found,
        market=market,
        markets=sorted(creators_by_market(found)),
        metrics=[(each, trend_of(found, each), judged(found.manifest, each)) for each in now.values()],
        goals=_goals(found),
        meanwhile=_meanwhile(found, market),
        estimates=estimates(found, market),
        definitions=definitions(settings().dbt_project),
    )


@router.get("/{metric}")
@limited
def metric_page(
    request: Request, metric: str, night: Night = None, market: Market = "", part: Slice = ""
) -> HTMLResponse:
    """A metric over nights, in each market, and in the parts of one."""
    found = shown(night)
    if found is None:
        return page(request, "no_release.html", None)
    defined = definitions(settings().dbt_project)
    if metric not in defined:
        raise HTTPException(
            404, say("there is no metric %(metric)s; there are %(there)s", metric=metric, there=", ".join(defined))
        )
    market = market_of(market, found)
    if part:
        refuse_unknown_slice(part, defined[metric].slices)
    now = [each for each in figures_of(found.folder, settings().dbt_project, metric) if found.sees(each.market)]
    now = [each for each in now if not part or each.slice in ("", part)]
    return page(
        request,
        "metric.html",
        found,
        market=market,
        definition=defined[metric],
        chart=chart_of(found, metric, market, defined[metric].label) if found.sees(market) else "",
        targets=[
            (bound(each, defined[metric].unit), each.effective_from, each.effective_until)
            for each in sorted(targets_of(found.manifest.targets).targets, key=lambda each: each.effective_from)
            if each.about == (metric, market, "", "")
        ],
        meanwhile=_meanwhile(found, market),
        of_markets=[(each, judged(found.manifest, each)) for each in now if not each.slice],
        of_parts=[(each, judged(found.manifest, each)) for each in now if each.slice and each.market == market],
        sql=[
            query_of(metric, night=found.night),
            *(query_of(metric, part, found.night, market) for part in sorted({each.slice for each in now} - {""})),
        ],
    )


def _goals(found: Shown) -> list[tuple[GoalOnNight, str]]:
    """The goals of policies with their bounds."""
    released = [(night, release_of(night)) for night in found.nights]
    try:
        goals = goals_of(found.manifest, released, settings().dbt_project)
    except ReleaseChanged as error:
        raise HTTPException(409, str(error)) from error
    return [(each, bound(each.goal, each.unit)) for each in goals]


def _released(found: Shown) -> list[tuple[date, Path]]:
    """Those of the last nights that are released, and where, the oldest first."""
    return [(night, release_of(night)) for night in found.last_nights() if night in found.nights]


def trend_of(found: Shown, of: Figure) -> list[float | None]:
    """A figure over the last nights, in its unit; None where there is none, or too few rows to say."""
    folders = (*releases_before(found), found.folder)
    over = [figures_by_metric(folder, settings().dbt_project, of.market) for folder in folders]
    return [_number(then.get(of.metric), of.unit) for then in over]


def chart_of(found: Shown, metric: str, market: str, label: str) -> str:
    """A metric of a market over the last nights, with what else changed; nothing where there never was enough to say.

    Args:
        label: what the metric is called.
    """
    released = _released(found)
    changed = dict(what_else(found, released))
    over = {night: figures_by_metric(folder, settings().dbt_project, market).get(metric) for night, folder in released}
    # All in the unit of the newest.
    unit = next((figure.unit for figure in reversed(over.values()) if figure), "")
    nights = found.last_nights()
    points = [
        _point(night, counted_in(then, unit) if (then := over[night]) else None, unit, changed)
        if night in over
        else charts.Point(day(night), None, said=say("not released"))
        for night in nights
    ]
    ends = [end for each in points for end in (each.value, each.low, each.high) if end is not None]
    if not ends:
        return ""

    def written(value: float) -> str:
        return reader().figure(Decimal(repr(value)), unit, market)

    about = say_counted(
        "%(metric)s, %(market)s: from %(low)s to %(high)s on %(num)s night, until %(night)s",
        "%(metric)s, %(market)s: from %(low)s to %(high)s over %(num)s nights, until %(night)s",
        len(points),
        metric=say(label),
        market=market_name(market),
        low=written(min(ends)),
        high=written(max(ends)),
        night=next(point.night for point in reversed(points) if point.value is not None),
    )
    newest = over[found.night]
    of_newest = judged(found.manifest, newest) if newest else None
    wanted = of_newest.target.comparison if of_newest and of_newest.state else None
    beside = lines(market, named_days(found, market, nights), nights)
    return charts.over_nights(points, about, written, [float(wanted[1])] if wanted else [], beside)


def _meanwhile(found: Shown, market: str) -> list[str]:
    """What else was on the nights of a market's chart, a sentence each, in the order of days."""
    changed = [(on, f"{day(on)}: {what}") for on, what in what_else(found, _released(found)) if what]
    named = [(each.first_day, said(market, each)) for each in named_days(found, market, found.last_nights())]
    return [words for _, words in sorted([*changed, *named], key=lambda each: each[0])]


def _point(night: date, figure: Figure | None, unit: str, changed: Mapping[date, str]) -> charts.Point:
    """A night of a chart; without a value where there are too few rows to say."""
    value = _number(figure, unit)
    if figure is None or value is None:
        return charts.Point(day(night), None, changed=changed.get(night, ""))
    low, high = (None if end is None else float(end) for end in (figure.low, figure.high))
    said = f"{said_figure(figure)} ({interval(figure)})" if interval(figure) else said_figure(figure)
    return charts.Point(day(night), value, low, high, changed.get(night, ""), said)


def _number(figure: Figure | None, unit: str) -> float | None:
    """A figure in a unit; None where there are too few rows to say."""
    if figure is None or figure.figure is None or not figure.is_enough:
        return None
    told = counted_in(figure, unit).figure
    return None if told is None else float(Decimal(told))
