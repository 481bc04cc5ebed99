"""A board as a report: a table for each of its metrics, of the markets and parts that its reader may see."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from evenhand.records.databases import quoted
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.release.figures import ALL_MARKETS, Definition, figures_of
from evenhand.release.manifest import read_manifest
from evenhand.release.targets import Judged, judged
from evenhand.reports.boards import Board, BoardMetric
from evenhand.reports.facts import Asked, Facts
from evenhand.reports.language import Language
from evenhand.reports.make import NoSuchMarket
from evenhand.reports.opened import opened
from evenhand.reports.recommendations import MOST, missed_target
from evenhand.reports.report import Cell, Page, Recommendation, Report, Sentence, Table
from evenhand.reports.sections import sql_of_day, units_of
from evenhand.settings import Settings

_SQL = SqlFile(__file__)

# A figure of a board: metric, market, what it is told by and which part of that.
About = tuple[str, str, str, str]


@dataclass(frozen=True)
class _Told:
    board: Board
    facts: Facts
    language: Language
    defined: Mapping[str, Definition]
    judged: Mapping[About, Judged]
    markets: list[str]
    before: date | None
    week_before: date | None


@dataclass(frozen=True)
class _Section:
    is_missed: bool
    table: Table
    missed: list[Recommendation]


def board_report(
    here: Settings, board: Board, night: date, language: str, markets: Collection[str] | None = None
) -> Report:
    """A board on a released night, for somebody.

    Args:
        language: such as `en`.
        markets: those that its reader may see, `all` for all of them together; by default everything.

    Raises:
        NoSuchWords: there are no reports in the language.
        NoSuchMarket: its reader may see none of its markets.
        ReleaseChanged: a release isn't what was released.
        OtherFormat, pydantic.ValidationError: another version released a night.
    """
    with opened(here, night, language) as of:
        facts = of.facts
        known = markets_known(facts)
        wanted = board.seen_by(markets, [each for each in known if each != ALL_MARKETS])
        if not wanted:
            raise NoSuchMarket(f"the board {board.board} is of no market that you may see")
        shown = [each for each in wanted if each in known]
        folder = facts.folders[-1]
        told = _Told(
            board, facts, of.language, of.defined, against_targets(here, board, folder), shown,
            facts.released(1), facts.released(7),
        )  # fmt: skip
        page = _page(told, [each for each in wanted if each not in known])
        days = [each for each in (told.before, told.week_before) if each]
        made_of = of.made_of(lambda each: each in (night, *days))
        title = f"{board.title}: {of.language.day(night)}"
        asked_for = () if markets is None else tuple(wanted)
        return Report(
            "board", night, told.before, language, tuple(shown), title, (page,), made_of, facts.cases,
            tuple(facts.queries), asked_for, board.board,
        )  # fmt: skip


def markets_known(facts: Facts) -> list[str]:
    """The markets that a night has metrics of, all of them together among them."""
    if not facts.has("operational_metrics"):
        return []
    rows = facts.connection.execute(
        f"select distinct market from operational_metrics where night = date '{facts.night}' order by 1"
    )
    return [str(market) for (market,) in rows.fetchall()]


def against_targets(here: Settings, board: Board, folder: Path) -> dict[About, Judged]:
    """The figures of a board that have a target on the night of a release, of every market."""
    manifest = read_manifest(folder)
    if "operational_metrics.parquet" not in manifest.files:
        return {}
    found = {}
    for metric in board.metrics:
        for figure in figures_of(folder, here.dbt_project, metric.metric):
            against = judged(manifest, figure) if figure.slice in ("", *metric.slices) else None
            if against:
                found[figure.metric, figure.market, figure.slice, figure.slice_value] = against
    return found


def off_target(here: Settings, report: Report, board: Board, night: date) -> frozenset[About]:
    """Which figures of a board's report missed their target on a released night."""
    found = against_targets(here, board, (here.releases / f"night={night}").resolve())
    return frozenset(about for about, each in found.items() if each.state == "missed" and about[1] in report.markets)


def _page(told: _Told, unknown: list[str]) -> Page:
    language = told.language
    metrics = told.board.metrics if told.markets else ()
    sections = [each for metric in metrics if (each := _section(told, metric))]
    missed = [each for section in sections for each in section.missed]
    if told.board.order == "off_target_first":
        sections.sort(key=lambda each: not each.is_missed)
    compared = "It is compared with {day}." if told.before else "There is nothing before it to compare with."
    words: list[Sentence] = [language.sentence(compared, day=language.day(told.before))]
    # Of what isn't known nothing is on target either.
    if told.markets and not any(about[1] in told.markets for about in told.judged):
        words.append(language.sentence("None of these figures has a target."))
    elif told.markets and not missed:
        states = {judged.state for about, judged in told.judged.items() if about[1] in told.markets}
        is_known = "met" in states
        said = "Nothing is off target." if is_known else "There are too few rows to say whether anything is off target."
        words.append(language.sentence(said))
    for market in unknown:
        words.append(language.sentence("Nothing is known of {market} on this night.", market=language.market(market)))
    return Page("", told.board.title, tuple(words), tuple(missed[:MOST]), tuple(each.table for each in sections))


