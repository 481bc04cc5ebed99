"""`evenhand proposals` and `evenhand approve`: what one person proposed, approved by others in calls of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, NoReturn

import typer

from evenhand.commands.persons import person
from evenhand.commands.proposing import refusals, refusals_told
from evenhand.commands.rights_of_acts import refuse_who_may_not
from evenhand.commands.terminal import By, console
from evenhand.records.proposals import (
    Approval,
    ProposalRefused,
    ProposedAct,
    claim,
    give_back,
    is_approved,
    open_proposals,
)
from evenhand.records.proposals import approve as record_approval
from evenhand.settings import settings


def proposals() -> None:
    """Show what people proposed and others have yet to approve, the oldest first."""
    from rich.markdown import Markdown

    found = open_proposals(settings().home, datetime.now(UTC))
    for act, approvals in found:
        so_far = f", approved so far by {', '.join(str(each.by) for each in approvals)}" if approvals else ""
        console.print(f"[bold]{act.proposal_id}[/bold]", highlight=False)
        console.print(
            f"{act.action}, proposed by {act.by} at {act.at:%Y-%m-%d %H:%M} UTC{so_far}", markup=False, highlight=False
        )
        console.print(Markdown(act.said))
    if not found:
        console.print("Nothing waits for an approval.")


def approve(
    proposal: Annotated[str, typer.Argument(metavar="PROPOSAL", help="What it is called: see evenhand proposals.")],
    by: By = "",
) -> None:
    """Approve what somebody else proposed; it is done once as many have as it needs."""
    from rich.markdown import Markdown

    here = settings()
    with refusals_told():
        act, approvals = record_approval(here.home, proposal, person(by), datetime.now(UTC), refuse_who_may_not)
        console.print(Markdown(act.said))
        if not is_approved(act, approvals):
            console.print(f"Approved; it needs {act.needs} in all and has {len(approvals)}.", highlight=False)
            return
        check, do = _ACTIONS[act.action]
        check(act)
        if not claim(here.home, act, datetime.now(UTC)):
            raise ProposalRefused(f"{proposal} is done already")
        try:
            do(act, approvals)
        except refusals():
            give_back(here.home, act)
            raise


def _nothing_to_check(_: ProposedAct) -> None: ...


def _is_stopped_since_before(act: ProposedAct) -> None:
    from evenhand.delivery.stopping import stopped

    in_force = stopped(settings().home)
    if in_force is None or in_force.at > act.at:
        now = f"they have been stopped again since ({in_force})" if in_force else "deliveries aren't stopped any more"
        raise ProposalRefused(f"{act.proposal_id}: {now}; propose it again if it is still wanted")


def _resume(act: ProposedAct, approvals: list[Approval]) -> None:
    from evenhand.commands.stop_and_reverse import resume_now

    resume_now(act.by, approvals[0].by, act.form["reason"])


def _reverse(act: ProposedAct, approvals: list[Approval]) -> None:
    from evenhand.commands.stop_and_reverse import reverse_now

    form = act.form
    reverse_now(form["action"], date.fromisoformat(form["night"]), act.by, approvals[0].by, form["reason"])


def _emergency(act: ProposedAct, approvals: list[Approval]) -> NoReturn:
    from evenhand.commands.emergency import take_now
    from evenhand.emergency.emergency import Proposal

    take_now(Proposal.model_validate(act.form), [each.by for each in approvals], approvals[-1].at)


def _is_what_was_proposed(act: ProposedAct) -> None:
    from evenhand.commands.preapprove import authors_of

    authors_of(act.form)


def _preapprove(act: ProposedAct, approvals: list[Approval]) -> None:
    from evenhand.commands.preapprove import write

    write(act.form, [each.by for each in approvals])


def _accept(act: ProposedAct, approvals: list[Approval]) -> None:
    from evenhand.commands.verify import accept_now

    accept_now(act.form["found"], act.by, approvals[0].by, act.form["reason"])


def _file(act: ProposedAct, approvals: list[Approval]) -> None:
    from evenhand.commands.feed import decide_now

    form = act.form
    decide_now(form["action"], form["file"], form["version"], act.by, approvals[0].by, form["reason"])


def _people(act: ProposedAct, approvals: list[Approval]) -> None:
    from evenhand.commands.people import agree_now

    agree_now(act.form, act.by, approvals[0].by)


# What an action is refused for before it is begun, and what does it.
_ACTIONS: Mapping[str, tuple[Callable[[ProposedAct], None], Callable[[ProposedAct, list[Approval]], None]]] = {
    "resume": (_is_stopped_since_before, _resume),
    "reverse": (_nothing_to_check, _reverse),
    "emergency": (_nothing_to_check, _emergency),
    "preapprove": (_is_what_was_proposed, _preapprove),
    "accept": (_nothing_to_check, _accept),
    "file": (_nothing_to_check, _file),
    "people": (_nothing_to_check, _people),
}
