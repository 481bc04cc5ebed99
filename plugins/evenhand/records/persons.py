"""Who asked for something and who approved it: never one and the same.

`EVENHAND_PERSONS` says how an installation knows people on the terminal:

- `accounts`, the default: each has an account of the operating system of their own;
- `tokens`: all commands run as one account, and a token of Airflow's log-in in `EVENHAND_TOKEN` says who it is;
- `none`: nobody logs in. Then what counts is who they say they are, and that nobody has verified it is written down and
  shown wherever the name is.

Airflow says who triggered a run (`dag_run.triggering_user_name`) and who answered a task that waits for a person
(`responded_by_user`). Where it lets everybody in without a log-in, it calls them all the same; that is nobody's name.
What `airflow dags trigger` takes from the shell isn't one either (`console/log_ins.py`).
"""

from __future__ import annotations

import os
import pwd
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from evenhand.records.refusals import Refused
from evenhand.records.written import NO_WIDTH

Persons = Literal["accounts", "tokens", "none"]
# What Airflow's simple auth manager calls everybody where `simple_auth_manager_all_admins` lets them in, and what
# `airflow dags test` calls whoever runs it.
_NOBODY_IN_PARTICULAR = ("Anonymous", "dag_test")
BY_THEIR_OWN_WORD = " (by their own word)"
# What the kernel says of a process that nobody logged in for.
_NO_LOGIN = 4294967295
# Kinds of letters that nobody sees, or that are none. A name needs none of them, whatever else is written with them.
_UNSEEN = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")
# Scripts that one language writes side by side.
_TOGETHER = ({"CJK", "HIRAGANA", "KATAKANA"}, {"CJK", "HANGUL"}, {"CJK", "BOPOMOFO"})
# Letters of other scripts that look like one of ours.
_LOOKS_LIKE = str.maketrans("аеорсухіјѕԁһԛԝкмтвнοαικνρτυχ", "aeopcyxijsdhqwkmtbhoaikvptux")


class PersonRefused(Refused):
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
        return self.name if self.logged_in else f"{self.name}{BY_THEIR_OWN_WORD}"


def persons() -> Persons:
    """How this installation knows people.

    Raises:
        PersonRefused: the setting says something else than it can.
    """
    said = os.environ.get("EVENHAND_PERSONS") or "accounts"
    for known in get_args(Persons):
        if said == known:
            return known  # type: ignore[no-any-return]
    there = ", ".join(get_args(Persons))
    raise PersonRefused(f"EVENHAND_PERSONS is {said!r}; write {there}", "persons_setting", said=said, there=there)


def account() -> Person:
    """Whose account of the operating system this is: who logged in, also behind sudo, and not what a variable says.

    Raises:
        PersonRefused: it has no name.
    """
    number = os.getuid()
    with suppress(OSError, ValueError):
        logged_in = int(Path("/proc/self/loginuid").read_text())
        number = number if logged_in == _NO_LOGIN else logged_in
    try:
        return Person(normalised(pwd.getpwuid(number).pw_name), logged_in=True)
    except KeyError as error:
        raise PersonRefused(f"the account {number} has no name on this machine; log in with one that has") from error


def identify(logged_in_as: str | None, says: str | None, where: str) -> Person:
    """Who did something.

    Args:
        logged_in_as: what Airflow calls them; None if it doesn't say.
        says: who they say they are, which counts only where there was no log-in and none is needed.
        where: where they can say it, for the message.

    Raises:
        PersonRefused: there was no log-in and they say nothing, or need one; or the name can't be one.
    """
    if logged_in_as and logged_in_as.strip() and logged_in_as not in _NOBODY_IN_PARTICULAR:
        return Person(normalised(logged_in_as), logged_in=True)
    if persons() != "none":
        raise PersonRefused(
            "nobody is logged in here, so that it isn't known who this is; log in. Names are believed only where"
            " EVENHAND_PERSONS is none",
            "not_logged_in",
        )
    if not says or not says.strip():
        raise PersonRefused(
            f"nobody is logged in here, so that it isn't known who this is; write a name in {where}", "no_name"
        )
    return Person(normalised(says), logged_in=False)


def normalised(name: str) -> str:
    """A name as it is written down and compared: one spelling of what looks the same.

    Raises:
        PersonRefused: it is empty, has letters that can't be seen, or mixes scripts, in which letters look alike.
    """
    found = " ".join(unicodedata.normalize("NFKC", name).split())
    if not found:
        raise PersonRefused("an empty name is nobody's; write a name", "no_name")
    # What normalising drops or what stands for it counts as well.
    for letter in f"{name.strip()}{found}":
        if letter in " \t\n":
            continue
        if ord(letter) in NO_WIDTH or unicodedata.category(letter) in _UNSEEN:
            sign = f"U+{ord(letter):04X}"
            raise PersonRefused(
                f"{found!r} has {sign}, which nobody sees, and could be another's name; write it without",
                "hidden_in_name",
                sign=sign,
            )
    scripts = {_script(letter) for letter in found if letter.isalpha()}
    if len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER):
        mixed = ", ".join(sorted(each.capitalize() for each in scripts))
        raise PersonRefused(
            f"{found!r} mixes scripts ({mixed}), whose letters can look alike; write it in one",
            "mixed_scripts",
            name=found,
        )
    return found


def refuse_the_same_person(first: Person, second: Person, what: str, did: str = "asked for") -> None:
    """Make sure that a second person approves what the first one asked for.

    Args:
        what: what was asked for, for the message.
        did: what the first one did with it.

    Raises:
        PersonRefused: they have one name, however it is spelt, or one of them none.
    """
    if is_same(first, second):
        raise PersonRefused(
            f"{second.name} {did} {what} and can't approve it too; have somebody else approve it",
            "same_person",
            person=second.name,
        )


def is_same(first: Person, second: Person) -> bool:
    """Whether two have one name, however it is spelt.

    Raises:
        PersonRefused: a name can't be one.
    """
    return _spelt_alike(first) == _spelt_alike(second)


def _spelt_alike(person: Person) -> str:
    name = normalised(person.name).casefold()
    return unicodedata.normalize("NFKC", name).translate(_LOOKS_LIKE)


def _script(letter: str) -> str:
    """The script of a letter, by the first word of its name: LATIN, CYRILLIC, CJK …"""
    first = unicodedata.name(letter, "UNKNOWN").split()[0].split("-")[0]
    # Marks of several scripts, and the sign that makes Japanese vowels long.
    return "KATAKANA" if first == "KATAKANA" or letter == "ー" else first
