"""What a night came to, for the terminal: from its release, and from what the receivers answered in the last run.

Longer than other files, for it has a table for each thing that a night comes to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from shlex import quote
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from evenhand.approval.answers import FILES_OF
from evenhand.commands.terminal import market_named, plain_table
from evenhand.deciding.report import PAGE
from evenhand.delivery.config import load_receivers
from evenhand.delivery.stopping import stopped
from evenhand.landing.held_markets import decided_alone
from evenhand.notices.catalogs import load_catalogs
from evenhand.policy.prose.words import counted
from evenhand.records.steps import at_receiver, kept
from evenhand.records.written import by_numbers, indented
from evenhand.release.causes import causes_of
from evenhand.release.figures import ALL_MARKETS, Figure, figures
from evenhand.release.held_names import held_called, why_once
from evenhand.release.history import history_of, said_of_history
from evenhand.release.manifest import DELIVERIES, NOTICES, CauseCount, HeldList, HeldMarket, Manifest, read_manifest
from evenhand.release.order import decided_too_early, to_run_again
from evenhand.release.publish import revision_of
from evenhand.release.quality_samples import ITEMS
from evenhand.release.targets import judged
from evenhand.reports.catalogue import ENGLISH
from evenhand.reports.language import Language
from evenhand.settings import Settings
from evenhand.simulation.marketplace import simulated

# What the summary calls what is done for a receiver.
_OF_A_RECEIVER = ("delivered", "reconciled")
# The columns of its tables that are set to the right.
_NUMBERS = {
    *("known", "accepted", "quarantined", "passed over", "rows", "accounts", "new", "kept", "ended", "figure"),
    *("added", "removed", "changed", "usually added", "held with 80 % from"),
}


def facts(settings: Settings, night: date) -> dict[str, Any]:
    """The summary of a released night for machines: its manifest, and what became of it at each receiver.

    Raises:
        FileNotFoundError: the night was never released.
    """
    release = settings.releases / f"night={night}"
    stop = stopped(settings.home)
    return {
        "night": str(night),
        "revision": revision_of(release),
        "release": read_manifest(release).model_dump(mode="json"),
        "metrics": [asdict(each) for each in figures(release, settings.dbt_project)],
        "warnings": kept(settings.work(night), "validate_feeds").get("warnings", []),
        "for_review": _for_review(settings, night),
        "deliveries_stopped": str(stop) if stop else None,
        "decided_before": _text(decided_too_early(settings.releases, night)),
        "to_run_again": [str(each) for each in to_run_again(settings.releases, night)],
        "receivers": {
            receiver: {
                done: found.get("failed") or found.get("told")
                for done, found in zip(_OF_A_RECEIVER, at_receiver(settings.work(night), receiver), strict=True)
            }
            for receiver in load_receivers()
        },
    }


def _for_review(settings: Settings, night: date) -> dict[str, Any]:
    """What the last run of a night drew for review, and what it left out.

    Empty of a run of an earlier version, and of a night of a history, of which nobody is asked to review anything.
    """
    if history_of(settings.releases / f"night={night}"):
        return {}
    said = kept(settings.work(night), "validate_lists").get("for_review")
    return dict(said) if isinstance(said, dict) else {}


def _text(night: date | None) -> str | None:
    return str(night) if night else None


def _order(settings: Settings, night: date) -> Iterator[str]:
    """What to run again where nights weren't decided in order."""
    if earlier := decided_too_early(settings.releases, night):
        yield (
            f"[yellow]Decided too early[/yellow]: night {earlier} was decided after this one, which goes on from an"
            f" older release. Run it again: evenhand nightly {night}"
        )
    if again := to_run_again(settings.releases, night):
        yield (
            f"[yellow]Decided late[/yellow]: night {again[0]} was decided before this one. Run again in order:"
            f" {'; '.join(f'evenhand nightly {each}' for each in again)}"
        )


