"""The tables of a report: what each shows, and the query that gives it.

Longer than other files, for it has a function for each table of a report.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from evenhand.cases.kinds import KINDS
from evenhand.records.databases import quoted
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.release.figures import Definition
from evenhand.release.manifest import Manifest
from evenhand.release.targets import Judged
from evenhand.reports.appeals import APPEALS, appeals_of
from evenhand.reports.facts import Asked, Facts
from evenhand.reports.language import Language
from evenhand.reports.report import Cell, Table
from evenhand.sampling.told import UNCLEAR_BELOW

_SQL = SqlFile(__file__)


@dataclass(frozen=True)
class Scope:
    """What a page is of.

    Attributes:
        markets: of what; empty for all that there are.
        night, before: the night, and the one that it is compared with.
    """

    markets: Sequence[str]
    night: date
    before: date | None

    @property
    def only(self) -> Sql:
        """SQL for the rows of the markets."""
        return Sql(f"market in ({', '.join(quoted(each) for each in self.markets)})" if self.markets else "true")

    @property
    def now(self) -> Sql:
        """SQL of the night."""
        return sql_of_day(self.night)

    @property
    def then(self) -> Sql:
        """SQL of the night before; null where there is none."""
        return sql_of_day(self.before)


def of_markets(facts: Facts, language: Language, scope: Scope) -> Table | None:
    """A row per market: what is in force, and what it is more or less than then."""
    counted = {
        "penalties": ("penalties", "true"),
        "rewards": ("rewards", "true"),
        "near": ("account_profiles", "is_near_a_zone"),
        "gaps": ("enforcement_gaps", "true"),
        "creators": ("account_profiles", "exited_on is null"),
    }
    there = {what: each for what, each in counted.items() if facts.has(each[0])}
    # What the night before doesn't tell isn't none.
    compared = {what for what in there if scope.before and facts.has(counted[what][0], of=scope.before)} - {"creators"}
    rows = " union all ".join(
        f"select night, market, '{what}' as what from {table} where {condition}"
        for what, (table, condition) in there.items()
    )
    on = "count(*) filter (what = '{what}' and night = {night})".format
    columns = ", ".join(
        f"{on(what=what, night=scope.now)} as {what}"
        + (f", {on(what=what, night=scope.now)} - {on(what=what, night=scope.then)} as {what}_more")
        * (what in compared)
        for what in there
    )
    asked = facts.ask(
        _SQL(
            "of_markets",
            columns=Sql(columns),
            rows=Sql(rows),
            night=scope.now,
            before=scope.then,
            of_markets=scope.only,
        ),
        "market",
    )
    headings = {
        "penalties": language.say("Penalties in force"),
        "rewards": language.say("Rewards in force"),
        "near": language.say("Near a stricter zone"),
        "gaps": language.say("Enforcement gaps"),
        "creators": language.say("Creators"),
    }
    shown: list[tuple[str, Callable[[Any], str]]] = []
    heads = [language.say("Market")]
    for what in there:
        shown.append((what, language.number))
        heads.append(headings[what])
        if what in compared:
            shown.append((f"{what}_more", language.signed))
            heads.append(language.say("Change"))
    said = "" if not scope.before or {*there} - compared <= {"creators"} else _not_told(language, scope.before)
    return _table(asked, language.say("Markets"), heads, [("market", language.market), *shown], said)


def of_measures(facts: Facts, language: Language, scope: Scope) -> Table | None:
    """A row per measure: in force, new and ended since then."""
    asked = facts.ask(
        _SQL("of_measures", night=scope.now, before=scope.then, of_markets=scope.only),
        "measure",
    )
    heads = [language.say(each) for each in ("Measure", "In force", "New", "Ended")]
    columns = [("measure", lambda key: language.label("measure", key))]
    columns += [(name, language.number) for name in ("in_force", "new", "ended")]
    said = "" if scope.before else language.say("There is no night before: all are new.")
    return _table(asked, language.say("Penalties by measure"), heads, columns, said)


def of_causes(facts: Facts, language: Language, scope: Scope, first: date, history: Collection[date]) -> Table | None:
    """A row per list and cause: rows that came, went and were changed, on the nights from the first on.

    Args:
        history: the nights that say nothing of causes, whatever they have.
    """
    if not facts.has("changes"):
        return None
    asked = facts.ask(
        _SQL("of_causes", first=sql_of_day(first), night=scope.now, of_markets=scope.only),
        "list",
        "cause",
    )
    columns = [("list", lambda key: language.label("list", key)), ("cause", lambda key: language.label("cause", key))]
    columns += [(name, language.number) for name in ("added", "removed", "changed")]
    heads = [language.say(each) for each in ("List", "Why", "Added", "Removed", "Changed")]
    nights = [each for each in facts.nights if first <= each <= scope.night]
    known = sum(each not in history and facts.has("changes", of=each) for each in nights)
    said = ""
    if known < len(nights):
        counted = {"known": language.number(known), "nights": language.number(len(nights))}
        said = language.say("Known of {known} of {nights} nights; the others don't say why.", **counted)
    return _table(asked, language.say("Why rows changed"), heads, columns, said, texts=2)


def of_zones(facts: Facts, language: Language, scope: Scope) -> Table | None:
    """A row per programme and zone: accounts, and how many more than then."""
    if not facts.has("standings"):
        return None
    asked = facts.ask(
        _SQL("of_zones", night=scope.now, before=scope.then, of_markets=scope.only),
        "programme",
        "zone",
    )
    columns: list[tuple[str, Callable[[Any], str]]] = [
        ("programme", lambda key: language.label("programme", key)),
        ("zone", lambda key: language.label("zone", key)),
        ("accounts", language.number),
    ]
    heads = [language.say("Programme"), language.say("Zone"), language.say("Creators")]
    said = ""
    if scope.before and facts.has("standings", of=scope.before):
        columns.append(("more", language.signed))
        heads.append(language.say("Change"))
    elif scope.before:
        said = _not_told(language, scope.before)
    return _table(asked, language.say("Creators by zone"), heads, columns, said, texts=2)


def of_nights(facts: Facts, language: Language, scope: Scope, first: date) -> Table | None:
    """A row per night: what was in force, what came and what went, against the night released before it."""
    asked = facts.ask(
        _SQL("of_nights", first=sql_of_day(first), night=scope.now, of_markets=scope.only),
        "night",
    )
    columns: list[tuple[str, Callable[[Any], str]]] = [("night", language.day)]
    columns += [(name, language.number) for name in ("in_force", "new", "ended")]
    heads = [language.say(each) for each in ("Night", "Penalties in force", "New", "Ended")]
    return _table(asked, language.say("Night by night"), heads, columns)


def of_appeals(facts: Facts, language: Language, scope: Scope, first: date) -> Table | None:
    """A row per market: violations decided, and with us appeals filed, decided and granted from the first day on."""
    appeals = appeals_of(facts)
    if appeals is None or not facts.has("account_violations"):
        return None
    asked = facts.ask(
        _SQL("of_appeals", first=sql_of_day(first), night=scope.now, of_markets=scope.only, appeals=appeals),
        "market",
    )
    columns: list[tuple[str, Callable[[Any], str]]] = [("market", language.market)]
    columns += [(name, language.number) for name in ("violations", "filed", "decided", "granted", "open")]
    heads = [
        language.say(each)
        for each in ("Market", "Violations decided", "Appeals filed", "Decided", "Granted, in part too", "Open now")
    ]
    said = "" if appeals == APPEALS else language.say("This night tells of one appeal against each violation alone.")
    return _table(asked, language.say("Violations and appeals"), heads, columns, said)


def of_bonuses(facts: Facts, language: Language, scope: Scope) -> Table | None:
    """A row per reward of a market: how many are in force, and what they come to in the market's currency."""
    asked = facts.ask(
        _SQL("of_bonuses", night=scope.now, of_markets=scope.only),
        "reward",
    )
    (market,) = scope.markets
    columns: list[tuple[str, Callable[[Any], str]]] = [
        ("reward", lambda key: language.label("reward", key)),
        ("in_force", language.number),
        ("amount", lambda amount: language.money(amount, market)),
    ]
    heads = [language.say(each) for each in ("Reward", "In force", "Amount")]
    return _table(asked, language.say("Rewards"), heads, columns)


