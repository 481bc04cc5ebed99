"""Gate 2, second half: what tonight changes, why, and whether a person has to see it first.

Longer than other files, for what is held for which reason is decided in one place.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from evenhand.deciding.counterfactual import WhatIf, what_if
from evenhand.deciding.provenance import lay_rules_in_words_of_today
from evenhand.landing.held_markets import held_markets
from evenhand.policy.days import Day
from evenhand.policy.language.limits import Limits
from evenhand.policy.load import MARKETPLACE, LoadedPack
from evenhand.policy.preapproved import Preapproval, SameRules, approved_of, lay_preapproved
from evenhand.quality.anomalies import count
from evenhand.quality.bases import base_of, bases_tonight, kept_by, revision_of
from evenhand.quality.beside_lists import hold_beside_lists
from evenhand.quality.causes import find_causes
from evenhand.quality.concerned_packs import (
    concerned,
    days_come,
    lay_preapproved_moves,
    say_nobody,
    with_a_day_come,
    with_another_text,
)
from evenhand.quality.effect_of_rules import effects_of_other_rules
from evenhand.quality.first_nights import lay_first_nights
from evenhand.quality.gate import Gate
from evenhand.quality.held_lists import LISTS, HeldList, hold_lists, make_views
from evenhand.quality.power import lay_power, power_said
from evenhand.quality.receiver_changes import who_changed
from evenhand.quality.row_causes import Base
from evenhand.quality.rule_changes import RulesChanged, rule_changes
from evenhand.quality.setting_changes import TIME_ZONE
from evenhand.quality.translation_changes import LanguageWords
from evenhand.quality.trends import lay_trends
from evenhand.records.databases import kept_open
from evenhand.records.sql_files import SqlFile
from evenhand.release.manifest import DELIVERIES, NOTICES
from evenhand.release.previous import take_names_of_lists
from evenhand.release.quality_samples import ITEMS
from expectations.changes import (
    changes_suite,
    counts_suite,
    late_money_suite,
    shares_suite,
    sizes_suite,
    trends_suite,
    twins_suite,
)

_SQL = SqlFile(__file__)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tonight:
    """What the changes of a night are judged by, beside its warehouse.

    Attributes:
        releases: the folder of all releases.
        packs: tonight's packs.
        preapproved: the changes of policy and code that were approved.
        code: the version of the code that decides or writes what leaves.
        same_rules: texts of packs that were rewritten and say the same.
        receivers: what receivers.yml says of each receiver; None where that isn't to be compared.
        receivers_changed_by: who changed that.
        translations: what each language says; None where that isn't to be compared.
        time_zone: the deployment's.
        settings_changed_by: who changed marketplace.yml, and the deployment's time zone.
        asks_first_nights: whether a person has to see the first nights of a market.
        what_if: opens the scratch in which causes are looked for.
        effects: says what other rules would have done.
    """

    releases: Path
    packs: Sequence[LoadedPack]
    preapproved: Sequence[Preapproval]
    code: Mapping[str, object]
    same_rules: Sequence[SameRules] = ()
    receivers: Mapping[str, Any] | None = None
    receivers_changed_by: tuple[str, ...] = ()
    translations: Mapping[str, LanguageWords] | None = None
    time_zone: str | None = None
    settings_changed_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asks_first_nights: bool = False
    what_if: Callable[[Path, Path], AbstractContextManager[WhatIf]] = what_if
    effects: Callable[..., Mapping[tuple[str, str], str]] = effects_of_other_rules


@dataclass(frozen=True)
class ChangesGate:
    """What became of the lists: rows by cause, the lists that are held, expectations evaluated, and the page.

    Beside it `not_compared`: what of rows wasn't compared tonight, for people.
    """

    causes: dict[str, int]
    held: Sequence[HeldList]
    expectations: int
    page: Path
    not_compared: Sequence[str] = ()


def validate_changes(
    warehouse: Path, folder: Path, night: date, tonight: Tonight, broken: Mapping[tuple[str, str], Sequence[str]]
) -> ChangesGate:
    """Find the cause of every change and hold what is unusual, market by market and list by list.

    Args:
        warehouse: the night's, with the rows that are proposed.
        folder: where the page goes; the scratch goes beside it.
        night: the night.
        broken: by list and market, the rules that more of its rows break than may be held back one by one.

    Raises:
        GateFailed: an expectation couldn't be evaluated.
    """
    with kept_open(warehouse):
        bases = bases_tonight(warehouse, tonight.releases)
        with duckdb.connect(str(warehouse)) as connection:
            take_names_of_lists(connection, "last", night)
    find_causes(warehouse, folder.with_name("what_if.duckdb"), bases, tonight.code, night, tonight.what_if)
    others = _other_rules(warehouse, bases, tonight, folder.with_name("packs_before"), night)
    effects = tonight.effects(warehouse, tonight.releases, others, folder.with_name("what_if.duckdb"), night)
    with kept_open(warehouse):
        count(warehouse, tonight.releases, night)
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("create or replace table gate.settings as select ? as time_zone", [tonight.time_zone])
            days = days_come(connection)
            lay_preapproved(
                connection,
                tonight.preapproved,
                {market for loaded in tonight.packs for market in loaded.pack.markets},
                str(tonight.code["sha256"]),
                concerned(tonight.packs, bases, tonight.same_rules, days),
            )
            lay_preapproved_moves(connection)
            lay_limits(connection, bases, night)
            lay_trends(connection, tonight.releases, night)
            lay_power(connection)
            first_nights = lay_first_nights(connection, tonight.releases, night, is_asked=tonight.asks_first_nights)
            causes = dict(connection.execute(_SQL("causes")).fetchall())
        suites = {
            "changes": changes_suite(),
            "list_sizes": sizes_suite(),
            "counts": counts_suite(),
            "trends": trends_suite(),
            "shares": shares_suite(),
            "twins": twins_suite(),
            "late_money": late_money_suite(),
        }
        gate = Gate("Gate 2", night, folder, warehouse, "changes")
        try:
            findings = [
                finding
                for table, suite in suites.items()
                for finding in gate.validate(f"gate.{table}", table, suite, "The list of its market is held.")
            ]
        finally:
            gate.close()
        with duckdb.connect(str(warehouse)) as connection:
            why: dict[tuple[str, str], list[str]] = defaultdict(list)
            for finding in findings:
                if finding.failing:
                    for name, market, found in _found(connection, finding.rows_query):
                        why[name, market].append(f"{found}; this breaks the rule: {finding.rule}")
            held_with_their_market = {each.market: str(each) for each in held_markets(connection)}
            # What is unusual of a market that can't be decided is so for that; what was unusual before still is.
            why = defaultdict(list, {each: said for each, said in why.items() if each[1] not in held_with_their_market})
            broken = {each: said for each, said in broken.items() if each[1] not in held_with_their_market}
            for (name, market), (base, changed) in others.items():
                if market not in held_with_their_market:
                    why[name, market] += [
                        f"{each} (other rules than those of {base.manifest.night} were approved)"
                        for each in changed.said
                    ]
                    if (name, market) in effects:
                        why[name, market].append(effects[name, market])
            for (name, market), said in first_nights.items():
                if market not in held_with_their_market:
                    why[name, market].append(said)
            for name, market, said in _days_that_changed_rows(connection):
                # Where as many rows were approved beforehand, nothing is held for it.
                if (name, market) in why:
                    why[name, market].append(said)
            for night_before, name, market in _still_held(bases):
                why[name, market].append(f"It was held on {night_before}, and nobody has approved it since")
                if market in held_with_their_market:
                    # Nobody can see tonight what would be in it.
                    broken[name, market] = [held_with_their_market[market]]
            beside = hold_beside_lists(
                connection,
                tonight.releases,
                night,
                bases[0] if bases else None,
                tonight.receivers,
                tonight.translations,
                tonight.preapproved,
            )
            why.update({of: list(said) for of, said in beside.why.items()})
            held = hold_lists(
                connection,
                why,
                broken,
                lambda *of: _changed_by(tonight, bases, others.get(of), days, *of),
                lambda *of: _kept_since(bases, *of),
                night,
                _kept_of_tonight(connection, tonight.releases, night),
                {of: _digested(tonight, changed) for of, (_, changed) in others.items()} | dict(beside.texts),
                lambda *of: "" if of[0] not in LISTS else _nobody(tonight, bases, others.get(of), days, *of),
            )
            make_views(connection, night)
            not_compared = _not_compared(connection)
            power = power_said(connection)
    names = ", ".join(f"{each.list} of {each.market}" for each in held)
    outcome = f"Held until a person has answered: {names}." if names else "No list is held."
    gate.let_through(" ".join([outcome, *not_compared, power]).strip())
    return ChangesGate(causes, held, len(findings), gate.page, not_compared)


def _other_rules(
    warehouse: Path, bases: Sequence[Base], tonight: Tonight, scratch: Path, night: date
) -> dict[tuple[str, str], tuple[Base, RulesChanged]]:
    """The lists whose rules aren't those of the release that they come from, and that nobody has approved."""
    found = {}
    for base in bases:
        for market, changed in rule_changes(
            warehouse, base.release, scratch, night, (base.manifest.time_zone, tonight.time_zone)
        ).items():
            if all(_is_approved(tonight, base, market, pack) for pack in changed.packs):
                continue
            for name in changed.lists:
                if base_of(bases, name, market) is base:
                    found[name, market] = (base, changed)
    return found