def show(settings: Settings, night: date, console: Console, market: str = ALL_MARKETS) -> None:
    """Print the summary of a released night.

    Args:
        market: whose operational metrics are shown.

    Raises:
        FileNotFoundError: the night was never released.
    """
    release = settings.releases / f"night={night}"
    manifest = read_manifest(release)
    console.print(
        f"\n[bold]Night {night}[/bold]  revision {revision_of(release)}, release {manifest.release_id[:12]}, policy "
        + ", ".join(f"{pack.pack} v{pack.version}" for pack in manifest.packs)
    )
    if plan := simulated(settings.landing):
        console.print(
            f"[yellow]The data is simulated[/yellow]: {plan.creators:,} creators, {plan.nights} nights until"
            f" {plan.until}, seed {plan.seed}",
            highlight=False,
        )
    if manifest.reversed:
        reversed_by = manifest.reversed
        console.print(
            f"[red]Reversed[/red] to the lists of {reversed_by.back_to.night} by {reversed_by.by}, approved by"
            f" {reversed_by.approved_by}: {escape(reversed_by.why)}",
            soft_wrap=True,
            highlight=False,
        )
    if history := said_of_history(manifest):
        console.print(f"[yellow]History[/yellow] {escape(history)}", soft_wrap=True, highlight=False)
    if accepted := [each.market for each in manifest.first_nights if each.is_accepted]:
        console.print(
            f"[yellow]First nights[/yellow] of {escape(', '.join(accepted))}: nobody was asked about them, as"
            " EVENHAND_FIRST_NIGHTS says (accept)",
            soft_wrap=True,
            highlight=False,
        )
    for line in _order(settings, night):
        console.print(line, soft_wrap=True, highlight=False)
    speaks = Language(ENGLISH, load_catalogs(settings.translations))
    for table in (_feeds(manifest), _quarantine(manifest), _zones(manifest, speaks), _penalties(manifest, speaks)):
        console.print(table)
    console.print(_metrics(manifest, figures(release, settings.dbt_project, market), market))
    if manifest.words_without_effect:
        console.print(_words(manifest))
    if manifest.held_back:
        console.print(_held_back(manifest))
    # Releases of earlier versions count what is held among the causes of their manifest.
    if causes := causes_of(release):
        console.print(_causes(causes, speaks))
    if manifest.power:
        console.print(_power(manifest))
    if manifest.not_compared:
        console.print(
            f"[yellow]Not compared[/yellow] with the release before, which an earlier version made:"
            f" {', '.join(manifest.not_compared)}",
            soft_wrap=True,
            highlight=False,
        )
    held(manifest, night, console, speaks)
    if manifest.stages:
        stages = ", ".join(f"{each.accounts:,} {speaks.label('stage', each.stage).lower()}" for each in manifest.stages)
        console.print(f"[bold]Stages[/bold]   {stages}", highlight=False, soft_wrap=True)
    notices = ", ".join(f"{each.notices:,} of {each.list} {each.event}" for each in manifest.notices)
    since = f"the release of {manifest.told_since.night}" if manifest.told_since else "no earlier release"
    if not manifest.history:
        console.print(f"[bold]Notices[/bold]  {notices or 'none'} (since {since})", highlight=False, soft_wrap=True)
    if said := _review(_for_review(settings, night)):
        console.print(f"[bold]Review[/bold]   {said}", highlight=False, soft_wrap=True)
    for gone in manifest.forgotten:
        console.print(
            f"[bold]Forgotten[/bold]  {escape(gone.file)}, by {escape(gone.by)}, approved by"
            f" {escape(gone.approved_by)}: {escape(gone.why)}",
            highlight=False,
            soft_wrap=True,
        )
    if manifest.emergencies:
        console.print(
            f"[bold]Emergencies[/bold]  {len(manifest.emergencies):,} known, in force or over; evenhand emergencies"
            " lists them",
            highlight=False,
            soft_wrap=True,
        )
    if manifest.history:
        console.print(f"{'Release':<18} {release}", soft_wrap=True, highlight=False)
        return
    _warnings(settings, night, console)
    _receivers(settings, night, console)
    work = settings.work(night)
    for what, where in (
        ("Release", release),
        ("Gate 1", work / "gate_1" / "index.html"),
        ("Gate 2, rows", work / "gate_2" / "rows" / "index.html"),
        ("Gate 2, changes", work / "gate_2" / "changes" / "index.html"),
        ("Models", settings.models(night) / PAGE),
    ):
        console.print(f"{what:<18} {where}", soft_wrap=True, highlight=False)