def ask_metrics(facts: Facts, scope: Scope, market: str) -> Asked:
    """A row per metric of a market: its figure now and then where there are enough rows to say, each with its unit."""
    units = units_of(facts, unit=scope.now, unit_then=scope.then)
    return facts.ask(
        _SQL("metrics", units=units, night=scope.now, before=scope.then, market=Sql(quoted(market))),
        "metric",
    )


def of_metrics(
    language: Language,
    scope: Scope,
    asked: Asked,
    defined: Mapping[str, Definition],
    judged: Mapping[str, Judged | None],
    market: str,
) -> Table | None:
    """A row per metric of a market: its figure, then and now, and its target."""
    order = {name: position for position, name in enumerate(defined)}
    rows: list[list[Cell]] = []
    positions = [each for each in range(len(asked.rows)) if asked.value(each, "metric") in order]
    for row in sorted(positions, key=lambda each: order[asked.value(each, "metric")]):
        definition = defined[asked.value(row, "metric")]
        unit, unit_then = (asked.value(row, each) or definition.unit for each in ("unit", "unit_then"))
        now, then = (partial(language.figure, unit=each, market=market) for each in (unit, unit_then))
        cells: list[Cell] = [language.say(definition.label), asked.number(row, "figure", now, unit)]
        # A time has hours on one night and days on another: each is told in its own.
        cells += [asked.number(row, "figure_then", then, unit_then)] if scope.before else []
        if any(judged.values()):
            target = judged.get(definition.metric)
            state = language.say(target.state or "not compared") if target else ""
            cells.append(f"{state}: {language.bound(target.target, unit)}" if target else "")
        rows.append(cells)
    heads = [language.say("Metric"), language.day(scope.night)]
    heads += [language.day(scope.before)] if scope.before else []
    numbers = frozenset(range(1, len(heads)))
    # Without a target nothing is said of any.
    heads += [language.say("Target")] if any(judged.values()) else []
    said_of = language.say("A dash: there are too few rows to say.")
    return Table(language.say("Operational metrics of four weeks"), heads, rows, numbers, said_of) if rows else None


