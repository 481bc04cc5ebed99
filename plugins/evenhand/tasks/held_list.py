"""The steps of a held list, a function for each task of the DAG `held_list`; and what its command does.

Heavy imports are inside the functions, for this module is imported wherever the DAG is parsed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from shlex import quote
from typing import TYPE_CHECKING, Any

from evenhand.records.refusals import Refused
from evenhand.settings import settings
from evenhand.tasks.facts import Facts

if TYPE_CHECKING:
    from evenhand.approval.answers import Answer, Said
    from evenhand.people.people import Right
    from evenhand.quality.held_lists import HeldList
    from evenhand.records.persons import Person

# What a person chooses, and what that says.
OPTIONS: Mapping[str, Said] = {"Approve": "approved", "First wave": "first_wave", "Reject": "rejected"}
# How evenhand answer has it.
ON_TERMINAL: Mapping[Said, str] = {"approved": "approve", "first_wave": "first-wave", "rejected": "reject"}

# What has to come before an answer counts, as a terminal and Airflow's form say it.
STILL_NEEDED = (
    "It doesn't count yet: it isn't known who wrote all of the code that changes the list, so that another person"
    " has to say so too: the run in Airflow asks for it, or evenhand answer."
)


class NothingHeld(Refused):
    """This list isn't held, or not any more. The message says why."""


def needed(form: Mapping[str, Any]) -> tuple[Right, str]:
    """The right that an answer needs, and for which market."""
    from evenhand.approval.answers import act_of

    return act_of(form["list"]).needs(form["market"])


def find_held_lists(night: date) -> list[Facts]:
    """The lists of a night that nobody has answered to yet, as runs of the DAG `held_list`: a run's id and its form."""
    return [
        {
            "trigger_run_id": run_of(night, held),
            "conf": {"night": str(night), "list": held.list, "market": held.market, "digest": held.digest},
        }
        for held in held_lists(night)
        if not held.answer
    ]


def run_of(night: date, held: HeldList) -> str:
    """How the run of the DAG `held_list` is called that asks about a list."""
    return f"{night}.{held.list}.{held.market}.{held.digest[:8]}"


def held_lists(night: date) -> list[HeldList]:
    """The lists of a night that are held, with what was answered."""
    from evenhand.approval.answers import answered
    from evenhand.approval.code_changes import by_code
    from evenhand.quality.held_lists import read_held
    from evenhand.records.databases import open_to_read

    with open_to_read(settings().warehouse(night)) as connection:
        return answered(read_held(connection), settings().approvals, night, by_code(connection))


def show_list(form: Mapping[str, Any]) -> Facts:
    """What a person is shown of the list that a run is about.

    Raises:
        airflow.sdk.exceptions.AirflowSkipException: it isn't held any more.
    """
    from airflow.sdk.exceptions import AirflowSkipException

    from evenhand.approval.shown import body, subject
    from evenhand.notices.catalogs import load_catalogs
    from evenhand.records.databases import open_to_read
    from evenhand.reports.catalogue import ENGLISH
    from evenhand.reports.language import Language

    night = date.fromisoformat(form["night"])
    try:
        held = find(night, form["list"], form["market"], form["digest"])
    except NothingHeld as error:
        raise AirflowSkipException(str(error)) from error
    with open_to_read(settings().warehouse(night)) as connection:
        speaks = Language(ENGLISH, load_catalogs(settings().translations))
        return {"subject": subject(held, night), "body": body(connection, held, night, speaks)}


def find(night: date, name: str, market: str, digest: str | None = None) -> HeldList:
    """A list that is held and can be answered to.

    Args:
        digest: of what was shown; None for whatever is held now.

    Raises:
        NothingHeld: it isn't held, came out otherwise since, or a later night is released.
    """
    newest = max((path.name for path in settings().releases.glob("night=*")), default="")
    if newest > f"night={night}":
        later = newest.removeprefix("night=")
        raise NothingHeld(
            f"{later} is released, so that {night} can't be answered to any more",
            "later_released",
            later=date.fromisoformat(later),
            night=night,
        )
    if not settings().warehouse(night).exists():
        raise NothingHeld(f"night {night} isn't being worked on any more; run it again first", "work_gone", night=night)
    for held in held_lists(night):
        if (held.list, held.market) == (name, market):
            if digest not in (None, held.digest):
                said = f"{name} of {market} came out otherwise since; answer to what is held now"
                raise NothingHeld(said, "held_otherwise", list=name, market=market)
            return held
    raise NothingHeld(
        f"{name} of {market} isn't held on night {night}", "not_held", list=name, market=market, night=night
    )


