"""What people answered to held lists: a file for each answer, written once and never changed.

    approvals/night=D/0001.json   the first answer of the night

An answer is to what was shown, by its digest: it doesn't count for another night, nor if the night comes out otherwise.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import duckdb
from pydantic import BaseModel, ConfigDict

from evenhand.approval.code_changes import by_code
from evenhand.deciding.code_authors import CodeAuthors
from evenhand.people import acts
from evenhand.people.acts import HELD_FOR_CODE, HELD_LIST, HELD_RECEIVER, HELD_WORDS, Act
from evenhand.policy.load import MARKETPLACE
from evenhand.quality.held_lists import NOBODY, HeldList, answer, read_held
from evenhand.records.history import add, everything
from evenhand.records.lock import in_turn
from evenhand.records.persons import Person, PersonRefused, is_same, refuse_the_same_person
from evenhand.records.record_log import seal
from evenhand.records.refusals import Refused
from evenhand.release.manifest import DELIVERIES, NOTICES
from evenhand.release.quality_samples import ITEMS

log = logging.getLogger(__name__)

# What is held for a file that is no pack, and which that is.
FILES_OF = {DELIVERIES: "receivers.yml", NOTICES: "the translation", ITEMS: MARKETPLACE}
_NO_WAVE = {DELIVERIES: "a delivery has", NOTICES: "notices have", ITEMS: "a budget has"}
Said = Literal["approved", "rejected", "first_wave"]


class AnswerRefused(Refused):
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

    @property
    def person(self) -> Person:
        """Who answered."""
        return Person(self.by, self.logged_in)


def answering(home: Path) -> AbstractContextManager[None]:
    """Meanwhile nobody else answers: of two at once, the second sees what the first has said."""
    return in_turn(home / "answers.lock")


def record(
    folder: Path, night: date, held: HeldList, said: Said, by: Person, code: CodeAuthors | None = None
) -> Answer:
    """Write an answer down.

    Args:
        folder: of all answers.
        code: who changed the code that changes the list, if code does.

    Raises:
        AnswerRefused: rows break a rule, so that nobody can approve them.
        PersonRefused: the same person changed the policy or the code, or it isn't known who changed the policy; or
            people.yml doesn't let them answer for this market.
    """
    refuse_answer(folder.parent, held, said, by, code)
    given = Answer(
        night=night, list=held.list, market=held.market, digest=held.digest, said=said, by=by.name,
        logged_in=by.logged_in, at=datetime.now(UTC).replace(microsecond=0),
    )  # fmt: skip
    add(folder / f"night={night}", given)
    seal(folder.parent)
    return given


def refuse_answer(home: Path, held: HeldList, said: Said, by: Person, code: CodeAuthors | None = None) -> None:
    """Make sure that somebody can answer so.

    Raises:
        AnswerRefused: as above.
        PersonRefused: as above.
    """
    refuse_who_may_not(home, held, by)
    if said != "rejected":
        _refuse_what_they_cannot_approve(held, said, by, code)


def answers(folder: Path, night: date) -> Sequence[Answer]:
    """The answers of a night, in order.

    Raises:
        HistoryBroken: a file can't be read.
    """
    return everything(folder / f"night={night}", Answer)


def answered(
    held: Iterable[HeldList], folder: Path, night: date, code: Mapping[tuple[str, str], CodeAuthors] | None = None
) -> list[HeldList]:
    """Held lists with what was answered to what each is now.

    The last answer holds. Who gave it is looked at again: what somebody approved who may not counts for nothing.

    Args:
        code: who changed the code that changes lists, by list and market; two approve where one of them isn't known.
    """
    given: dict[tuple[str, str, str], list[Answer]] = defaultdict(list)
    for answer_given in answers(folder, night):
        given[answer_given.list, answer_given.market, answer_given.digest].append(answer_given)
    found = []
    for each in held:
        of_code = (code or {}).get((each.list, each.market))
        in_force = _in_force(folder.parent, each, given[each.list, each.market, each.digest], of_code)
        said = in_force[-1].said if in_force else ""
        found.append(replace(each, answer=said, answered_by=" and ".join(str(last.person) for last in in_force)))
    return found


def act_of(held: str) -> Act:
    """What answering to a list is, by the list's name; what it is held for needs no other right."""
    return {DELIVERIES: HELD_RECEIVER, NOTICES: HELD_WORDS}.get(held, HELD_LIST)


def in_force(folder: Path, night: date, held: HeldList, code: CodeAuthors | None = None) -> Sequence[Answer]:
    """The answers to a list that count now; more than one where several had to say the same."""
    of_it = (held.list, held.market, held.digest)
    given = [each for each in answers(folder, night) if (each.list, each.market, each.digest) == of_it]
    return _in_force(folder.parent, held, given, code)


