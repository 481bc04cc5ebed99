"""Who asked for something and who approved it: never one and the same.

Airflow says who triggered a run (`dag_run.triggering_user_name`) and who answered a task that waits for a person
(`responded_by_user`). In a local installation it lets everybody in without a log-in and calls them all the same; then
what counts is who they say they are, and that nobody has verified it is written down.
"""

from __future__ import annotations

from dataclasses import dataclass

# What Airflow's simple auth manager calls everybody where `simple_auth_manager_all_admins` lets them in.
_NOBODY_IN_PARTICULAR = "Anonymous"


class PersonRefused(Exception):
    """Nobody knows who it was, or the second person is the first. The message says what to do."""


@dataclass(frozen=True)
class Person:
    """Somebody.

    Attributes:
        name: as the log-in has it, or as they gave it.
        logged_in: whether there was a log-in, so that the name isn't only what they say.
    """

    name: str
    logged_in: bool

    def __str__(self) -> str:
        return self.name if self.logged_in else f"{self.name} (by their own word)"


def who(logged_in_as: str | None, says: str | None, where: str) -> Person:
    """Who did something.

    Args:
        logged_in_as: what Airflow calls them; None if it doesn't say.
        says: who they say they are, which counts only where there was no log-in.
        where: where they can say it, for the message.

    Raises:
        PersonRefused: there was no log-in and they say nothing.
    """
    if logged_in_as and logged_in_as.strip() and logged_in_as != _NOBODY_IN_PARTICULAR:
        return Person(logged_in_as.strip(), logged_in=True)
    if not says or not says.strip():
        raise PersonRefused(f"nobody is logged in here, so that it isn't known who this is; write a name in {where}")
    return Person(says.strip(), logged_in=False)


def refuse_the_same_person(first: Person, second: Person, what: str) -> None:
    """Make sure that a second person approves what the first one asked for.

    Args:
        what: what was asked for, for the message.

    Raises:
        PersonRefused: they have one name, however it is spelt.
    """
    if _spelt_alike(first) == _spelt_alike(second):
        raise PersonRefused(f"{second.name} asked for {what} and can't approve it too; have somebody else approve it")


def _spelt_alike(person: Person) -> str:
    return " ".join(person.name.casefold().split())
