"""What somebody should look at: each kind is an entry of one table, in the order of how much it matters.

Longer than other files, for every kind stands in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from shlex import quote
from typing import Any
from urllib.parse import urlencode

from evenhand.cases.kinds import KINDS
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.release.figures import Definition
from evenhand.release.targets import Judged
from evenhand.reports.appeals import appeals_of
from evenhand.reports.facts import Asked, Facts
from evenhand.reports.language import Language
from evenhand.reports.report import Cell, Number, Recommendation
from evenhand.reports.rules import GATE_RULE
from evenhand.reports.sections import Scope, sql_of_day

_SQL = SqlFile(__file__)

# More than so many are none.
MOST = 10
# What most matters is counted in a column of this name, a keyword that sqlfluff's parser can't take after `order by`.
_ROWS = "rows"
# Of one kind a page has so many, so that the others are seen too.
MOST_OF_A_KIND = 3


@dataclass(frozen=True)
class RecommendationKind:
    """A kind of recommendation.

    Attributes:
        needs: the tables that it is found in.
        asks: SQL for the rows that it is about, what matters most first; None where there can be none.
        key: the columns that tell them apart.
        said: the sentence, with columns as places; `many` where `counts` isn't 1, and `unknown` where one of them is
            empty.
        whole: the sentence where the first of the columns `of_whole` is as much as the second.
        labels: columns that are keys, and what the catalogues call a key of what they are.
        shares: columns that are parts of a whole.
        page: where it is looked at: a page, and the columns that it is filtered by.
        command: the same in a terminal.
        of_markets: whether its rows are of markets; others are for who sees all of them.
    """

    needs: Sequence[str]
    asks: Callable[[Scope, Facts], Sql | None]
    key: Sequence[str]
    said: str
    page: str
    command: str
    many: str = ""
    counts: str = ""
    unknown: str = ""
    whole: str = ""
    of_whole: tuple[str, str] | None = None
    labels: Mapping[str, str] | None = None
    shares: Sequence[str] = ()
    filters: Sequence[str] = ()
    of_markets: bool = True


KINDS_OF_RECOMMENDATIONS: Sequence[RecommendationKind] = (
    RecommendationKind(
        needs=("held_lists",),
        asks=lambda scope, _: _SQL("held_lists", night=scope.now, of_markets=scope.only),
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
        asks=lambda scope, _: _SQL("cases", of_markets=scope.only),
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
        asks=lambda scope, _: _SQL("appeals", of_markets=scope.only),
        key=("market",),
        said="{appeals} appeal of {market} has at most 2 days left. Decide it first.",
        many="{appeals} appeals of {market} have at most 2 days left. Decide them first.",
        counts="appeals",
        page="cases",
        filters=("market", "kind"),
        command="evenhand cases --market {market} --kind appeal",
    ),
    RecommendationKind(
        needs=("account_violations",),
        asks=lambda scope, facts: _grants(scope, appeals_of(facts)),
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
        needs=("operational_metrics",),
        asks=lambda scope, _: _SQL("overturned_rules", night=scope.now, of_markets=scope.only),
        key=("market", "rule"),
        said=(
            "{overturned} of the {decided} decisions of four weeks that the rule {rule} counts in {market} are void by"
            " now. Read the rule again, or how it is applied."
        ),
        labels={"rule": "rule"},
        shares=("overturned",),
        page="metrics/overturned_by_rule",
        filters=("market",),
        command="evenhand summary {at} --market {market}",
    ),
    RecommendationKind(
        needs=("enforcement_gaps", "account_violations"),
        asks=lambda scope, _: _SQL("gaps", night=scope.now, of_markets=scope.only),
        key=("market", "gap"),
        said=(
            "{gaps} gaps of {market} are older than 3 days, the oldest since {since}: {gap}. Most of them ({most}) are"
            " of {system}: ask the system that acts there."
        ),
        unknown=(
            "{gaps} gaps of {market} are older than 3 days, the oldest since {since}: {gap}. Ask the system that acts."
        ),
        # Of all of them, most is said of none.
        whole=(
            "{gaps} gaps of {market} are older than 3 days, the oldest since {since}: {gap}. All of them are of"
            " {system}: ask the system that acts there."
        ),
        of_whole=("most", "gaps"),
        labels={"gap": "gap", "system": "surface"},
        page="lists/gaps",
        filters=("market", "gap"),
        command="evenhand cases --market {market} --kind enforcement_gap",
    ),
    RecommendationKind(
        needs=("held_rows",),
        asks=lambda scope, _: _SQL("held_rows", night=scope.now, of_markets=scope.only, most=_ROWS),
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
        asks=lambda scope, _: _SQL("silent_feeds", night=scope.now),
        key=("feed",),
        said="Nothing of {feed} has landed since {since}. Ask whoever sends it.",
        labels={"feed": "feed"},
        page="",
        command="evenhand summary {at}",
        of_markets=False,
    ),
    RecommendationKind(
        needs=("quarantine", "feed_counts"),
        asks=lambda scope, _: _SQL("quarantine", night=scope.now, most=_ROWS),
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


def _grants(scope: Scope, appeals: Sql | None) -> Sql | None:
    if appeals is None:
        return None
    four_weeks_before = sql_of_day(scope.night - timedelta(days=28))
    return _SQL("grants", appeals=appeals, night=scope.now, of_markets=scope.only, four_weeks_before=four_weeks_before)


def _of(kinds: Sequence[RecommendationKind], facts: Facts, language: Language, scope: Scope) -> list[Recommendation]:
    return [
        _recommendation(kind, asked, row, language, scope)
        for kind in kinds
        if facts.has(*kind.needs) and (kind.of_markets or not scope.markets)
        for sql in [kind.asks(scope, facts)]
        if sql is not None
        for asked in [facts.ask(sql, *kind.key)]
        for row in range(min(len(asked.rows), MOST_OF_A_KIND))
    ]


def _recommendation(
    kind: RecommendationKind, asked: Asked, row: int, language: Language, scope: Scope
) -> Recommendation:
    labels = kind.labels or {}
    keys = {name: asked.value(row, name) for name in asked.columns}
    cells: dict[str, Cell] = {}
    for name, value in keys.items():
        if value is None and kind.unknown:
            continue
        if name in labels:
            cells[name] = _label(language, labels[name], value)
        elif name == "market":
            cells[name] = language.market(value)
        elif isinstance(value, str):
            cells[name] = value
        else:
            how = partial(language.figure, unit="share") if name in kind.shares else _how(language, value)
            cells[name] = asked.number(row, name, how)
    said = (
        language.counted(kind.said, kind.many, keys[kind.counts], **cells)
        if kind.counts
        else language.sentence(_sentence(kind, keys, cells), **cells)
    )
    filters = {"night": str(scope.night), **{name: str(keys[name]) for name in kind.filters}}
    page = f"{kind.page}?{urlencode(filters)}" if kind.page else f"?{urlencode(filters)}"
    return Recommendation(
        said, page, kind.command.format(at=scope.night, **{name: quote(str(value)) for name, value in keys.items()})
    )


def _sentence(kind: RecommendationKind, keys: Mapping[str, Any], cells: Mapping[str, Cell]) -> str:
    if len(cells) < len(keys):
        return kind.unknown
    if kind.of_whole:
        part, of = kind.of_whole
        return kind.whole if keys[part] == keys[of] else kind.said
    return kind.said


def _label(language: Language, kind: str, key: str) -> str:
    if kind == "case":
        return language.say(KINDS[key].label)
    return language.label(kind, key) if kind else language.say(key)


def _how(language: Language, value: Any) -> Callable[[Any], str]:
    return language.number if isinstance(value, int) else language.day