def _review(of: Mapping[str, Any]) -> str:
    """What a night drew for review, in words; nothing where no market draws."""
    left_out = [
        f"{counted(of[why], 'penalty')} not drawn, for {said}"
        for why, said in (("without_decisions", "want of a decision"), ("too_large", "too many decisions"))
        if of.get(why)
    ]
    left_out += [f"{of['without_views']:,} to draw from without views of their own"] if of.get("without_views") else []
    left_out += [f"the draw of {', '.join(of['failed'])} failed"] if of.get("failed") else []
    if not any(of.get(each) for each in ("drawn", "open", "unanswered")) and not left_out:
        return ""
    unanswered = f"{of['unanswered']:,} left the list unanswered"
    return "; ".join([f"{counted(of['drawn'], 'item')} drawn, {of['open']:,} open, {unanswered}", *left_out])


def _feeds(manifest: Manifest) -> Table:
    table = _table("Rows in", "feed", "known", "accepted", "quarantined", "passed over")
    for feed, counts in manifest.feeds.items():
        rest = counts.known - counts.accepted - counts.quarantined
        table.add_row(feed, *(f"{each:,}" for each in (counts.known, counts.accepted, counts.quarantined, rest)))
    table.caption = "passed over: replaced by a later row of their key, landed twice, withdrawn, or too old for a night"
    return table


def _quarantine(manifest: Manifest) -> Table:
    table = _table("In quarantine, and why", "feed", "rows", "rule that they break", "remedy")
    for each in manifest.quarantined:
        table.add_row(each.feed, f"{each.rows:,}", each.rule, each.remedy)
    return table


def _words(manifest: Manifest) -> Table:
    table = _table("Words that nothing counts", "feed", "market", "column", "word", "likely meant", "rows")
    for each in manifest.words_without_effect:
        market, word = market_named(each.market) if each.market else "none", f"`{each.word}`" if each.word else "others"
        table.add_row(each.feed, market, each.column, escape(word), each.nearest, f"{each.rows:,}")
    return table


def _held_back(manifest: Manifest) -> Table:
    table = _table("Held back, keeping what the last release had", "list", "market", "rows", "rule", "remedy")
    for each in manifest.held_back:
        table.add_row(each.list, market_named(each.market), f"{each.rows:,}", each.rule, each.remedy)
    return table


def _causes(causes: Sequence[CauseCount], speaks: Language) -> Table:
    table = _table(
        "Why rows changed since the last release (not what is held)", "list", "cause", "added", "removed", "changed"
    )
    for each in causes:
        cause = speaks.label("cause", each.cause)
        table.add_row(each.list, cause, f"{each.added:,}", f"{each.removed:,}", f"{each.changed:,}")
    return table


def _power(manifest: Manifest) -> Table:
    table = _table("What gate 2 would hold", "list", "market", "usually added", "held with 80 % from")
    for each in manifest.power:
        known = each.expected is not None and each.held_from is not None
        numbers = (f"{number:,}" if known else "" for number in (each.expected, each.held_from))
        table.add_row(each.list, market_named(each.market), *numbers)
    table.caption = "empty: fewer than seven nights are known, and only a list's size is judged"
    return table


def held(manifest: Manifest, night: date, console: Console, speaks: Language) -> None:
    """Print what isn't decided or is held, and what to type to look at each list and to answer.

    Args:
        speaks: English, with what keys are called in it.
    """
    beside = [each.market for each in manifest.held_markets if decided_alone(each.why)]
    for alone in sorted({decided_alone(each.why) for each in manifest.held_markets} - {""}):
        console.print(
            f"[bold]Decided again[/bold] {escape(alone)} alone; {escape(', '.join(beside))} as this night had released"
            f" them. For all: evenhand nightly {night}",
            soft_wrap=True,
            highlight=False,
        )
    for market in manifest.held_markets:
        if market.market in beside:
            continue
        place = f"{market.file}:{market.line}: " if market.line else f"{market.file}: " if market.file else ""
        kept = f"keeps the lists of {market.since}, less what has ended" if market.since else "has nothing released"
        console.print(
            f"[bold red]Not decided[/bold red] {market.market}: {escape(by_numbers(place) + indented(market.why))}\n"
            f"  It {kept}; correct this and run the night again.{_in_force(market)}",
            soft_wrap=True,
            highlight=False,
        )
    apart = why_once([each for each in manifest.held_lists if each.answer != "approved"])
    for each in manifest.held_lists:
        what = held_called(each.list, each.market)
        if each.answer == "approved":
            console.print(f"[bold]Was held[/bold] {what}: approved by {each.answered_by}", highlight=False)
            continue
        kept = f"it keeps the release of {each.since}" if each.since else "nothing of it is released"
        said = f"; {each.answer.replace('_', ' ')} by {each.answered_by}" if each.answer else ""
        wave = f", {counted(each.first_wave, 'row')} of it" if each.first_wave else ""
        console.print(
            f"[bold yellow]Held[/bold yellow] {what}: nothing is sent{said}."
            if each.list in (DELIVERIES, NOTICES)
            else f"[bold yellow]Held[/bold yellow] {what}: as many items as before are drawn{said}."
            if each.list == ITEMS
            else f"[bold yellow]Held[/bold yellow] {what}: {counted(each.changes, 'row')} would change,"
            f" {kept}{said}{wave}.{_in_force(each)}",
            soft_wrap=True,
            highlight=False,
        )
        own, first = apart[each.list, each.market]
        for why in (*own, *([f"And as {held_called(first, each.market)}, above"] if first else [])):
            console.print(f"  {speaks.worded(why)}", soft_wrap=True, highlight=False)
        of_it = f"--list {each.list} --market {quote(each.market)}"
        console.print(
            f"  Look:    evenhand held {night} {of_it}\n"
            f"  Answer:  evenhand answer approve --night {night} {of_it}\n"
            + ("" if each.list in FILES_OF else f"           evenhand answer first-wave --night {night} {of_it}\n")
            + f"           evenhand answer reject --night {night} {of_it}",
            soft_wrap=True,
            highlight=False,
            markup=False,
        )


