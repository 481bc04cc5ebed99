"""A second person is another person than the first."""

from __future__ import annotations

import pytest

from evenhand.records.persons import Person, PersonRefused, refuse_the_same_person, who


def test_a_log_in_counts_and_not_what_somebody_says() -> None:
    assert who("mai", "lan", "author") == Person("mai", logged_in=True)
    assert who(" mai ", None, "author") == Person("mai", logged_in=True)


@pytest.mark.parametrize("nobody", [None, "", "  ", "Anonymous"])
def test_without_a_log_in_it_is_who_they_say_they_are_and_that_is_written_down(nobody: str | None) -> None:
    found = who(nobody, " lan ", "author")

    assert found == Person("lan", logged_in=False)
    assert str(found) == "lan (by their own word)"


@pytest.mark.parametrize("says", [None, "", "  "])
def test_somebody_of_whom_nothing_is_known_is_refused(says: str | None) -> None:
    with pytest.raises(PersonRefused, match="write a name in approved_by"):
        who("Anonymous", says, "approved_by")


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
    assert who(user.get_name(), "lan", "author") == Person("lan", logged_in=False)