def record_answer(form: Mapping[str, Any], answer: Mapping[str, Any]) -> Facts:
    """Write down what a person answered in Airflow.

    Raises:
        AirflowFailException: this person can't answer so, or what was shown isn't held any more.
    """
    from airflow.sdk.exceptions import AirflowFailException

    from evenhand.approval.answers import AnswerRefused, answering
    from evenhand.records.persons import PersonRefused, identify

    night = date.fromisoformat(form["night"])
    try:
        says = (answer["params_input"] or {}).get("answered_by")
        by = identify((answer["responded_by_user"] or {}).get("name"), says, "answered_by")
        said = OPTIONS[answer["chosen_options"][0]]
        with answering(settings().home):
            held = find(night, form["list"], form["market"], form["digest"])
            if said != "rejected":
                # A form in Airflow stays as it was shown, whoever answered elsewhere meanwhile. To reject holds more.
                refuse_to_overrule(night, held, said, by)
            given = give_answer(night, held, said, by)
    except (NothingHeld, AnswerRefused, PersonRefused) as error:
        raise AirflowFailException(f"{error}. To ask again, clear the task that asked, with downstream.") from error
    needed = STILL_NEEDED if needs_another(given.night, held, given.said) else ""
    told = f"{given.said.replace('_', ' ')} by {by}{needed and '. '}{needed}"
    return {"said": given.said, "told": told, "needs_another": bool(needed)}


def record_other_answer(form: Mapping[str, Any], answer: Mapping[str, Any]) -> Facts:
    """Write down what another person answered in Airflow, where one isn't enough.

    Raises:
        AirflowFailException: as above; or it was the same person, or they said otherwise, so that nothing counts yet.
    """
    from airflow.sdk.exceptions import AirflowFailException

    recorded = record_answer(form, answer)
    if recorded["needs_another"]:
        raise AirflowFailException(f"{recorded['told']} To ask again, clear the task that asked, with downstream.")
    return recorded


def is_first_wave(form: Mapping[str, Any]) -> bool:
    """Whether what counts of all that was answered is that a first wave is released."""
    return any(
        (each.list, each.market, each.answer) == (form["list"], form["market"], "first_wave")
        for each in held_lists(date.fromisoformat(form["night"]))
    )


def give_answer(night: date, held: HeldList, said: Said, by: Person) -> Answer:
    """Write an answer down; it counts once the night is released again.

    Raises:
        AnswerRefused: it can't be answered so.
        PersonRefused: this person can't answer so.
    """
    from evenhand.approval.answers import record
    from evenhand.approval.code_changes import by_code
    from evenhand.records.databases import open_to_read

    with open_to_read(settings().warehouse(night)) as connection:
        code = by_code(connection).get((held.list, held.market))
    return record(settings().approvals, night, held, said, by, code)


def answers_in_force(night: date, held: HeldList) -> Sequence[Answer]:
    """The answers to a list that count now."""
    from evenhand.approval.answers import in_force
    from evenhand.approval.code_changes import by_code
    from evenhand.records.databases import open_to_read

    with open_to_read(settings().warehouse(night)) as connection:
        code = by_code(connection).get((held.list, held.market))
    return in_force(settings().approvals, night, held, code)


def refuse_to_overrule(night: date, held: HeldList, said: Said, by: Person, instead_of: str = "") -> None:
    """Make sure that nobody's answer is taken back by another who doesn't say so.

    Args:
        instead_of: whose answer it takes the place of, as who answers says.

    Raises:
        AnswerRefused: somebody else's counts, and it isn't said whose.
        PersonRefused: what is said is nobody's name.
    """
    from evenhand.approval.answers import AnswerRefused, overruled
    from evenhand.records.persons import Person, is_same

    counting = answers_in_force(night, held)
    what = f"{held.list} of {held.market}"
    if instead_of and not any(is_same(each.person, Person(instead_of, logged_in=False)) for each in counting):
        now = f"; it is {held.so_far}" if held.so_far else ""
        raise AnswerRefused(f"{what}: {instead_of} has given no answer that counts{now}. Leave out --instead-of")
    last = overruled(counting, said, by)
    if last is None or instead_of:
        return
    of_it = f"--list {held.list} --market {held.market} --night {night} --instead-of {quote(last.by)}"
    raise AnswerRefused(
        f"{what}: {held.so_far} at {last.at:%Y-%m-%d %H:%M} UTC, so nothing was answered. To answer otherwise all the"
        f" same, say whose answer it takes the place of: evenhand answer {ON_TERMINAL[said]} {of_it}"
    )


def refuse_to_answer(night: date, held: HeldList, said: Said, by: Person) -> None:
    """Make sure that somebody can answer so, without writing anything down.

    Raises:
        AnswerRefused: it can't be answered so.
        PersonRefused: this person can't answer so.
    """
    from evenhand.approval.answers import refuse_answer
    from evenhand.approval.code_changes import by_code
    from evenhand.records.databases import open_to_read

    with open_to_read(settings().warehouse(night)) as connection:
        code = by_code(connection).get((held.list, held.market))
    refuse_answer(settings().home, held, said, by, code)


def needs_another(night: date, held: HeldList, said: Said) -> bool:
    """Whether an answer that was given doesn't count until another person says the same (`STILL_NEEDED`)."""
    return find(night, held.list, held.market).answer != said
