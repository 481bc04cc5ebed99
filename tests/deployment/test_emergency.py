"""A measure imposed now, in Airflow as people use it: a form, a second person who is logged in, the night again."""

from __future__ import annotations

import json

import pytest

from deployment.people import (
    LAN,
    MAI,
    answer,
    ask_again,
    fill_in,
    held_penalties,
    log_in,
    question,
    start,
    state,
)
from deployment.standalone import Standalone

NIGHT = "2026-03-05"
DAG = "emergency_measure"
FORM = {
    "action": "impose",
    "measure": "account_suspended",
    "scope": "account",
    "market": "world",
    "accounts": ["a5", "a6"],
    "until": "2026-03-07",
    "reason": "Fake prizes in lives",
}


@pytest.mark.timeout(1500)
def test_one_asks_another_approves_and_the_night_is_decided_again(standalone: Standalone) -> None:
    api = standalone.api
    start(standalone, MAI)
    api.wait_for_run(api.trigger(NIGHT), 400)
    assert _of(standalone, "a5") == []

    refused = fill_in(api, DAG, **{**FORM, "measure": "flogging"})
    api.wait_for_run(refused, 300, "failed", DAG)
    assert "has no 'flogging' on 'account'" in api.complaint(f"/dags/{DAG}", refused, "emergency_proposed")

    # Who gives another name in the form is still who is logged in.
    run = fill_in(api, DAG, **FORM, author="somebody else")
    asked = question(api, DAG, run, "second_person_asked")
    assert "**mai** asks for account_suspended on account to be imposed in world, on **2 account(s)**" in asked["body"]
    answer(api, DAG, run, "second_person_asked", "Approve")
    api.wait_for_run(run, 300, "failed", DAG)
    assert "mai asked for account_suspended" in api.complaint(f"/dags/{DAG}", run, "emergency_recorded")
    assert not (standalone.home / "emergencies").exists()

    log_in(api, LAN)
    ask_again(api, DAG, run, "second_person_asked")
    answer(api, DAG, run, "second_person_asked", "Approve")
    api.wait_for_run(run, 500, dag=DAG)

    (recorded,) = (standalone.home / "emergencies").glob("*.json")
    content = json.loads(recorded.read_text())
    assert content["author"] == {"name": MAI, "logged_in": True}
    assert content["approved_by"] == {"name": LAN, "logged_in": True}
    assert content["first_night"] == NIGHT
    assert state(api, DAG, run, "later_night_decided_again") == "skipped"
    assert _of(standalone, "a5") == ["a5/emergency/account"]
    assert _of(standalone, "a6") == ["a6/emergency/account"]
    assert (standalone.home / "releases" / f"night={NIGHT}").resolve().name == "0002"


def _of(standalone: Standalone, account: str) -> list[str]:
    return [row_key for row_key in held_penalties(standalone) if row_key.startswith(f"{account}/")]
