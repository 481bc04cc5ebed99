"""What one person proposes and others approve, each in a call of their own.

    proposals/<id>/proposal.json         what was proposed, by whom and when
    proposals/<id>/approvals/0001.json   who approved it
    proposals/<id>/done.json             that it was done

An id ends in a hash of the proposal, so that one that was changed meanwhile is none. Files are written once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from evenhand.records.atomic_files import write_once
from evenhand.records.history import add, everything
from evenhand.records.persons import Person, is_same, refuse_the_same_person

# What nobody approved by then is proposed again, so that it is decided on what is so by then.
OPEN_FOR = timedelta(hours=24)


class ProposalRefused(Exception):
    """There is no such proposal, or it can't be approved any more. The message says what to do."""


class ProposedAct(BaseModel):
    """Something that a person asks others to approve.

    Attributes:
        action: which command does it.
        form: what it is done with.
        said: for people, in Markdown: all that they have to know.
        needs: how many others have to approve it.
        not_by: whose approval doesn't count, beside who proposed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: str
    form: dict[str, Any]
    said: str
    by: Person
    at: AwareDatetime
    needs: int = 1
    not_by: tuple[str, ...] = ()

    @property
    def proposal_id(self) -> str:
        """What it is called."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return f"{self.at.astimezone(UTC):%Y-%m-%dT%H-%M-%SZ}-{hashlib.sha256(content.encode()).hexdigest()[:12]}"


class Approval(BaseModel):
    """Somebody approved it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: Person
    at: AwareDatetime


def propose(home: Path, act: ProposedAct) -> str:
    """Write a proposal down; returns its id."""
    write_once(_folder(home, act.proposal_id) / "proposal.json", (act.model_dump_json(indent=2) + "\n").encode())
    return act.proposal_id


def open_proposals(home: Path, now: datetime) -> list[tuple[ProposedAct, list[Approval]]]:
    """What can be approved, the oldest first, each with who approved it so far."""
    found = []
    for folder in sorted((home / "proposals").glob("*")):
        if (folder / "proposal.json").exists() and not (folder / "done.json").exists():
            act = _read(folder)
            if act and act.at > now - OPEN_FOR:
                found.append((act, _approvals(folder)))
    return found


def approve(
    home: Path,
    proposal_id: str,
    by: Person,
    now: datetime,
    refuse_who_may_not: Callable[[ProposedAct, Person], None] = lambda act, person: None,
) -> tuple[ProposedAct, list[Approval]]:
    """Write down that somebody approves a proposal; returns it with all who did, which may not be enough yet.

    Args:
        refuse_who_may_not: raises for somebody whose right to propose or approve this is missing; nothing is written
            down then, and others can still approve it.

    Raises:
        ProposalRefused: there is none that can be approved.
        evenhand.records.persons.PersonRefused: this person can't approve it, or has.
    """
    folder = _folder(home, proposal_id)
    act = _read(folder) if "/" not in proposal_id and (folder / "proposal.json").exists() else None
    if act is None:
        raise ProposalRefused(f"there is no proposal {proposal_id}; evenhand proposals lists those that there are")
    if (folder / "done.json").exists():
        raise ProposalRefused(f"{proposal_id} is done already")
    if act.at <= now - OPEN_FOR:
        raise ProposalRefused(f"{proposal_id} was proposed more than {OPEN_FOR.total_seconds() / 3600:.0f} hours ago;"
                              " propose it again, as it is now")  # fmt: skip
    refuse_the_same_person(act.by, by, "this")
    for other in act.not_by:
        refuse_the_same_person(Person(other, logged_in=True), by, "this")
    for person in (act.by, by):
        refuse_who_may_not(act, person)
    given = _approvals(folder)
    if not any(is_same(each.by, by) for each in given):
        add(folder / "approvals", Approval(by=by, at=now))
    return act, _approvals(folder)


def is_approved(act: ProposedAct, approvals: list[Approval]) -> bool:
    """Whether as many different persons approved it as it needs, none of whom may not."""
    counted: list[Person] = []
    for each in approvals:
        others = [act.by, *(Person(name, logged_in=True) for name in act.not_by), *counted]
        if not any(is_same(each.by, other) for other in others):
            counted.append(each.by)
    return len(counted) >= act.needs


def claim(home: Path, act: ProposedAct, now: datetime) -> bool:
    """Say that it is being done; False if somebody has said so before."""
    content = json.dumps({"at": now.isoformat()}) + "\n"
    return write_once(_folder(home, act.proposal_id) / "done.json", content.encode())


def give_back(home: Path, act: ProposedAct) -> None:
    """Say that it isn't done after all: a night runs perhaps, and once that is over it can be approved again."""
    (_folder(home, act.proposal_id) / "done.json").unlink()


def _approvals(folder: Path) -> list[Approval]:
    return everything(folder / "approvals", Approval)


def _read(folder: Path) -> ProposedAct | None:
    """The proposal of a folder, if it is what it was when it got its id."""
    try:
        act = ProposedAct.model_validate_json((folder / "proposal.json").read_bytes())
    except (OSError, ValidationError):
        return None
    return act if act.proposal_id == folder.name else None


def _folder(home: Path, proposal_id: str) -> Path:
    return home / "proposals" / proposal_id
