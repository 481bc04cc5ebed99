"""What somebody should look at: each kind is an entry of one table, in the order of how much it matters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from shlex import quote
from typing import Any
from urllib.parse import urlencode

from evenhand.cases.kinds import KINDS
from evenhand.release.figures import Definition
from evenhand.release.targets import Judged
from evenhand.reports.facts import Asked, Facts
from evenhand.reports.language import Language
from evenhand.reports.report import Cell, Number, Recommendation
from evenhand.reports.rules import GATE_RULE
from evenhand.reports.sections import Scope

# More than so many are none.
MOST = 10
# Of one kind a page has so many, so that the others are seen too.
MOST_OF_A_KIND = 3


@dataclass(frozen=True)
class RecommendationKind:
    """A kind of recommendation.

    Attributes:
        needs: the tables that it is found in.
        sql: rows that it is about, what matters most first; `{only}` is the markets, `{night}` the night.
        key: the columns that tell them apart.
        said: the sentence, with columns as places; `many` where `counts` isn't 1.
        labels: columns that are keys, and what the catalogues call a key of what they are.
        page: where it is looked at: a page, and the columns that it is filtered by.
        command: the same in a terminal.
        of_markets: whether its rows are of markets; others are for who sees all of them.
    """

    needs: Sequence[str]
    sql: str
    key: Sequence[str]
    said: str
    page: str
    command: str
    many: str = ""
    counts: str = ""
    labels: Mapping[str, str] | None = None
    filters: Sequence[str] = ()
    of_markets: bool = True


KINDS_OF_RECOMMENDATIONS: Sequence[RecommendationKind] = (
    RecommendationKind(
        needs=("held_lists",),
        sql="""
            select list, market, changes from held_lists
            where night = {night} and {only} and answer = '' and list in ('penalties', 'rewards')
            order by changes desc, list, market
        """,
        key=("list", "market"),
        said="Answer the {list} of {market}: {changes} row would change, and nothing of it is sent until then.",
        many="Answer the {list} of {market}: {changes} rows would change, and nothing of it is sent until then.",
        counts="changes",
        labels={"list": ""},
        page="lists/changes",
        filters=("list", "market"),
        command="evenhand held {at} --list {list} --market {market}",
    ),
    RecommendationKind(
        needs=("cases",),
        sql="""
            select market, kind, count(*) as cases from cases
            where state = 'open' and days_left < 0 and kind != 'held_list' and {only}
            group by market, kind order by cases desc, market, kind
        """,
        key=("market", "kind"),
        said="{cases} case of {market} is past its day: {kind}. Give it to somebody, or close it.",
        many="{cases} cases of {market} are past their day: {kind}. Give them to somebody, or close them.",
        counts="cases",
        labels={"kind": "case"},
        page="cases",
        filters=("market", "kind"),
        command="evenhand cases --market {market} --kind {kind}",
    ),
    RecommendationKind(
        needs=("cases",),
        sql="""
            select market, count(*) as appeals, min(days_left) as days from cases
            where state = 'open' and kind = 'appeal' and days_left between 0 and 2 and {only}
            group by market order by appeals desc, market
        """,
        key=("market",),
        said="{appeals} appeal of {market} has at most 2 days left. Decide it first.",
        many="{appeals} appeals of {market} have at most 2 days left. Decide them first.",
        counts="appeals",
        page="cases",
        filters=("market",),
        command="evenhand cases --market {market} --kind appeal",
    ),
    RecommendationKind(
        needs=("account_violations",),
        sql="""
            select market, violation_type, count(distinct appeal_id) as decided,
                count(distinct appeal_id) filter (appeal_outcome in ('granted', 'partly_granted')) as granted
            from account_violations
            where night = {night} and {only} and appeal_decided_on > {four_weeks_before}
                and appeal_outcome in ('granted', 'partly_granted', 'denied')
            group by market, violation_type having decided >= 20 and granted >= 0.5 * decided
            order by granted desc, market, violation_type
        """,
        key=("market", "violation_type"),
        said=(
            "{granted} of {decided} appeals about {violation_type} in {market} that were decided in four weeks were"
            " granted. Read the rule again, or how it is applied."
        ),
        labels={"violation_type": "violation_type"},
        page="metrics/grant_rate",
        filters=("market",),
        command="evenhand cases --market {market} --kind appeal",
    ),
    RecommendationKind(
        needs=("enforcement_gaps",),
        sql="""
            select market, gap, count(*) as gaps, min(since) as since from enforcement_gaps
            where night = {night} and {only} and since < {night} - 3
            group by market, gap having count(*) >= 5 order by gaps desc, market, gap
        """,
        key=("market", "gap"),
        said=(
            "{gaps} gaps of {market} are older than 3 days, the oldest since {since}: {gap}. Ask the system that acts."
        ),
        labels={"gap": "gap"},
        page="lists/gaps",
        filters=("market", "gap"),
        command="evenhand cases --market {market} --kind enforcement_gap",
    ),
    RecommendationKind(
        needs=("held_rows",),
        sql="""
            select list, market, rule, count(*) as rows from held_rows where night = {night} and {only}
            group by list, market, rule order by rows desc, list, market, rule
        """,
        key=("list", "market", "rule"),
        said="{rows} row of the {list} of {market} is held back: {rule}.",
        many="{rows} rows of the {list} of {market} are held back: {rule}.",
        counts="rows",
        labels={"list": "", "rule": GATE_RULE},
        page="lists/held",
        filters=("market",),
        command="evenhand summary {at}",
    ),
    RecommendationKind(
        needs=("feed_counts", "releases"),
        sql="""
            select tonight.feed, tonight.known, earlier.night as since from feed_counts as tonight
            join feed_counts as earlier on earlier.feed = tonight.feed and earlier.known = tonight.known
            where tonight.night = {night} and tonight.known > 0 and earlier.night = {night} - 3
            order by tonight.feed
        """,
        key=("feed",),
        said="Nothing of {feed} has landed since {since}. Ask whoever sends it.",
        labels={"feed": "feed"},
        page="",
        command="evenhand summary {at}",
        of_markets=False,
    ),
    RecommendationKind(
        needs=("quarantine", "feed_counts"),
        sql="""
            select feed, rule, count(*) as rows, known from quarantine join feed_counts using (night, feed)
            where night = {night} group by feed, rule, known having count(*) >= greatest(20, 0.01 * known)
            order by rows desc, feed, rule
        """,
        key=("feed", "rule"),
        said="{rows} of {known} rows of {feed} are in quarantine: {rule}. Have them corrected and sent again.",
        labels={"feed": "feed", "rule": GATE_RULE},
        page="lists/quarantine",
        filters=("feed",),
        command="evenhand quarantine {at}",
        of_markets=False,
    ),
)


def recommendations(
    facts: Facts, language: Language, scope: Scope, off_target: Sequence[Recommendation]
) -> list[Recommendation]:
    """At most ten, what matters most first.

    Args:
        off_target: those that metrics give; they come after what waits for an answer.
    """
    waiting, *others = KINDS_OF_RECOMMENDATIONS
    found = [*_of((waiting,), facts, language, scope), *off_target[:MOST_OF_A_KIND]]
    return [*found, *_of(others, facts, language, scope)][:MOST]


def off_target(
    language: Language,
    scope: Scope,
    asked: Asked,
    defined: Mapping[str, Definition],
    judged: Mapping[str, Judged | None],
    market: str,
) -> list[Recommendation]:
    """One for each metric of a market that misses its target.

    Args:
        asked: the metrics of the market.
        judged: each of them against its target.
    """
    found = []
    for row in range(len(asked.rows)):
        metric = asked.value(row, "metric")
        target = judged.get(metric)
        if target is None or target.state != "missed" or metric not in defined:
            continue
        unit = asked.value(row, "unit") or defined[metric].unit
        figure = asked.number(row, "figure", partial(language.figure, unit=unit, market=market))
        label, bound = language.say(defined[metric].label), language.bound(target.target, unit)
        found.append(missed_target(language, scope.night, metric, market, label, figure, bound))
    return found


def missed_target(
    language: Language, night: date, metric: str, market: str, label: str, figure: Number, bound: str
) -> Recommendation:
    """That a figure of a market misses its target.

    Args:
        label: what the figure is called.
        bound: what it is to come to, as people read it.
    """
    said = language.sentence(
        "{metric} is {figure} and is to be {bound}. See since when, and in which part of it.",
        metric=label,
        figure=figure,
        bound=bound,
    )
    page = f"metrics/{metric}?{urlencode({'night': str(night), 'market': market})}"
    return Recommendation(said, page, f"evenhand summary {night} --market {quote(market)}")


def _of(kinds: Sequence[RecommendationKind], facts: Facts, language: Language, scope: Scope) -> list[Recommendation]:
    return [
        _recommendation(kind, asked, row, language, scope)
        for kind in kinds
        if facts.has(*kind.needs) and (kind.of_markets or not scope.markets)
        for asked in [facts.ask(_filled(kind.sql, scope), *kind.key)]
        for row in range(min(len(asked.rows), MOST_OF_A_KIND))
    ]


def _filled(sql: str, scope: Scope) -> str:
    return sql.format(night=scope.now, only=scope.only, four_weeks_before=f"date '{scope.night - timedelta(days=28)}'")


def _recommendation(
    kind: RecommendationKind, asked: Asked, row: int, language: Language, scope: Scope
) -> Recommendation:
    labels = kind.labels or {}
    keys = {name: asked.value(row, name) for name in asked.columns}
    cells: dict[str, Cell] = {}
    for name, value in keys.items():
        if name in labels:
            cells[name] = _label(language, labels[name], value)
        elif isinstance(value, str):
            cells[name] = value
        else:
            cells[name] = asked.number(row, name, _how(language, value))
    said = (
        language.counted(kind.said, kind.many, keys[kind.counts], **cells)
        if kind.counts
        else language.sentence(kind.said, **cells)
    )
    filters = {"night": str(scope.night), **{name: str(keys[name]) for name in kind.filters}}
    page = f"{kind.page}?{urlencode(filters)}" if kind.page else f"?{urlencode(filters)}"
    return Recommendation(
        said, page, kind.command.format(at=scope.night, **{name: quote(str(value)) for name, value in keys.items()})
    )


def _label(language: Language, kind: str, key: str) -> str:
    if kind == "case":
        return language.say(KINDS[key].label)
    return language.label(kind, key) if kind else language.say(key)


def _how(language: Language, value: Any) -> Callable[[Any], str]:
    return language.number if isinstance(value, int) else language.day