def _in_force(kept: HeldList | HeldMarket) -> str:
    """What is kept and what of it is in force; nothing where nothing is kept, or the release didn't count."""
    if kept.since is None or kept.kept is None or kept.in_force is None:
        return ""
    wave = " and of the first wave" if isinstance(kept, HeldList) and kept.first_wave else ""
    return f" Of {counted(kept.kept, 'row')} that it had{wave}, {kept.in_force:,} are in force tonight."


def _zones(manifest: Manifest, speaks: Language) -> Table:
    table = _table("Accounts by zone", "programme", "zone", "accounts")
    for zone in manifest.zones:
        called = speaks.label("programme", zone.programme), speaks.label("zone", zone.zone)
        table.add_row(*map(escape, called), f"{zone.accounts:,}")
    return table


def _penalties(manifest: Manifest, speaks: Language) -> Table:
    table = _table("Penalties in force, against the release before", "measure", "new", "kept", "ended")
    for each in manifest.penalties:
        measure = escape(speaks.label("measure", each.measure))
        table.add_row(measure, f"{each.new:,}", f"{each.kept:,}", f"{each.ended:,}")
    table.add_section()
    totals = [sum(numbers) for numbers in zip(*((p.new, p.kept, p.ended) for p in manifest.penalties), strict=True)]
    table.add_row("all", *(f"{total:,}" for total in totals))
    return table


def _metrics(manifest: Manifest, found: Sequence[Figure], market: str) -> Table:
    of = "all markets" if market == ALL_MARKETS else market_named(market)
    against = [judged(manifest, each) for each in found]
    # Without a target nothing is said.
    columns = ("metric", "figure", "target") if any(against) else ("metric", "figure")
    table = _table(f"Operational metrics, {of}, four weeks", *columns)
    for each, target in zip(found, against, strict=True):
        table.add_row(each.label, each.text, *([target.text if target else ""] if any(against) else []))
    return table


def _warnings(settings: Settings, night: date, console: Console) -> None:
    for warning in kept(settings.work(night), "validate_feeds").get("warnings", ()):
        console.print(f"[yellow]Look at[/yellow] {escape(by_numbers(warning))}", soft_wrap=True, highlight=False)


def _receivers(settings: Settings, night: date, console: Console) -> None:
    console.print("[bold]Receivers[/bold]")
    if stop := stopped(settings.home):
        console.print(f"  Nothing is sent: {stop}", style="red", soft_wrap=True, highlight=False, markup=False)
    for receiver in load_receivers():
        for done, found in zip(_OF_A_RECEIVER, at_receiver(settings.work(night), receiver), strict=True):
            failed = found.get("failed")
            told = failed or found.get("told", f"{receiver}: not {done} yet")
            style = "red" if failed else ""
            what = "failed" if failed else done
            console.print(f"  {what:<11} {told}", style=style, soft_wrap=True, highlight=False, markup=False)


def _table(title: str, *columns: str) -> Table:
    return plain_table(*columns, numbers=_NUMBERS, title=title)
