"""The steps of what a person starts with a form: stopping and resuming deliveries, and reversing a night.

A function for each task. Heavy imports are inside the functions, for this module is imported wherever a DAG is parsed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenhand.settings import settings
from evenhand.tasks.facts import Facts

if TYPE_CHECKING:
    from evenhand.delivery.stopping import Stop
    from evenhand.people.people import Right
    from evenhand.records.persons import Person


class NotDone(Exception):
    """What was asked for couldn't be done, or not to its end. The message says what is left to do."""


def needed(_: Mapping[str, Any]) -> tuple[Right, str]:
    """The right that the second person needs, and for which market: it concerns all."""
    from evenhand.people.acts import RESUME
    from evenhand.people.people import ALL

    return RESUME.needs(ALL)


def stop_deliveries(form: Mapping[str, Any], logged_in_as: str | None) -> Facts:
    """Stop all deliveries, at once.

    Args:
        form: the parameters of the run.
        logged_in_as: who filled it in, as Airflow has it.

    Raises:
        AirflowFailException: it isn't known who that was.
    """
    from airflow.sdk.exceptions import AirflowFailException

    from evenhand.delivery.stopping import stop
    from evenhand.records.persons import PersonRefused, identify

    try:
        stopped = stop(settings().home, identify(logged_in_as, form["author"], "author"), form["reason"])
    except PersonRefused as error:
        raise AirflowFailException(str(error)) from error
    return {"told": str(stopped)}


def propose_resuming(form: Mapping[str, Any], logged_in_as: str | None) -> Facts:
    """What the second person has to know before deliveries are resumed.

    Raises:
        AirflowFailException: nothing is stopped, or it isn't known who asks.
    """
    from airflow.sdk.exceptions import AirflowFailException

    from evenhand.delivery.stopping import stopped
    from evenhand.records.markdown import plain
    from evenhand.records.persons import PersonRefused, identify
    from evenhand.records.written import TextRefused, reason

    try:
        author, why = identify(logged_in_as, form["author"], "author"), reason(form["reason"])
    except (PersonRefused, TextRefused) as error:
        raise AirflowFailException(str(error)) from error
    stop = stopped(settings().home)
    if not stop:
        raise AirflowFailException("deliveries aren't stopped; there is nothing to resume")
    return {"told": f"**{plain(author)}** asks to resume them: {plain(why)}\n\nUntil now, {plain(stop)}"}


def resume_deliveries(form: Mapping[str, Any], logged_in_as: str | None, answer: Mapping[str, Any]) -> Facts:
    """Let deliveries be made again, as a second person approved; none begins by itself. Once more changes nothing.

    Args:
        form: the parameters of the run.
        logged_in_as: who filled it in, as Airflow has it.
        answer: what the task that asked the second person got.

    Raises:
        AirflowFailException: the second person is the first or unknown, or nothing is stopped.
    """
    from airflow.sdk.exceptions import AirflowFailException

    from evenhand.delivery.stopping import NothingStopped, newest_entry, resume, stopped
    from evenhand.records.persons import PersonRefused, identify
    from evenhand.records.written import TextRefused

    in_force = stopped(settings().home)
    if in_force and in_force.at > _answered_at(answer):
        raise AirflowFailException(
            f"they have been stopped again since it was approved ({in_force}). To ask again, clear propose_resuming"
            " with all that comes after it."
        )
    try:
        resumed = resume(
            settings().home,
            identify(logged_in_as, form["author"], "author"),
            _second_person(answer),
            form["reason"],
        )
    except NothingStopped as error:
        before = newest_entry(settings().home)
        if before is None or not _is_of(answer, before):
            raise AirflowFailException(f"{error}. To ask again, clear ask_second_person.") from error
        resumed = before
    except (PersonRefused, TextRefused) as error:
        raise AirflowFailException(f"{error}. To ask again, clear ask_second_person.") from error
    return {"told": str(resumed)}


def propose_reversing(form: Mapping[str, Any], logged_in_as: str | None) -> Facts:
    """What the second person has to know before a night is reversed, or its reversal lifted.

    Raises:
        AirflowFailException: it can't be, or it isn't known who asks.
    """
    from airflow.sdk.exceptions import AirflowFailException

    from evenhand.records.persons import PersonRefused, identify
    from evenhand.records.written import TextRefused, reason

    try:
        author = identify(logged_in_as, form["author"], "author")
        told = told_of_reversing(form["action"], date.fromisoformat(form["night"]), author, reason(form["reason"]))
    except (PersonRefused, TextRefused, NotDone) as error:
        raise AirflowFailException(str(error)) from error
    return {"told": told}


