"""`evenhand explain`: the facts about an account, on the terminal and for machines."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from evenhand.commands.terminal import console, market_named, plain_table, refuse, released
from evenhand.delivery.ledger import LedgerBroken
from evenhand.explain.explanation import (
    FOR_SUPPORT,
    Explanation,
    FailedCondition,
    Measure,
    ProgrammeStanding,
    Violation,
)
from evenhand.explain.facts import NoSuchAccount
from evenhand.explain.facts import explain as facts_about
from evenhand.explain.labels import Labels, NoSuchLanguage
from evenhand.explain.names import Names
from evenhand.explain.restoring import CannotBeTried, TriedWay, summed_up, told_of
from evenhand.explain.trying import SoFar, what_restores
from evenhand.notices.catalogs import load_catalogs
from evenhand.policy.prose.money import money
from evenhand.release.manifest import OtherFormat
from evenhand.reports.catalogue import ENGLISH, catalogue, languages_of
from evenhand.reports.language import WORDS
from evenhand.settings import Settings, settings

_NOT_DECIDED = " (not decided)"
_APPEAL = {
    "until": "can be appealed against until {until}",
    "any_time": "can be appealed against at any time",
    "pending": "an appeal of {filed} isn't decided yet: it is to be by {by}",
    "granted": "an appeal was granted on {decided}: it counts for nothing",
    "restored": "it was taken back on {restored} without an appeal: it counts for nothing",
    "none": "no further appeal counts",
    "passed": "could be appealed against until {until}",
}


class Audience(StrEnum):
    """Who is told."""

    MANAGERS = "managers"
    SUPPORT = "support"


def explain(
    account: Annotated[str, typer.Argument(help="The account, as the feeds spell it.")],
    night: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="NIGHT", help="As of this night; by default the newest released."),
    ] = None,
    lang: Annotated[str, typer.Option(metavar="LANG", help="The language it is in, such as en, id or pt_BR.")] = "en",
    audience: Annotated[
        Audience,
        typer.Option("--for", help="support: what people who talk to creators may tell; by default everything."),
    ] = Audience.MANAGERS,
    restore: Annotated[
        bool, typer.Option("--restore/--no-restore", help="Try what would restore it, and by when; takes some seconds.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON, for machines.")] = False,
) -> None:
    """Tell why an account has what it has: standings, measures, entries, appeals, notices, and what would restore it.

    Everything but the last is from the night's release; what would restore it is the night's own models over the next
    180 nights.
    """
    here = settings()
    on = released(here, night)
    told_to = FOR_SUPPORT if audience is Audience.SUPPORT else "managers"
    try:
        names = _names(here, lang)
        found = facts_about(here.releases, here.receipts, on, account, names, told_to)
    except (LedgerBroken, NoSuchAccount, NoSuchLanguage, OtherFormat) as error:
        refuse(str(error))
    tried, why_not = _tried(here, on, found) if restore else ([], "")
    if as_json:
        print(json.dumps(_as_json(found, tried, why_not), indent=2, default=str, ensure_ascii=False))
        return
    _show(found, names, console)
    _show_restoring(tried, why_not, names, found, console)


def _names(here: Settings, language: str) -> Names:
    labels = Labels(load_catalogs(here.translations), language)
    # Notices may be in more languages than Evenhand itself has words in.
    said = catalogue(WORDS, language if language in languages_of(WORDS) else ENGLISH).said
    return Names(labels, lambda english: said(english) or english)


def _tried(here: Settings, night: date, found: Explanation) -> tuple[list[TriedWay], str]:
    if not found.restorable:
        return [], ""
    from evenhand.deciding.compiled import compiled_project

    begun = "Trying what would restore it over the next nights"
    try:
        with console.status(begun) as status:

            def tell(so_far: SoFar) -> None:
                status.update(f"{begun}: step {so_far.step} of {so_far.steps}")

            models = compiled_project().models()
            release = here.releases / f"night={night}"
            tried = what_restores(release, here.warehouse(night), models, night, found.account, tell=tell)
            return told_of(tried, found), ""
    except CannotBeTried as error:
        return [], str(error)


def _as_json(found: Explanation, tried: list[TriedWay], why_not: str) -> dict[str, Any]:
    return {
        **asdict(found),
        "measures": [
            {**asdict(each), "needed": each.needed, "needed_together": each.needed_together} for each in found.measures
        ],
        "restoring": [asdict(each) for each in tried],
        "restoring_not_tried": why_not,
    }


def _show(found: Explanation, names: Names, to: Console) -> None:
    since = f" since {found.stage_since}" if found.stage_since else ""
    waits = _NOT_DECIDED if found.stage_not_decided else ""
    stage = f", {escape(found.stage_label)}{since}{waits}" if found.stage_label else ""
    to.print(
        f"\n[bold]{escape(found.account)}[/bold]  {escape(found.kind_label)} in"
        f" {escape(market_named(found.market))}{stage}; night {found.night}, revision {found.revision}",
        highlight=False,
        soft_wrap=True,
    )
    for said in found.not_decided:
        to.print(f"[yellow]Not decided[/yellow]  {escape(said)}", highlight=False, soft_wrap=True)
    for programme in found.programmes:
        _show_programme(programme, found.market, names, to)
    for measure in found.measures:
        _show_measure(measure, to)
    for lacking in found.lacking:
        gives = f": {', '.join(lacking.gives)}" if lacking.gives and lacking.gives != (lacking.label,) else ""
        to.print(f"\n[bold]Doesn't have[/bold] {escape(lacking.label + gives)}", highlight=False, soft_wrap=True)
        for fails in lacking.fails:
            by = _away(fails, names, found.market)
            to.print(f"  asks for {escape(fails.asks)}; {escape(fails.has)}{by}", highlight=False, soft_wrap=True)
    if found.violations:
        to.print("\n[bold]Violations[/bold]", highlight=False)
    for violation in found.violations:
        to.print(f"  {escape(_violation(violation))}", highlight=False, soft_wrap=True)
    if found.timeline:
        table = plain_table("day", "event", "what", title="What happened")
        for step in found.timeline:
            waits = _NOT_DECIDED if step.not_decided else ""
            table.add_row(str(step.on_day), escape(step.label), escape(f"{step.what}{waits}"))
        to.print(table, highlight=False)
    elif found.audience != FOR_SUPPORT:
        to.print("Nothing was ever decided about it.")
    for notice in found.told:
        to.print(f"\n[bold]Told on {notice.night}[/bold] {escape(notice.subject)}", highlight=False, soft_wrap=True)
        to.print(notice.body, highlight=False, soft_wrap=True, markup=False)
    if found.linked:
        to.print(f"\n[bold]Linked accounts[/bold]  {escape(', '.join(found.linked))}", highlight=False, soft_wrap=True)


def _show_programme(programme: ProgrammeStanding, market: str, names: Names, to: Console) -> None:
    balance = "no figure" if programme.balance is None else names.of_unit(programme.balance, programme.unit, market)
    near = (
        f"; {names.distance(programme.to_next_zone, programme.unit, market)} from {programme.next_zone_label}"
        if programme.next_zone and programme.to_next_zone is not None
        else ""
    )
    # A number that is only read has one zone, and no day since when.
    is_judged = programme.zone != "any" or programme.next_zone
    since = f" since {programme.since}" if programme.since and is_judged else ""
    zone = f", {escape(programme.zone_label)}" if is_judged else ""
    waits = _NOT_DECIDED if programme.not_decided else ""
    to.print(
        f"\n[bold]{escape(programme.label)}[/bold]  {balance}{zone}{since}{waits}{escape(near)}",
        highlight=False,
        soft_wrap=True,
    )
    if is_judged and len(programme.periods) > 1:
        table = plain_table("from", "until", "balance", "zone", numbers=["balance"])
        for period in programme.periods:
            unit = programme.unit_told(period.unit)
            value = "no figure" if period.balance is None else names.of_unit(period.balance, unit, market)
            table.add_row(str(period.first_day), str(period.last_day or ""), value, escape(period.zone_label))
        to.print(table, highlight=False)
    if programme.entries:
        table = plain_table("entry of", "adds", "counts from", "last day", "rule", "", numbers=["adds"])
        for entry in programme.entries:
            table.add_row(
                escape(entry.event),
                names.of_unit(entry.amount, programme.unit_told(entry.unit), market),
                str(entry.first_day),
                str(entry.last_day or "for good"),
                escape(f"{entry.rule_label}, {entry.pack_label} v{entry.version}"),
                entry.left_out,
            )
        to.print(table, highlight=False)


def _show_measure(measure: Measure, to: Console) -> None:
    what = "Penalty" if measure.list == "penalties" else "Reward"
    until = f" until {measure.last_day}" if measure.last_day else ""
    amount = f" {money(measure.amount, measure.market)}" if measure.amount is not None else ""
    to.print(
        f"\n[bold]{what}[/bold] {escape(measure.label)}{amount} ({escape(measure.scope_label)}), from"
        f" {measure.first_day}{until}",
        highlight=False,
        soft_wrap=True,
    )
    route = f" {measure.appeal_route}" if measure.appeal_route and not measure.is_english else ""
    to.print(f"{measure.explanation}{route}", highlight=False, soft_wrap=True, markup=False)
    to.print(
        f"  Rule: {escape(measure.rule_label)}; pack {escape(measure.pack_label)} v{measure.version}"
        f" ({measure.pack_sha256[:12]})",
        highlight=False,
        soft_wrap=True,
    )
    if needed := _needed(measure):
        to.print(f"  {escape(needed)}", highlight=False, soft_wrap=True)
    if measure.outranked_by:
        why = "is the same" if measure.is_outranked_by_the_same else "is stricter"
        to.print(f"  not felt: {escape(measure.outranked_by_label)} {why} on the same scope", highlight=False)
    for other in measure.outranks_labels:
        to.print(f"  is felt instead of {escape(other)}", highlight=False)
    for each in measure.answered:
        had = {"acknowledged": "acknowledged", "planned": "hasn't answered yet", "rejected": "rejected"}[each.status]
        to.print(f"  {escape(each.receiver)} {had} it, sent for night {each.night}", highlight=False)


def _away(fails: FailedCondition, names: Names, market: str) -> str:
    if fails.lacks is None:
        return ""
    if fails.is_more and not fails.lacks:
        return "; it is at the bound, which isn't enough"
    return f"; {'more than ' if fails.is_more else ''}{names.distance(fails.lacks, fails.unit, market)} away"


def _needed(measure: Measure) -> str:
    """Without which of its events it would be another."""
    if measure.needed:
        return f"Without any one of these it would be another decision: {'; '.join(measure.needed)}."
    if measure.needed_together:
        return (
            "No single event was needed; without all of these together it would be another decision:"
            f" {'; '.join(measure.needed_together)}."
        )
    return ""


def _violation(violation: Violation) -> str:
    detected_by = violation.detected_by_label
    found = f", found by {detected_by[:1].lower()}{detected_by[1:]}" if detected_by else ""
    on = f" on {violation.on}" if violation.on else ""
    posted = f" of {violation.posted_on}" if violation.posted_on else ""
    decided = f"decided on {violation.decided_on}" if violation.decided_on else "not decided yet"
    appeal = _APPEAL.get(violation.appeal or "", "").format(
        until=violation.appeal_until,
        filed=violation.appeal_filed_on,
        by=violation.appeal_decide_by,
        decided=violation.appeal_decided_on,
        restored=violation.restored_on,
    )
    return f"{violation.violation}: {violation.label}{on}{posted}{found}, {decided}{'; ' if appeal else ''}{appeal}"


def _show_restoring(tried: list[TriedWay], why_not: str, names: Names, found: Explanation, to: Console) -> None:
    if why_not:
        to.print(f"\n[bold]What would restore it[/bold]  not tried: {escape(why_not)}", highlight=False, soft_wrap=True)
    if not tried:
        return
    to.print("\n[bold]What would restore it[/bold]", highlight=False)
    for what, ways in summed_up(tried).items():
        waits = "" if what in found.restorable else "  [yellow]not decided[/yellow]"
        to.print(
            f"  {escape(tried[0].of(what).called_apart(names, tried[0].restored))}{waits}",
            highlight=False,
            soft_wrap=True,
        )
        to.print(f"    If nothing happens: {escape(tried[0].of(what).said(names))}", highlight=False, soft_wrap=True)
        for way in ways:
            to.print(
                f"    {escape(way.way.said(names))}: {escape(way.of(what).said(names))}",
                highlight=False,
                soft_wrap=True,
            )
        if not ways and tried[0].of(what).free_on is None:
            to.print("    Nothing of what its packs name restores it by itself or together.", highlight=False)