def _section(told: _Told, metric: BoardMetric) -> _Section | None:
    """The table of a metric, and what misses its target; None where the night has nothing of it."""
    language, definition = told.language, told.defined[metric.metric]
    asked = _ask(told, metric)
    positions = {market: place for place, market in enumerate(told.markets)}
    parts = {part: place for place, part in enumerate(("", *metric.slices))}

    def place_of(row: int) -> tuple[int, int, str]:
        return positions[asked.value(row, "market")], parts[asked.value(row, "slice")], asked.value(row, "part")

    rows: list[list[Cell]] = []
    missed = []
    has_interval = any(asked.value(row, "low") is not None for row in range(len(asked.rows)))
    for row in sorted(range(len(asked.rows)), key=place_of):
        unit = asked.value(row, "unit") or definition.unit
        about = (metric.metric, asked.value(row, "market"), asked.value(row, "slice"), asked.value(row, "part"))
        target = told.judged.get(about)
        if about[2] and asked.value(row, "figure") is None and not target:
            # Of a part, what says nothing isn't shown.
            continue
        cells = _cells(told, definition, asked, row, has_interval)
        if target:
            state = language.say(target.state or "not compared")
            cells.append(f"{state}: {language.bound(target.target, unit)}")
        elif _has_targets(told, metric):
            cells.append("")
        if target and target.state == "missed":
            called = " \u00b7 ".join([language.say(definition.label), *_of(told, about)])
            figure = asked.number(row, "figure", partial(language.figure, unit=unit, market=about[1]))
            bound = language.bound(target.target, unit)
            missed.append(missed_target(language, told.facts.night, metric.metric, about[1], called, figure, bound))
        rows.append(cells)
    return _Section(bool(missed), _table(told, metric, rows, has_interval), missed) if rows else None


def _ask(told: _Told, metric: BoardMetric) -> Asked:
    night, before, week = (sql_of_day(each) for each in (told.facts.night, told.before, told.week_before))
    units = units_of(told.facts, unit=night, unit_before=before, unit_week_before=week)
    return told.facts.ask(
        _SQL(
            "figures",
            units=units,
            night=night,
            before=before,
            week_before=week,
            metric=Sql(quoted(metric.metric)),
            slices=[Sql(quoted(each)) for each in ("", *metric.slices)],
            markets=[Sql(quoted(each)) for each in told.markets],
        ),
        "market",
        "slice",
        "part",
    )


def _cells(told: _Told, definition: Definition, asked: Asked, row: int, has_interval: bool) -> list[Cell]:
    about = ("", asked.value(row, "market"), asked.value(row, "slice"), asked.value(row, "part"))
    columns = [("figure", "unit"), *([("low", "unit"), ("high", "unit")] if has_interval else [])]
    columns += [("figure_before", "unit_before")] if told.before else []
    columns += [("figure_week_before", "unit_week_before")] if _has_week(told) else []
    # A time has hours on one night and days on another: each is told in its own.
    units = [asked.value(row, unit) or definition.unit for _, unit in columns]
    figures = [
        asked.number(row, column, partial(told.language.figure, unit=unit, market=about[1]), unit)
        for (column, _), unit in zip(columns, units, strict=True)
    ]
    return [" \u00b7 ".join(_of(told, about)), *figures]


def _of(told: _Told, about: About) -> list[str]:
    """What a figure is of: the market, and the part of it."""
    _, market, part, value = about
    called = told.language.market(market)
    if not part:
        return [called]
    return [called, told.language.say("not known") if value == "not known" else told.language.label(part, value)]


def _table(told: _Told, metric: BoardMetric, rows: list[list[Cell]], has_interval: bool) -> Table:
    language, definition = told.language, told.defined[metric.metric]
    heads = [language.say("Market"), language.day(told.facts.night)]
    heads += [language.say("Interval from"), language.say("Interval to")] if has_interval else []
    heads += [language.day(told.before)] if told.before else []
    heads += [language.day(told.week_before)] if _has_week(told) else []
    numbers = frozenset(range(1, len(heads)))
    heads += [language.say("Target")] if _has_targets(told, metric) else []
    return Table(
        language.say(definition.label), heads, rows, numbers, language.say("A dash: there are too few rows to say.")
    )


def _has_week(told: _Told) -> bool:
    return told.week_before is not None and told.week_before != told.before


def _has_targets(told: _Told, metric: BoardMetric) -> bool:
    return any(about[0] == metric.metric and about[1] in told.markets for about in told.judged)
