"""`evenhand plan`: what each receiver would be sent of a release, before it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

import typer
from rich.markup import escape

from evenhand.commands.terminal import console, refuse, released
from evenhand.delivery.addresses import others_of
from evenhand.delivery.changes import one_of
from evenhand.delivery.config import AnyConfig, ReceiversError, announces, load_receivers, takes_one_row_per_scope
from evenhand.delivery.ledger import LedgerBroken
from evenhand.delivery.plan import AnnouncementPlan, DeliveryPlan, plan_announcing
from evenhand.delivery.plan import plan as planned
from evenhand.delivery.read_release import ReleaseError
from evenhand.delivery.stopping import stopped
from evenhand.policy.prose.words import counted
from evenhand.release.history import history_of
from evenhand.settings import settings


def plan(
    night: Annotated[
        datetime | None,
        typer.Argument(formats=["%Y-%m-%d"], metavar="NIGHT", help="The night; by default the newest released."),
    ] = None,
    receiver: Annotated[str, typer.Option(metavar="NAME", help="Only this receiver; by default each.")] = "",
    rows: Annotated[int, typer.Option(min=0, metavar="N", help="Show so many rows of each receiver.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON, for machines.")] = False,
) -> None:
    """Show what each receiver would be sent of a release, and why, by what it acknowledged so far.

    Nothing is sent, written or asked. What a receiver turns out to hold when it is read may add to it.
    """
    here = settings()
    if not any(here.releases.glob("night=*")):
        refuse(
            "nothing is released yet, so nothing would be sent to anybody. evenhand nightly --dry-run shows what a"
            " night would release; evenhand nightly releases it and sends it to the receivers"
        )
    on = released(here, night)
    release = here.releases / f"night={on}"
    if history_of(release):
        refuse(f"night {on} is history: nothing of it is sent to anybody")
    found: list[DeliveryPlan] = []
    announced: list[AnnouncementPlan] = []
    try:
        receivers = load_receivers()
        if receiver and receiver not in receivers:
            refuse(f"there is no receiver {receiver}; there are {', '.join(receivers)}")
        for name, config in receivers.items():
            if receiver in ("", name):
                if after := announces(config):
                    announced.append(plan_announcing(release, name, config.lists[0], after, here.receipts))
                else:
                    one_row = takes_one_row_per_scope(config)
                    others = _lists_of_others(name, receivers)
                    found.append(planned(release, name, config.lists, here.receipts, one_row, others))
    except (LedgerBroken, ReceiversError, ReleaseError) as error:
        refuse(str(error))
    if as_json:
        said = {"receivers": [asdict(each) for each in found], "announcing": [asdict(each) for each in announced]}
        print(json.dumps(said, indent=2, default=str))
        return
    if not receivers:
        console.print("receivers.yml has no receiver: nothing is sent to anybody.", highlight=False)
    if stop := stopped(here.home):
        console.print(f"Nothing is sent at the moment: {stop}", style="red", soft_wrap=True, markup=False)
    for each in found:
        _show(each, rows)
    for announcing in announced:
        _show_announcing(announcing, on)


def _lists_of_others(name: str, receivers: Mapping[str, AnyConfig]) -> frozenset[str]:
    from evenhand.tasks.receivers import connection_of

    try:
        return others_of(name, receivers, connection_of).lists
    except ReceiversError:
        # Its delivery says so; what it would be sent is shown all the same.
        return frozenset()


def _show_announcing(found: AnnouncementPlan, night: date) -> None:
    what = "statement" if found.in_release is None else "notice"
    if found.in_release is None:
        has = "it is sent statements of reasons; each is said once, after its measure has taken effect"
    else:
        has = (
            f"the release has {counted(found.in_release, what)}; each is said once, after its measure has taken effect"
        )
    console.print(f"[bold]{escape(found.receiver)}[/bold]  {has}", highlight=False, soft_wrap=True)
    if found.announced is None:
        so_far = "nothing has been announced there so far"
    elif found.announced > night:
        so_far = f"it was brought to night {found.announced} already, so that nothing of this night is said any more"
    elif found.announced == night:
        so_far = "this night was announced already: what was said isn't said again"
    else:
        so_far = f"it was brought to night {found.announced}; the nights since then are said too"
    if found.held:
        console.print(f"  {found.held}", highlight=False, soft_wrap=True, markup=False)
        return
    waiting = f"; {counted(found.waiting, what)} from before {'wait' if found.waiting > 1 else 'waits'}"
    console.print(
        f"  it announces only, when {' and '.join(found.after)} acknowledged the measure; {so_far}"
        f"{waiting if found.waiting else ''}",
        highlight=False,
        soft_wrap=True,
        markup=False,
    )


def _show(found: DeliveryPlan, rows: int) -> None:
    start = f"[bold]{escape(found.receiver)}[/bold]  night {found.night}: "
    if found.holds_newer:
        console.print(f"{start}nothing, it was brought to night {found.holds_newer} already", highlight=False)
        return
    if found.held:
        console.print(f"{start}nothing; {escape(found.held)}", highlight=False, soft_wrap=True)
        return
    settled = f"; {found.unanswered:,} without an answer are asked about first" if found.unanswered else ""
    console.print(f"{start}{_summed(found)}, {found.already_there:,} already there{settled}", highlight=False)
    for change in found.changes[:rows]:
        console.print(
            f"  {change.action:<7}{escape(change.row_key)} of {change.list}: {_why(change.why)}", highlight=False
        )
    if len(found.changes) > rows:
        console.print(
            f"  and {len(found.changes) - rows:,} more; --rows {len(found.changes)} shows all", highlight=False
        )


def _summed(found: DeliveryPlan) -> str:
    said = [
        f"{counted(number, one_of(name))} {action} ({_why(why)})"
        for (name, action, why), number in sorted(found.counts.items())
    ]
    return ", ".join(said) or "nothing to send"


def _why(cause: str) -> str:
    said: dict[str, Any] = {
        "time": "time went on",
        "data": "new data",
        "correction": "corrected data",
        "code": "changed code",
        "policy": "changed policy",
        "text": "changed words",
        "move": "moved to another market",
        "emergency": "imposed or lifted by people",
    }
    return str(said.get(cause, cause))
