"""A report of a night or of a week: the same releases, cases and words again are the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from evenhand.release.figures import ALL_MARKETS, Definition, figures
from evenhand.release.goals import goals_of
from evenhand.release.manifest import DELIVERIES, NOTICES, Manifest
from evenhand.release.query import revisions
from evenhand.release.targets import judged
from evenhand.reports import sections
from evenhand.reports.facts import Facts, night_of
from evenhand.reports.language import Language
from evenhand.reports.opened import opened
from evenhand.reports.recommendations import off_target, recommendations
from evenhand.reports.report import Kind, Page, Recommendation, Report, Sentence, Table
from evenhand.reports.sections import Scope
from evenhand.settings import Settings

WEEK_NIGHTS = 7


class NoSuchMarket(Exception):
    """Nothing is known of a market that was asked for. The message says of which there is."""


@dataclass(frozen=True)
class _Told:
    """What all pages of a report have in common.

    Attributes:
        first: the first of the nights that it is of.
        history: the nights that it looks at whose lists were never in force.
    """

    kind: Kind
    facts: Facts
    language: Language
    manifest: Manifest
    defined: Mapping[str, Definition]
    first: date
    before: date | None
    history: frozenset[date]


def report_of(
    here: Settings, kind: Kind, night: date, language: str, markets: Sequence[str] = (), *, say_unknown: bool = False
) -> Report:
    """A report for somebody.

    Args:
        night: a released night; a week is the seven nights until it.
        language: such as `en`.
        markets: that it is of; by default, all that there are.
        say_unknown: whether its first page says of which of the markets nothing is known, and it is of the others.

    Raises:
        NoSuchWords: there are no reports in the language.
        NoSuchMarket: nothing is known of one of the markets; of any of them, where it says so.
        ReleaseChanged: a release isn't what was released.
        OtherFormat, pydantic.ValidationError: another version released a night.
    """
    with opened(here, night, language) as of:
        facts, days = of.facts, 1 if kind == "night" else WEEK_NIGHTS
        told = _Told(
            kind, facts, of.language, of.manifests[-1], of.defined,
            night - timedelta(days=days - 1), facts.released(days),
            frozenset(each.night for each in of.manifests if each.history),
        )  # fmt: skip
        known = _markets(told)
        unknown = sorted(set(markets) - set(known))
        asked = sorted(set(markets) & set(known))
        if unknown and not (say_unknown and asked):
            raise NoSuchMarket(f"night {night} knows no market {unknown[0]}; it knows {', '.join(known) or 'none'}")
        shown = asked or known
        first = [] if len(shown) == 1 else [_first_page(told, asked, here)]
        pages = [*first, *(_page_of(told, market, here) for market in shown)]
        speaks = told.language
        nothing = "Nothing is known of {market} on this night."
        said = (speaks.sentence(nothing, market=speaks.market(each)) for each in unknown)
        pages[0] = replace(pages[0], words=(*pages[0].words, *map(tuple, said)))
        made_of = of.made_of(lambda each: each >= (told.before or told.first))
        return Report(
            kind, night, told.before, language, tuple(shown), _title(told, ", ".join(map(speaks.market, asked))),
            tuple(pages), made_of, facts.cases, tuple(facts.queries), tuple(asked),
        )  # fmt: skip


def _markets(told: _Told) -> list[str]:
    tables = ("penalties", "rewards", "account_profiles", "held_lists")
    rows = " union ".join(f"select market from {each} where night = date '{told.facts.night}'" for each in tables
                          if told.facts.has(each))  # fmt: skip
    packs = told.facts.connection.execute(f"select distinct market from ({rows}) where market is not null order by 1")
    names = {str(market) for (market,) in packs.fetchall()}
    # Receivers and languages aren't markets.
    others = {each.market for each in told.manifest.held_lists if each.list in (DELIVERIES, NOTICES)}
    return sorted(names - others)


def _title(told: _Told, of: str) -> str:
    said = "Night of {day}" if told.kind == "night" else "Week until {day}"
    title = told.language.say(said, day=told.language.day(told.facts.night))
    return f"{title}: {of}" if of else title


def _first_page(told: _Told, markets: Sequence[str], here: Settings) -> Page:
    """All markets of a reader beside each other; figures of all markets together for who sees all of them."""
    scope = Scope(tuple(markets), told.facts.night, told.before)
    metrics = None if markets else _metrics(told, scope, ALL_MARKETS, here)
    tables = [
        sections.of_markets(told.facts, told.language, scope),
        *_of_any(told, scope),
        metrics.table if metrics else None,
        sections.of_unclear(told.facts, told.language, scope),
        None if markets else _goals(told, here),
        sections.of_cases(told.facts, told.language, scope),
    ]
    title = ", ".join(map(told.language.market, markets or (ALL_MARKETS,)))
    return _page(told, "", title, scope, tables, metrics.missed if metrics else ())


def _page_of(told: _Told, market: str, here: Settings) -> Page:
    scope = Scope((market,), told.facts.night, told.before)
    metrics = _metrics(told, scope, market, here)
    tables = [
        sections.of_markets(told.facts, told.language, scope),
        *_of_any(told, scope),
        sections.of_bonuses(told.facts, told.language, scope),
        metrics.table if metrics else None,
        sections.of_unclear(told.facts, told.language, scope),
        sections.of_cases(told.facts, told.language, scope),
    ]
    return _page(told, market, told.language.market(market), scope, tables, metrics.missed if metrics else ())


def _of_any(told: _Told, scope: Scope) -> list[Table | None]:
    facts, language = told.facts, told.language
    return [
        sections.of_nights(facts, language, scope, told.first) if told.kind == "week" else None,
        sections.of_measures(facts, language, scope),
        sections.of_causes(facts, language, scope, told.first, told.history),
        sections.of_zones(facts, language, scope),
        sections.of_appeals(facts, language, scope, told.first),
    ]


def _page(
    told: _Told,
    market: str,
    title: str,
    scope: Scope,
    tables: Sequence[Table | None],
    missed: Sequence[Recommendation],
) -> Page:
    language = told.language
    words: list[Sentence] = []
    if history := language.of_history(told.manifest):
        words.append((history,))
    if told.manifest.reversed:
        back = told.manifest.reversed.back_to.night
        words.append(language.sentence("This night was reversed to the lists of {day}.", day=language.day(back)))
    compared = "It is compared with {day}." if told.before else "There is nothing before it to compare with."
    words.append(language.sentence(compared, day=language.day(told.before)))
    if told.before in told.history:
        never = "{day} is history: its lists were never in force anywhere."
        words.append(language.sentence(never, day=language.day(told.before)))
    held = sections.waiting(told.facts, language, scope, told.manifest)
    words += held or [language.sentence("No list waits for anybody.")]
    found = recommendations(told.facts, language, scope, missed)
    return Page(market, title, tuple(map(tuple, words)), tuple(found), tuple(each for each in tables if each))


@dataclass(frozen=True)
class _Metrics:
    table: Table | None
    missed: Sequence[Recommendation]


def _metrics(told: _Told, scope: Scope, market: str, here: Settings) -> _Metrics | None:
    if not told.facts.has("operational_metrics"):
        return None
    found = figures(told.facts.folders[-1], here.dbt_project, market)
    against = {each.metric: judged(told.manifest, each) for each in found}
    asked = sections.ask_metrics(told.facts, scope, market)
    return _Metrics(
        sections.of_metrics(told.language, scope, asked, told.defined, against, market),
        off_target(told.language, scope, asked, told.defined, against, market),
    )


def _goals(told: _Told, here: Settings) -> Table | None:
    """A row per goal of a policy: what it is to come to by when, and whether it is on the way."""
    language = told.language
    # Its line may begin before the nights that a report looks at.
    released = [(night_of(each), each) for each in revisions(here.releases)]
    rows = [
        (
            language.edition(each.goal.policy),
            language.market(each.goal.market),
            language.say(each.label),
            language.bound(each.goal, each.unit),
            language.day(each.goal.by),
            language.say(each.state),
        )
        for each in goals_of(told.manifest, released, here.dbt_project)
    ]
    heads = [language.say(each) for each in ("Policy", "Market", "Metric", "Goal", "By", "State")]
    return Table(language.say("Goals of policies"), heads, rows) if rows else None
