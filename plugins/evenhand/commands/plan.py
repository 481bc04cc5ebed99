"""`evenhand plan`: what each receiver would be sent of a release, before it is."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import duckdb
import typer
from rich.markup import escape

from evenhand.commands.terminal import console, refuse, released
from evenhand.delivery.config import ReceiversError, announces, load_receivers, takes_one_row_per_scope
from evenhand.delivery.ledger import LedgerBroken
from evenhand.delivery.plan import DeliveryPlan
from evenhand.delivery.plan import plan as planned
from evenhand.delivery.read_release import ReleaseError
from evenhand.delivery.stopping import stopped
from evenhand.policy.prose.words import counted
from evenhand.release.history import history_of
from evenhand.settings import Settings, settings


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
    on = released(here, night)
    release = here.releases / f"night={on}"
    if history_of(release):
        refuse(f"night {on} is history: nothing of it is sent to anybody")
    found: list[DeliveryPlan] = []
    notices: dict[str, int] = {}
    try:
        receivers = load_receivers()
        if receiver and receiver not in receivers:
            refuse(f"there is no receiver {receiver}; there are {', '.join(receivers)}")
        for name, config in receivers.items():
            if receiver in ("", name):
                if announces(config):
                    notices[name] = _notices(here, str(on))
                else:
                    found.append(planned(release, name, config.lists, here.receipts, takes_one_row_per_scope(config)))
    except (LedgerBroken, ReceiversError, ReleaseError) as error:
        refuse(str(error))
    if as_json:
        print(json.dumps({"receivers": [asdict(each) for each in found], "notices": notices}, indent=2, default=str))
        return
    if stop := stopped(here.home):
        console.print(f"Nothing is sent at the moment: {stop}", style="red", soft_wrap=True, markup=False)
    for each in found:
        _show(each, rows)
    for name, count in notices.items():
        console.print(
            f"[bold]{escape(name)}[/bold]  the release has {counted(count, 'notice')}; each is said once, after its"
            " measure has taken effect",
            highlight=False,
            soft_wrap=True,
        )


def _notices(here: Settings, night: str) -> int:
    with duckdb.connect() as connection:
        file = str(here.releases / f"night={night}" / "notices.parquet")
        ((count,),) = connection.execute("select count(*) from read_parquet(?)", [file]).fetchall()
    return int(count)


def _show(found: DeliveryPlan, rows: int) -> None:
    start = f"[bold]{escape(found.receiver)}[/bold]  night {found.night}: "
    if found.holds_newer:
        console.print(f"{start}nothing, it was brought to night {found.holds_newer} already", highlight=False)
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


_ONE_OF = {"penalties": "penalty"}


def _summed(found: DeliveryPlan) -> str:
    said = [
        f"{counted(number, _ONE_OF.get(name, name.removesuffix('s')))} {action} ({_why(why)})"
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
