"""A second person is another person than the first."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from evenhand.commands.persons import person, second_person
from evenhand.local import installation as local
from evenhand.records.persons import Person, PersonRefused, account, identify, normalised, refuse_the_same_person
from evenhand.settings import PROJECT, Settings
from made_once import shared_home


def test_a_log_in_counts_and_not_what_somebody_says() -> None:
    assert identify("mai", "lan", "author") == Person("mai", logged_in=True)
    assert identify(" mai ", None, "author") == Person("mai", logged_in=True)


@pytest.mark.parametrize("nobody", [None, "", "  ", "Anonymous"])
def test_without_a_log_in_it_is_who_they_say_they_are_and_that_is_written_down(nobody: str | None) -> None:
    found = identify(nobody, " lan ", "author")

    assert found == Person("lan", logged_in=False)
    assert str(found) == "lan (by their own word)"


@pytest.mark.parametrize("says", [None, "", "  "])
def test_somebody_of_whom_nothing_is_known_is_refused(says: str | None) -> None:
    with pytest.raises(PersonRefused, match="write a name in approved_by"):
        identify("Anonymous", says, "approved_by")


@pytest.mark.parametrize(
    ("first", "second"), [("mai", "mai"), ("mai", "MAI"), ("Mai  Tran", " mai tran"), ("Straße", "STRASSE")]
)
@pytest.mark.parametrize("logged_in", [True, False])
def test_the_first_person_isnt_the_second_however_the_name_is_spelt(first: str, second: str, logged_in: bool) -> None:
    with pytest.raises(PersonRefused, match="asked for the measure and can't approve it too"):
        refuse_the_same_person(Person(first, True), Person(second, logged_in), "the measure")


def test_another_person_is_the_second() -> None:
    refuse_the_same_person(Person("mai", True), Person("lan", True), "the measure")


def test_nobody_in_particular_is_what_airflow_calls_everybody_who_is_let_in_without_a_log_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS", "True")
    from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
    from airflow.api_fastapi.auth.managers.simple.services import login

    let_in: list[BaseUser] = []

    class Tokens:
        def generate_jwt(self, user: BaseUser, expiration_time_in_seconds: int) -> str:
            let_in.append(user)
            return "a token"

    monkeypatch.setattr(login, "get_auth_manager", Tokens)

    login.SimpleAuthManagerLogin.create_token_all_admins()

    (user,) = let_in
    assert identify(user.get_name(), "lan", "author") == Person("lan", logged_in=False)


@pytest.mark.parametrize(
    ("written", "name"),
    [("  Mai \t Tran ", "Mai Tran"), ("\uff2d\uff41\uff49", "Mai"), ("Nguyễn", "Nguyễn"), ("山田タロウ", "山田タロウ")],
)
def test_a_name_is_one_spelling_of_what_looks_the_same(written: str, name: str) -> None:
    assert normalised(written) == name


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "an empty name"),
        (" \u3000 ", "an empty name"),
        ("ma\u200bi", r"U\+200B, which nobody sees"),
        ("mai\u202e", r"U\+202E"),
        ("mai\u3164", r"U\+3164"),
        ("mai\ufe0f", r"U\+FE0F"),
        ("mai\u0000", r"U\+0000"),
        ("m\u0430i", r"mixes scripts \(Cyrillic, Latin\)"),
        ("\u039cai", r"mixes scripts \(Greek, Latin\)"),
    ],
)
def test_what_could_be_taken_for_another_name_is_none(name: str, why: str) -> None:
    with pytest.raises(PersonRefused, match=why):
        normalised(name)
    with pytest.raises(PersonRefused):
        identify(name or None, name, "author")
    with pytest.raises(PersonRefused, match=why):
        refuse_the_same_person(Person("lan", True), Person(name, True), "the measure")


@pytest.mark.parametrize("alike", ["\u0441\u043e\u0440\u0430", "\uff23\uff4f\uff50\uff41", "COPA"])
def test_letters_of_another_script_make_no_other_person(alike: str) -> None:
    with pytest.raises(PersonRefused, match="can't approve it too"):
        refuse_the_same_person(Person("copa", True), Person(alike, True), "the measure")


def test_names_are_believed_only_where_nobody_logs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for how in ("accounts", "tokens", ""):
        monkeypatch.setenv("EVENHAND_PERSONS", how)
        for says in ("lan", None):
            with pytest.raises(PersonRefused, match="log in"):
                identify("Anonymous", says, "author")
        with pytest.raises(PersonRefused, match=r"--approved-by is only for installations without a log-in"):
            second_person("lan")
    monkeypatch.setenv("EVENHAND_PERSONS", "nobody")
    with pytest.raises(PersonRefused, match="EVENHAND_PERSONS is 'nobody'; write accounts, tokens, none"):
        person("mai")


def test_on_the_terminal_it_is_the_account_and_no_variable_says_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVENHAND_PERSONS")
    mine = account()
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(variable, "lan")
    assert person("") == person(mine.name.upper()) == mine == Person(mine.name, logged_in=True)
    with pytest.raises(PersonRefused, match=f"--by says lan, and your account says {mine.name}"):
        person("lan")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
@pytest.mark.skipif(Path("/proc/self/loginuid").read_text() != "4294967295", reason="somebody logged in for this")
def test_another_account_is_another_person() -> None:
    os.setresuid(pwd.getpwnam("nobody").pw_uid, 0, 0)
    try:
        assert account() == Person("nobody", logged_in=True)
    finally:
        os.setresuid(0, 0, 0)


_TOKENS = """
import os
from airflow.api_fastapi.app import create_auth_manager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from evenhand.commands.persons import person
from evenhand.records.persons import PersonRefused

token = create_auth_manager().generate_jwt(SimpleAuthManagerUser(username="mai", role="admin"))
head, payload, _ = token.split(".")
for given, says in (("", ""), (token, ""), (token, "lan"), ("nothing", ""), (f"{head}.{payload}.AAAA", "")):
    os.environ["EVENHAND_TOKEN"] = given
    try:
        print('said:', person(says), person(says).logged_in)
    except PersonRefused as error:
        print('said:', error)
"""


@pytest.mark.real
def test_where_all_commands_run_as_one_a_token_of_airflow_says_who_it_is() -> None:
    here = Settings(PROJECT, shared_home(), PROJECT / "policies", PROJECT / "receivers.yml")
    its_own = {"EVENHAND_PERSONS": "tokens", "AIRFLOW__API_AUTH__JWT_SECRET": "x" * 64}
    environment = local.environment(here) | its_own
    run = subprocess.run([sys.executable, "-c", _TOKENS], env=environment, capture_output=True, text=True, check=True)
    said = [line.removeprefix("said: ") for line in run.stdout.splitlines() if line.startswith("said: ")]
    without, mine, anothers, nothing, forged = said
    assert "put it into EVENHAND_TOKEN" in without
    assert mine == "mai True"
    assert "--by says lan, and EVENHAND_TOKEN says mai" in anothers
    for refused in (nothing, forged):
        assert "isn't one of Airflow's" in refused