def of_unclear(facts: Facts, language: Language, scope: Scope) -> Table | None:
    """A row per market's policy that reviewers don't agree on: it is that which is unclear, and not one of them."""
    if not facts.has("operational_metrics"):
        return None
    asked = facts.ask(
        _SQL("of_unclear", night=scope.now, of_markets=scope.only, unclear_below=Sql(f"{UNCLEAR_BELOW}")),
        "market",
        "slice_value",
    )
    figure = partial(language.figure, unit="number", market="")
    rows: list[list[Cell]] = []
    for row in range(len(asked.rows)):
        pack = asked.value(row, "slice_value")
        rows.append(
            [
                language.label("pack", pack) if pack else language.say("All policies together"),
                asked.value(row, "market"),
                *(asked.number(row, name, figure) for name in ("figure", "interval_low", "interval_high")),
                asked.number(row, "sample", language.number),
            ]
        )
    heads = [
        language.say(each)
        for each in ("Policy", "Market", "Agreement of reviewers", "Lower end", "Upper end", "Reviewed twice")
    ]
    said = language.say("Krippendorff's alpha, at 95 %. Below 0.667 reviewers agree too little to conclude anything.")
    title = language.say("Policies that are unclear to reviewers")
    return Table(title, heads, rows, frozenset(range(2, 6)), said) if rows else None


def of_cases(facts: Facts, language: Language, scope: Scope) -> Table | None:
    """A row per kind of case: how many are open, and how many of them are over."""
    asked = facts.ask(
        _SQL("of_cases", of_markets=scope.only),
        "kind",
    )
    columns: list[tuple[str, Callable[[Any], str]]] = [("kind", lambda key: language.say(KINDS[key].label))]
    columns += [(name, language.number) for name in ("open", "of_nobody", "over")]
    columns.append(("next_due", language.day))
    heads = [language.say(each) for each in ("Case", "Open", "Nobody's", "Past their day", "Next due")]
    return _table(asked, language.say("Cases"), heads, columns)


def waiting(facts: Facts, language: Language, scope: Scope, manifest: Manifest) -> list[list[Cell]]:
    """A sentence for each list that waits for an answer, and for each market that wasn't decided."""
    asked = facts.ask(
        _SQL("waiting", night=scope.now, of_markets=scope.only),
        "list",
        "market",
    )
    found: list[list[Cell]] = []
    for row in range(len(asked.rows)):
        since = asked.value(row, "since")
        changes = asked.number(row, "changes", language.number)
        what = language.say(asked.value(row, "list").capitalize())
        market = asked.value(row, "market")
        said = language.counted(
            "{list} of {market} wait for an answer: {changes} row would change.",
            "{list} of {market} wait for an answer: {changes} rows would change.",
            asked.value(row, "changes"),
            list=what,
            market=language.market(market),
            changes=changes,
        )
        kept = (
            language.sentence(" They stay as on {day}, less what has ended.", day=language.day(since))
            if since
            else (language.say(" None of them is released yet."),)
        )
        found.append([*said, *kept])
    for each in manifest.held_markets:
        if not scope.markets or each.market in scope.markets:
            why = each.why if language.is_english else language.of_undecided(each.why)
            text = "{market} wasn't decided: {why}"
            # What there are no other words for is said in English alone.
            if why is None:
                text = "{market} wasn't decided: the summary of the night says why."
            found.append([*language.sentence(text, market=language.market(each.market), why=why or "")])
    return found


def _not_told(language: Language, before: date) -> str:
    return language.say("Where there is no change, {day} doesn't tell how many there were.", day=language.day(before))


def sql_of_day(day: date | None) -> Sql:
    """SQL of a day; null where there is none."""
    return Sql(f"date '{day}'" if day else "null::date")


def units_of(facts: Facts, **nights: str) -> Sql:
    """SQL for what a metric counts on nights, each in a column of its name; empty where a release doesn't say it.

    Args:
        nights: each as SQL.
    """
    described = facts.connection.execute("describe operational_metrics").fetchall()
    is_said = "unit" in {name for name, *_ in described}
    return Sql(
        ", ".join(
            f"coalesce(max(unit) filter (night = {night}), '') as {column}" if is_said else f"'' as {column}"
            for column, night in nights.items()
        )
    )


def _table(
    asked: Asked,
    title: str,
    heads: Sequence[str],
    columns: Sequence[tuple[str, Callable[[Any], str]]],
    said: str = "",
    texts: int = 1,
) -> Table | None:
    """What was asked as a table, of which so many columns at the beginning are texts; None where nothing was found."""
    rows = [
        [
            how(asked.value(row, name)) if at < texts else asked.number(row, name, how)
            for at, (name, how) in enumerate(columns)
        ]
        for row in range(len(asked.rows))
    ]
    return Table(title, heads, rows, frozenset(range(texts, len(heads))), said) if rows else None
