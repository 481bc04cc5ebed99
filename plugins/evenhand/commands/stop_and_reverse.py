"""`evenhand stop`, `resume` and `reverse`: what a DAG with a form does too, for when Airflow can't."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated

import typer

from evenhand.commands.terminal import By, console, errors, refuse
from evenhand.records.persons import Person, PersonRefused, who
from evenhand.settings import settings

Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why; it is shown and kept.")]
ApprovedBy = Annotated[str, typer.Option(metavar="NAME", help="The second person.")]


def stop(reason: Reason, by: By = "") -> None:
    """Stop all deliveries: 42 seconds later nothing is sent any more. It takes one person alone."""
    from evenhand.delivery.stopping import stop as stop_deliveries

    with _refusals_told():
        stopped = stop_deliveries(settings().home, _who(by), reason)
    console.print(f"From now on nothing is sent: {stopped}", markup=False, soft_wrap=True, highlight=False)


def resume(reason: Reason, approved_by: ApprovedBy, by: By = "") -> None:
    """Let deliveries be made again, as a second person approved; those that were stopped are run again by hand."""
    from evenhand.delivery.stopping import resume as resume_deliveries

    with _refusals_told():
        resumed = resume_deliveries(settings().home, _who(by), who(None, approved_by, "--approved-by"), reason)
    console.print(f"Deliveries can be made again: {resumed}", markup=False, soft_wrap=True, highlight=False)


def send_again(
    receiver: Annotated[str, typer.Argument(metavar="RECEIVER", help="Its name in receivers.yml.")],
    reason: Reason,
    by: By,
) -> None:
    """Say that a receiver was emptied, so that the next delivery sends it all that it should hold once more."""
    from evenhand.delivery.config import load_receivers
    from evenhand.delivery.emptied import send_again as say_so

    if receiver not in load_receivers():
        refuse(f"receivers.yml has no {receiver}; it has {', '.join(load_receivers())}")
    with _refusals_told():
        say_so(settings().home, receiver, who(None, by, "--by"), reason)
    console.print(
        f"If {receiver} holds nothing, the next delivery sends it everything. Clear its delivery in Airflow, or run the"
        " night again.",
        markup=False,
        soft_wrap=True,
        highlight=False,
    )


def reverse(
    night: Annotated[
        datetime, typer.Argument(formats=["%Y-%m-%d"], metavar="NIGHT", help="The newest released night.")
    ],
    reason: Reason,
    approved_by: ApprovedBy,
    by: By = "",
    lift: Annotated[bool, typer.Option("--lift", help="End the reversal instead.")] = False,
) -> None:
    """Bring every receiver back to what the release before NIGHT had, as a second person approved.

    The night is released anew with the lists of the release before it, less what has ended, and delivered. Running it
    again doesn't undo that, and doing this again changes nothing.
    """
    from evenhand.local import installation as local
    from evenhand.tasks.stop_and_reverse import reverse_night

    here = settings()
    os.environ.update(local.environment(here))
    with _refusals_told(), local.one_at_a_time(here):
        done = reverse_night(
            "lift" if lift else "reverse",
            night.date(),
            _who(by),
            who(None, approved_by, "--approved-by"),
            reason,
        )
        console.print(
            f"{done['told']}\nRevision {done['revision']} of the night, release {done['release_id'][:12]}",
            markup=False,
            soft_wrap=True,
            highlight=False,
        )
        _deliver(night.date())


def _who(by: str) -> Person:
    return who(None, by or getpass.getuser(), "--by")


def _deliver(night: date) -> None:
    from evenhand.delivery.config import load_receivers
    from evenhand.tasks.deliveries import deliver_release, reconcile_receiver

    failed = False
    for receiver in load_receivers():
        try:
            for step in (deliver_release, reconcile_receiver):
                console.print(step(night, receiver)["told"], markup=False, soft_wrap=True, highlight=False)
        except Exception as error:
            # Whatever keeps one from it, the others are brought back.
            errors.print(str(error), style="red", soft_wrap=True, highlight=False, markup=False)
            failed = True
    if failed:
        raise typer.Exit(1)


@contextmanager
def _refusals_told() -> Iterator[None]:
    from evenhand.delivery.stopping import NothingStopped
    from evenhand.local.installation import LocalError
    from evenhand.records.history import HistoryBroken
    from evenhand.tasks.stop_and_reverse import NotDone

    try:
        yield
    except (PersonRefused, NothingStopped, HistoryBroken, LocalError, NotDone) as error:
        refuse(str(error))
