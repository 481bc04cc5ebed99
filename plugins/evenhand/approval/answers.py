"""What people answered to held lists: a file for each answer, written once and never changed.

    approvals/night=D/0001.json   the first answer of the night

An answer is to what was shown, by its digest: it doesn't count for another night, nor if the night comes out otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import duckdb
from pydantic import BaseModel, ConfigDict

from evenhand.quality.held_lists import HeldList, answer, read_held
from evenhand.records.history import add, everything
from evenhand.records.persons import Person, PersonRefused, refuse_the_same_person
from evenhand.records.record_log import seal

Said = Literal["approved", "rejected", "first_wave"]


class AnswerRefused(Exception):
    """This can't be answered so. The message says why and what to do."""


class Answer(BaseModel):
    """An answer: to which list of which market, what was said, by whom and when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    night: date
    list: str
    market: str
    digest: str
    said: Said
    by: str
    logged_in: bool
    at: datetime


def record(folder: Path, night: date, held: HeldList, said: Said, by: Person) -> Answer:
    """Write an answer down.

    Args:
        folder: of all answers.

    Raises:
        AnswerRefused: rows break a rule, so that nobody can approve them.
        PersonRefused: the same person changed the policy, or it isn't known who did.
    """
    if said != "rejected":
        _refuse_what_nobody_can_approve(held, by)
    given = Answer(
        night=night, list=held.list, market=held.market, digest=held.digest, said=said, by=by.name,
        logged_in=by.logged_in, at=datetime.now(UTC).replace(microsecond=0),
    )  # fmt: skip
    add(folder / f"night={night}", given)
    seal(folder.parent)
    return given


def answers(folder: Path, night: date) -> Sequence[Answer]:
    """The answers of a night, in order.

    Raises:
        HistoryBroken: a file can't be read.
    """
    return everything(folder / f"night={night}", Answer)


def answered(held: Iterable[HeldList], folder: Path, night: date) -> list[HeldList]:
    """Held lists with the last answer to what each is now."""
    given = {(each.list, each.market, each.digest): each for each in answers(folder, night)}
    found = [(each, given.get((each.list, each.market, each.digest))) for each in held]
    return [replace(each, answer=last.said, answered_by=last.by) if last else each for each, last in found]


def apply(warehouse: Path, folder: Path, night: date) -> None:
    """Have the last answer to what is held tonight count for what is released."""
    with duckdb.connect(str(warehouse)) as connection:
        for held in answered(read_held(connection), folder, night):
            answer(connection, held, held.answer, held.answered_by)


def _refuse_what_nobody_can_approve(held: HeldList, by: Person) -> None:
    what = f"{held.list} of {held.market}"
    if not held.approvable:
        raise AnswerRefused(
            f"{what}: more rows than a few break a rule, so they can only be rejected. Correct what is at fault and run"
            " the night again"
        )
    if not held.by_policy:
        return
    if not held.changed_by:
        raise PersonRefused(
            f"{what}: a policy changed them, and its pack doesn't say who changed it. Write `changed_by` into the pack"
            " and run the night again, so that it is known that somebody else approves"
        )
    for name in held.changed_by:
        refuse_the_same_person(Person(name, logged_in=False), by, f"the policy that changes {what}")