def overruled(counting: Sequence[Answer], said: Said, by: Person) -> Answer | None:
    """The answer of somebody else that another one would take the place of.

    Approving what is left after a first wave goes on from it, and who answers again takes back their own.
    """
    last = counting[-1] if counting else None
    if last is None or last.said == said or (last.said, said) == ("first_wave", "approved"):
        return None
    return None if all(is_same(each.person, by) for each in counting) else last


def approvals_needed(code: CodeAuthors | None) -> int:
    """How many have to approve a list, where it isn't known who changed the code that changes it."""
    return HELD_FOR_CODE.approved_by_so_many(bool(code and code.unknown))


def _in_force(home: Path, held: HeldList, given: Sequence[Answer], code: CodeAuthors | None) -> list[Answer]:
    """The answers that count now: those of the last moment at which as many persons as it needs said the same.

    Who answers again takes back what they said before; who rejects takes back what all did.
    """
    in_force: list[Answer] = []
    newest: list[Answer] = []
    for each in given:
        try:
            # By what was in force when they answered: who may no more could then.
            refuse_who_may_not(home, held, each.person, each.at)
            if each.said == "rejected":
                in_force, newest = [each], []
                continue
            _refuse_what_they_cannot_approve(held, each.said, each.person, code)
        except (AnswerRefused, PersonRefused) as error:
            log.warning("the answer of %s to %s of %s doesn't count: %s", each.by, held.list, held.market, error)
            continue
        newest = [*(other for other in newest if not is_same(other.person, each.person)), each]
        agreeing = [other for other in newest if other.said == each.said]
        if len(agreeing) >= approvals_needed(code):
            in_force = agreeing
    return in_force


def apply(warehouse: Path, folder: Path, night: date) -> None:
    """Have what was answered to what is held tonight count for what is released."""
    with duckdb.connect(str(warehouse)) as connection:
        for held in answered(read_held(connection), folder, night, by_code(connection)):
            answer(connection, held, held.answer, held.answered_by)


def refuse_who_may_not(home: Path, held: HeldList, by: Person, at: datetime | None = None) -> None:
    """Make sure that people.yml lets somebody answer to a list; receivers and words concern every market.

    Raises:
        PersonRefused: it doesn't.
    """
    acts.refuse_who_may_not(home, by, act_of(held.list), (held.market,), at)


def _refuse_what_they_cannot_approve(held: HeldList, said: Said, by: Person, code: CodeAuthors | None) -> None:
    what = f"{held.list} of {held.market}"
    if held.list in FILES_OF and said == "first_wave":
        raise AnswerRefused(
            f"{what}: {_NO_WAVE[held.list]} no first wave. Approve it, or reject it and correct {FILES_OF[held.list]}",
            "no_wave",
            list=held.list,
            market=held.market,
        )
    if not held.approvable:
        raise AnswerRefused(
            f"{what}: more rows than a few break a rule, so they can only be rejected. Correct what is at fault and run"
            " the night again",
            "only_rejected",
            list=held.list,
            market=held.market,
        )
    for name in code.log_ins if code else ():
        refuse_the_same_person(Person(name, logged_in=True), by, f"the code that changes {what}")
    if not held.by_policy:
        return
    if not held.changed_by and held.list in FILES_OF:
        how = "`Last-Translator` into its header" if held.list == NOTICES else "`changed_by` into it"
        if held.list == DELIVERIES and any(each.startswith("EVENHAND_ITEM_LINK ") for each in held.why):
            how += ", and who changed EVENHAND_ITEM_LINK into EVENHAND_CHANGED_BY,"
        if held.list == ITEMS:
            how = "`changed_by` into it, and where it is deleted, the file anew with that and `review_budgets: {}`,"
        raise PersonRefused(
            f"{what}: {FILES_OF[held.list]} doesn't say who changed it. Write {how} and run the night again, so that it"
            " is known that somebody else approves",
            "nobody_named",
            list=held.list,
            market=held.market,
        )
    if not held.changed_by:
        # A night of an earlier version doesn't know which files it is.
        files = [each.removeprefix(NOBODY) for each in held.why if each.startswith(NOBODY)] or [
            "its pack doesn't say who changed it. Write `changed_by` into the pack"
        ]
        raise PersonRefused(
            f"{what}: a policy changed them, and {'; '.join(files)}"
            " and run the night again, so that it is known that somebody else approves",
            "nobody_named",
            list=held.list,
            market=held.market,
        )
    for name in held.changed_by:
        refuse_the_same_person(
            Person(name, logged_in=False),
            by,
            f"the {'change of' if held.list in FILES_OF else 'policy that changes'} {what}",
        )
