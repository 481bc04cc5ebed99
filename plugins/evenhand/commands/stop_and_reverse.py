"""`evenhand stop`, `resume` and `reverse`: what a DAG with a form does too, for when Airflow can't."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from evenhand.commands.persons import person, second_person
from evenhand.commands.proposing import propose, refusals_told
from evenhand.commands.terminal import By, console, errors, refuse, said_anything, said_why
from evenhand.people.acts import SEND_AGAIN, TAKE_OVER, Act, refuse_who_may_not
from evenhand.records.persons import Person
from evenhand.settings import settings

Reason = Annotated[str, typer.Option(metavar="TEXT", callback=said_why, help="Why; it is shown and kept.")]
# Stopping waits for nobody who has to write better.
AnyReason = Annotated[str, typer.Option(metavar="TEXT", callback=said_anything, help="Why; it is shown and kept.")]
ApprovedBy = Annotated[
    str, typer.Option(metavar="NAME", help="The second person, where nobody logs in; else they run evenhand approve.")
]


def stop(reason: AnyReason, by: By = "") -> None:
    """Stop all deliveries: 42 seconds later nothing is sent any more. It takes one person alone."""
    from evenhand.delivery.stopping import stop as stop_deliveries

    with refusals_told():
        stopped = stop_deliveries(settings().home, person(by), reason)
    console.print(f"From now on nothing is sent: {stopped}", markup=False, soft_wrap=True, highlight=False)


def resume(reason: Reason, approved_by: ApprovedBy = "", by: By = "") -> None:
    """Propose that deliveries are made again; once a second person approves, those stopped are run again by hand."""
    from evenhand.delivery.stopping import NothingStopped, stopped
    from evenhand.records.markdown import plain

    with refusals_told():
        if approved_by:
            resume_now(person(by), second_person(approved_by), reason)
            return
        author, in_force = person(by), stopped(settings().home)
        if in_force is None:
            raise NothingStopped("deliveries aren't stopped; there is nothing to resume")
        said = f"{plain(author)} asks to resume deliveries: {plain(reason)}\n\nUntil now, {plain(in_force)}"
        propose("resume", {"reason": reason}, said, author)


def resume_now(by: Person, approved_by: Person, reason: str) -> None:
    """Let deliveries be made again, as a second person approved."""
    from evenhand.delivery.stopping import resume as resume_deliveries

    resumed = resume_deliveries(settings().home, by, approved_by, reason)
    console.print(f"Deliveries can be made again: {resumed}", markup=False, soft_wrap=True, highlight=False)


ReceiverName = Annotated[str, typer.Argument(metavar="RECEIVER", help="Its name in receivers.yml.")]


def send_again(receiver: ReceiverName, reason: Reason, by: By = "") -> None:
    """Say that a receiver was emptied, so that the next delivery sends it all that it should hold once more."""
    from evenhand.delivery.emptied import send_again as say_so

    _say_of(
        SEND_AGAIN, receiver, say_so, by, reason, f"If {receiver} holds nothing, the next delivery sends it everything."
    )


def take_over(receiver: ReceiverName, reason: Reason, by: By = "") -> None:
    """Say that a receiver's lists are ours alone, so that what it was never sent is removed there once."""
    from evenhand.delivery.first_read import take_over as say_so

    told = f"The next delivery brings {receiver} to the wanted state, whatever it holds."
    _say_of(TAKE_OVER, receiver, say_so, by, reason, told)


def _say_of(
    act: Act, receiver: str, say: Callable[[Path, str, Person, str], None], by: str, reason: str, told: str
) -> None:
    from evenhand.delivery.config import load_receivers

    if receiver not in load_receivers():
        refuse(f"receivers.yml has no {receiver}; it has {', '.join(load_receivers())}")
    with refusals_told():
        who = person(by)
        refuse_who_may_not(settings().home, who, act)
        say(settings().home, receiver, who, reason)
    console.print(
        f"{told} Clear its delivery in Airflow, or run the night again.", markup=False, soft_wrap=True, highlight=False
    )


def reverse(
    night: Annotated[
        datetime, typer.Argument(formats=["%Y-%m-%d"], metavar="NIGHT", help="The newest released night.")
    ],
    reason: Reason,
    approved_by: ApprovedBy = "",
    by: By = "",
    lift: Annotated[bool, typer.Option("--lift", help="End the reversal instead.")] = False,
) -> None:
    """Propose to bring every receiver back to what the release before NIGHT had; a second person approves it.

    The night is released anew with the lists of the release before it, less what has ended, and delivered. Running it
    again doesn't undo that, and doing this again changes nothing.
    """
    from evenhand.tasks.stop_and_reverse import told_of_reversing

    action = "lift" if lift else "reverse"
    with refusals_told():
        # Before the environment of Airflow's processes is this one's: it says otherwise how people are known.
        author = person(by)
        if approved_by:
            reverse_now(action, night.date(), author, second_person(approved_by), reason)
            return
        said = told_of_reversing(action, night.date(), author, reason)
        propose("reverse", {"action": action, "night": str(night.date()), "reason": reason}, said, author)


def reverse_now(action: str, night: date, by: Person, approved_by: Person, reason: str) -> None:
    """Reverse a night (`reverse`) or lift that (`lift`), as a second person approved, and deliver it."""
    from evenhand.local import installation as local
    from evenhand.tasks.stop_and_reverse import reverse_night

    here = settings()
    os.environ.update(local.environment(here))
    with local.one_at_a_time(here) as lock:
        done = reverse_night(action, night, by, approved_by, reason)
        console.print(
            f"{done['told']}\nRevision {done['revision']} of the night, release {done['release_id'][:12]}",
            markup=False,
            soft_wrap=True,
            highlight=False,
        )
        _deliver(night, lock)


def _deliver(night: date, lock: int) -> None:
    from evenhand.tasks.delivery_processes import deliver_to_each

    failed = False
    for done in deliver_to_each(night, lock):
        for told in done.told:
            console.print(told, markup=False, soft_wrap=True, highlight=False)
        if done.failure:
            # Whatever keeps one from it, the others are brought back.
            errors.print(done.failure, style="red", soft_wrap=True, highlight=False, markup=False)
            failed = True
    if failed:
        raise typer.Exit(1)