def _is_approved(tonight: Tonight, base: Base, market: str, pack: str) -> bool:
    """Whether what a market's pack says otherwise than in a release was approved beforehand."""
    of_market = [loaded for loaded in tonight.packs if market in loaded.pack.markets]
    changed = with_another_text(of_market, base, tonight.same_rules)
    return bool(approved_of([each for each in changed if each.pack.pack == pack], tonight.preapproved))


def _digested(tonight: Tonight, changed: RulesChanged) -> str:
    """What an answer to other rules is to: what was shown of them, and the texts that say them."""
    texts = sorted(loaded.sha256 for loaded in tonight.packs if changed.market in loaded.pack.markets)
    return "; ".join((*changed.said, *texts))


def _days_that_changed_rows(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    return connection.execute(_SQL("days_that_changed_rows")).fetchall()


def _not_compared(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute(_SQL("not_compared")).fetchall()
    return [
        f"Not compared with the release of {before}, which an earlier version made: {names}." for before, names in found
    ]


def _found(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[str, str, str]]:
    columns = {name for name, *_ in connection.execute(f"describe select * from ({query})").fetchall()}
    # What is about a market's data is about both lists.
    lists = "list" if "list" in columns else f"unnest({list(LISTS)}) as list"
    return connection.execute(f"select {lists}, market, found from ({query}) order by all").fetchall()


def _still_held(bases: Sequence[Base]) -> list[tuple[date, str, str]]:
    """The lists that the release before held and that nobody approved: what was unusual then is in them tonight."""
    return [
        (bases[0].manifest.night, each.list, each.market)
        for each in (bases[0].manifest.held_lists if bases else ())
        # What a delivery is held for is found anew each night, against what was approved.
        if each.answer != "approved" and each.list in LISTS
    ]


def _changed_by(
    tonight: Tonight,
    bases: Sequence[Base],
    rules: tuple[Base, RulesChanged] | None,
    days: Sequence[Day],
    name: str,
    market: str,
) -> tuple[str, ...]:
    """Who changed what a list, a delivery to a receiver, notices in a language, or a market's draw are held for."""
    if name == DELIVERIES:
        before = (bases[0].manifest.receivers or {}).get(market) if bases else None
        now = (tonight.receivers or {}).get(market)
        deployment = tonight.settings_changed_by.get(TIME_ZONE, ())
        return who_changed(before, now, tonight.receivers_changed_by, deployment)
    if name == NOTICES:
        return (tonight.translations or {})[market].changed_by
    if name == ITEMS:
        return tonight.settings_changed_by.get(MARKETPLACE, ())
    settings, of_packs = _otherwise(rules)
    by = changed_by(tonight, base_of(bases, name, market), market, days)
    all_of_them = [*(tonight.settings_changed_by.get(each, ()) for each in settings), *([by] if of_packs else [])]
    return tuple(sorted({each for names in all_of_them for each in names})) if all(all_of_them) else ()


def _otherwise(rules: tuple[Base, RulesChanged] | None) -> tuple[Sequence[str], bool]:
    """The settings that a list's rules are otherwise by, and whether packs are, or nothing is."""
    changed = set(rules[1].packs) if rules else set()
    settings = sorted(changed & {MARKETPLACE, TIME_ZONE})
    return settings, bool(changed - {MARKETPLACE, TIME_ZONE}) or not settings


def _nobody(
    tonight: Tonight,
    bases: Sequence[Base],
    rules: tuple[Base, RulesChanged] | None,
    days: Sequence[Day],
    name: str,
    market: str,
) -> str:
    """Which files have to name who changed a list's rules before anybody can approve that, and how."""
    settings, of_packs = _otherwise(rules)
    said = [
        f"{called} doesn't say who changed it. Write {written}"
        for setting, called, written in (
            (MARKETPLACE, MARKETPLACE, "`changed_by: NAME` of who did into it"),
            (TIME_ZONE, "EVENHAND_CHANGED_BY", "who changed EVENHAND_TIMEZONE into it"),
        )
        if setting in settings and not tonight.settings_changed_by.get(setting)
    ]
    packs = _concerned_by(tonight, base_of(bases, name, market), market, days) if of_packs else ()
    return "; ".join(filter(None, (*said, say_nobody(packs))))


def changed_by(tonight: Tonight, base: Base | None, market: str, days: Sequence[Day] = ()) -> tuple[str, ...]:
    """Who wrote what changes a market since a release: none of them may approve what that does to a list.

    Where one of the packs names nobody, nobody is named: then nobody can. One that only ends, for a successor, has the
    authors of that one (concerned_packs.py).

    Args:
        days: within the packs, that have come since.
    """
    packs = _concerned_by(tonight, base, market, days)
    if not all(loaded.changed_by for loaded in packs):
        return ()
    return tuple(sorted({name for loaded in packs for name in loaded.changed_by}))


def _concerned_by(tonight: Tonight, base: Base | None, market: str, days: Sequence[Day]) -> Sequence[LoadedPack]:
    of_market = [loaded for loaded in tonight.packs if market in loaded.pack.markets]
    changed = with_another_text(of_market, base, tonight.same_rules) + with_a_day_come(of_market, market, days)
    # One that is gone, or the order of their measures, is the doing of nobody whom a text names.
    return changed or of_market


def _kept_since(bases: Sequence[Base], name: str, market: str) -> date | None:
    base = base_of(bases, name, market)
    return base.manifest.night if base else None


def _kept_of_tonight(
    connection: duckdb.DuckDBPyConnection, releases: Path, night: date
) -> Callable[[str], date | None] | None:
    """Where the night was released before: the night of the release that a market keeps that can't be decided now."""
    found = connection.execute(
        "select night, release_id from released.kept_release where night = ?", [night]
    ).fetchone()
    if not found:
        return None
    kept = kept_by(revision_of(releases, *found)[1])
    return lambda market: max((since for name in LISTS if (since := kept.get((name, market), night))), default=None)


def lay_limits(connection: duckdb.DuckDBPyConnection, bases: Sequence[Base], night: date) -> None:
    """The limits of each market: those of the last release, for a pack can't loosen what holds itself.

    Of a market with a list that is held, those of the release that the list comes from: what nobody has approved since
    loosens nothing.
    """
    usual = Limits()
    judging = _SQL("limits")
    values = {
        "usual_spreads": usual.usual_spreads,
        "share_changed": usual.share_changed,
        "same_event_twice": usual.same_event_twice,
        "night": night,
    }
    connection.execute(f"create or replace table gate.limits as {judging}", values)
    if not bases:
        return
    for base in bases:
        with duckdb.connect() as aside:
            lay_rules_in_words_of_today(base.release, aside)
            before = aside.execute(judging, values).fetchall()
        held = {each.market for each in base.lists}
        for limits in before:
            if base.and_others or limits[0] in held:
                connection.execute("delete from gate.limits where market = ?", [limits[0]])
                connection.execute("insert into gate.limits values (?, ?, ?, ?)", limits)
