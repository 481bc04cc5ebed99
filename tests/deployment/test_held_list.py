"""A night with a held list, a first wave and the rest: asked and answered in Airflow, by people who log in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deployment.held_list import (
    ANOTHER,
    AUTHOR,
    DAG,
    answer,
    ask_again,
    ends_held,
    log_in,
    question,
    run_of,
    state,
    wait,
    with_two_people,
)
from deployment.standalone import Standalone
from night.installation import Installation

FIRST, NEXT = "2026-03-05", "2026-03-06"
# Accounts 2, 3 and 4 have two strikes and more; with two, publishing is paused for seven days, and then for nine.
SEVEN_DAYS, NINE_DAYS = (
    {"a2/copyright_strikes/short_video": "2026-03-08"},
    {"a2/copyright_strikes/short_video": "2026-03-10"},
)


@pytest.fixture
def standalone(tmp_path: Path) -> Iterator[Standalone]:
    standalone = Standalone(tmp_path / "home")
    Installation(standalone.home).land_history()
    yield standalone
    standalone.processes.stop()


@pytest.mark.timeout(1800)
def test_a_policy_that_somebody_changed_waits_for_somebody_else(standalone: Standalone, tmp_path: Path) -> None:
    policies, api = with_two_people(standalone, tmp_path), standalone.api
    standalone.start(AUTHOR, f"{AUTHOR}'s")
    api.wait_for_run(api.trigger(FIRST), 400)
    assert ends_held(standalone).items() >= SEVEN_DAYS.items()

    pack = policies / "takedowns.yml"
    text = pack.read_text().replace("days: 7}", "days: 9}").replace("days: 30}", "days: 31}")
    pack.write_text(text.replace("version: 1\n", f"version: 1\nchanged_by: {AUTHOR}\n"))
    api.wait_for_run(api.trigger(NEXT), 400)
    run = run_of(api, NEXT, "penalties", "world")
    asked = question(api, run, "answer.person_asked")
    assert f"penalties of world, night {NEXT}" in asked["subject"]
    for said in (f"Changed by: {AUTHOR}.", "rows that a changed policy changes were announced", "| policy |", "a2 |"):
        assert said in asked["body"]
    assert ends_held(standalone).items() >= SEVEN_DAYS.items()

    answer(api, run, "answer.person_asked", "Approve")
    wait(api, run, "failed")
    assert f"{AUTHOR} asked for the policy that changes penalties of world and can't approve it too" in api.complaint(
        DAG, run, "answer.answer_recorded"
    )

    log_in(standalone, ANOTHER)
    ask_again(api, run, "answer.person_asked")
    question(api, run, "answer.person_asked")
    answer(api, run, "answer.person_asked", "First wave")
    question(api, run, "rest.person_asked", 400)
    assert _revision(standalone) == "0002"
    assert state(api, run, "answer.deliver.sandbox.reconciled") == "success"
    answer(api, run, "rest.person_asked", "Approve")
    wait(api, run, "success", 400)
    assert _revision(standalone) == "0003"
    assert ends_held(standalone).items() >= NINE_DAYS.items()


def _revision(standalone: Standalone) -> str:
    return (standalone.home / "releases" / f"night={NEXT}").resolve().name