def told_of_reversing(action: str, night: date, author: Person, why: str) -> str:
    """The same, in Markdown.

    Raises:
        NotDone: it can't be reversed, or its reversal can't be lifted.
    """
    from evenhand.records.markdown import plain
    from evenhand.release.manifest import read_manifest
    from evenhand.release.reversal import NotReversible, reversal_of, reversible

    try:
        release, before = reversible(settings().releases, night)
        reversal = reversal_of(settings().home, night)
        if action == "lift" and reversal is None:
            raise NotReversible(
                f"night {night} isn't reversed, so there is nothing to lift", "not_reversed", night=night
            )
    except NotReversible as error:
        raise NotDone(str(error)) from error
    rows = {
        folder.name.removeprefix("night="): ", ".join(
            f"{read_manifest(folder).files[f'{name}.parquet'].rows:,} {name}" for name in ("penalties", "rewards")
        )
        for folder in (release, before)
    }
    what = (
        f"to have the lists of night {night} be again those of the release before it, less what has ended"
        if action == "reverse"
        else f"to lift the reversal of night {night}, so that its lists are again what was decided"
    )
    has = "; ".join(f"the release of {of} has {them}" for of, them in rows.items())
    if would := rows_after(action, night, before):
        has += f"; {night} would have {', '.join(f'{number:,} {name}' for name, number in would.items())}"
    standing = f"\n\nUntil now, {plain(reversal)}" if reversal else ""
    return f"**{plain(author)}** asks {what}: {plain(why)}\n\n{has[0].upper()}{has[1:]}.{standing}"


def rows_after(action: str, night: date, before: Path) -> Mapping[str, int] | None:
    """How many rows each list of a night would have once it is reversed (`reverse`) or that is lifted (`lift`).

    None where that isn't known: its warehouse isn't there any more, or is being written to.

    Args:
        before: the release that it would be reversed to.
    """
    import duckdb

    from evenhand.records.databases import DatabaseInUse
    from evenhand.release.assemble import rows_wanted

    try:
        return rows_wanted(settings().warehouse(night), before if action == "reverse" else None, night)
    except (DatabaseInUse, duckdb.Error):
        return None


def reverse_release(form: Mapping[str, Any], logged_in_as: str | None, answer: Mapping[str, Any]) -> Facts:
    """Record that the night is reversed, or that this is lifted, as a second person approved, and release it so.

    Doing it again changes nothing.

    Raises:
        AirflowFailException: the second person is the first or unknown, the night can't be reversed, or its warehouse
            isn't there to release it from.
    """
    from airflow.sdk.exceptions import AirflowFailException

    from evenhand.records.persons import PersonRefused, identify
    from evenhand.records.written import TextRefused

    try:
        return reverse_night(
            form["action"],
            date.fromisoformat(form["night"]),
            identify(logged_in_as, form["author"], "author"),
            _second_person(answer),
            form["reason"],
        )
    except (PersonRefused, TextRefused, NotDone) as error:
        raise AirflowFailException(str(error)) from error


def reverse_night(action: str, night: date, by: Person, approved_by: Person, why: str) -> Facts:
    """Record that a night is reversed (`reverse`) or that this is lifted (`lift`), and release it so.

    Raises:
        NotDone: it can't be, or it is recorded but the night's warehouse isn't there to release it from.
        evenhand.records.persons.PersonRefused: the second person is the first.
    """
    import duckdb
    from airflow.sdk.exceptions import AirflowFailException

    from evenhand.records.databases import DatabaseInUse
    from evenhand.records.history import HistoryBroken
    from evenhand.release.reversal import NotReversible, lift, reverse
    from evenhand.tasks.night import publish_release

    here = settings()
    try:
        record = reverse if action == "reverse" else lift
        recorded = record(here.home, here.releases, night, by, approved_by, why)
    except (NotReversible, HistoryBroken) as error:
        raise NotDone(str(error)) from error
    try:
        released = publish_release(night)
    except (AirflowFailException, DatabaseInUse, duckdb.Error) as error:
        raise NotDone(
            f"{recorded}. That is recorded, but it couldn't be released from what night {night} was computed in, which "
            f"is gone or being worked on ({error}). Clear the night's run from land_feeds: it is then released so"
        ) from error
    return {"told": str(recorded), **released}


def _is_of(answer: Mapping[str, Any], entry: Stop) -> bool:
    """Whether an entry was written for this answer: by a try of this task before."""
    is_resumed = (entry.action, entry.approved_by) == ("resumed", _second_person(answer))
    return is_resumed and entry.at >= _answered_at(answer)


def _answered_at(answer: Mapping[str, Any]) -> datetime:
    at: str | datetime = answer["responded_at"]
    return datetime.fromisoformat(at) if isinstance(at, str) else at


def _second_person(answer: Mapping[str, Any]) -> Person:
    from evenhand.records.persons import identify

    said = answer["params_input"] or {}
    return identify((answer["responded_by_user"] or {}).get("name"), said.get("approved_by"), "approved_by")
