"""Proposing on the terminal what others approve in calls of their own, and saying why something can't be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from evenhand.commands.rights_of_acts import refuse_who_may_not
from evenhand.commands.terminal import console, refuse
from evenhand.people.acts import act_of
from evenhand.records.persons import Person, PersonRefused
from evenhand.records.proposals import ProposalRefused, ProposedAct
from evenhand.records.proposals import propose as record_proposal
from evenhand.records.written import TextRefused
from evenhand.settings import settings


def propose(
    action: str, form: Mapping[str, Any], said: str, by: Person, needs: int = 0, not_by: tuple[str, ...] = ()
) -> None:
    """Write down what somebody proposes, and say how it goes on.

    Args:
        needs: how many approve it; by default as many as usual.

    Raises:
        PersonRefused: people.yml doesn't let them.
    """
    needs = needs or act_of(action, form).approvals
    act = ProposedAct(
        action=action, form=dict(form), said=said, by=by, at=datetime.now(UTC), needs=needs, not_by=not_by
    )
    refuse_who_may_not(act, by)
    proposal_id = record_proposal(settings().home, act)
    others = "Another person approves" if needs == 1 else f"{needs} other persons approve"
    console.print(
        f"Proposed as {proposal_id}. {others} it within 24 hours, in a call of their own: evenhand approve"
        f" {proposal_id}",
        markup=False,
        soft_wrap=True,
        highlight=False,
    )


def refusals() -> tuple[type[Exception], ...]:
    """What is raised, with words for people, where something can't be done, or not to its end."""
    from evenhand.delivery.config import ReceiversError
    from evenhand.delivery.stopping import NothingStopped
    from evenhand.emergency.emergency import EmergencyRefused
    from evenhand.landing.files import FeedBroken
    from evenhand.local.installation import LocalError
    from evenhand.policy.texts import PackError
    from evenhand.records.databases import DatabaseInUse
    from evenhand.records.history import HistoryBroken
    from evenhand.tasks.stop_and_reverse import NotDone

    return (
        *(PersonRefused, ProposalRefused, NothingStopped, EmergencyRefused, TextRefused),
        *(DatabaseInUse, FeedBroken, HistoryBroken, LocalError, NotDone, PackError, ReceiversError),
    )


@contextmanager
def refusals_told() -> Iterator[None]:
    """Say why something can't be done, and end with 1."""
    try:
        yield
    except refusals() as error:
        refuse(str(error))
