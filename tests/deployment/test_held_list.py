"""A night with a held list, a first wave and the rest: asked and answered in Airflow, by people who log in."""

from __future__ import annotations

from pathlib import Path

import pytest

from deployment.people import (
    LAN,
    MAI,
    answer,
    ask_again,
    held_penalties,
    log_in,
    question,
    run_of_list,
    start,
    state,
    with_packs_of_its_own,
)
from deployment.standalone import Standalone

DAG = "held_list"
FIRST, NEXT = "2026-03-05", "2026-03-06"
# With two strikes publishing is paused for seven days, and then, by the changed pack, for nine.
PAUSE, SEVEN_DAYS, NINE_DAYS = "a2/copyright_strikes/short_video", "2026-03-08", "2026-03-10"


@pytest.mark.timeout(1800)
def test_a_policy_that_somebody_changed_waits_for_somebody_else(standalone: Standalone, tmp_path: Path) -> None:
    policies, api = with_packs_of_its_own(standalone, tmp_path), standalone.api
    start(standalone, MAI)
    api.wait_for_run(api.trigger(FIRST), 400)
    assert held_penalties(standalone)[PAUSE]["ends_on"] == SEVEN_DAYS

    pack = policies / "takedowns.yml"
    text = pack.read_text().replace("days: 7}", "days: 9}").replace("days: 30}", "days: 31}")
    pack.write_text(text.replace("version: 1\n", f"version: 1\nchanged_by: {MAI}\n"))
    api.wait_for_run(api.trigger(NEXT), 400)
    run = run_of_list(api, NEXT, "penalties", "world")
    asked = question(api, DAG, run, "answer.person_asked")
    assert f"penalties of world, night {NEXT}" in asked["subject"]
    for said in (f"Changed by: {MAI}.", "rows that a changed policy changes were announced", "| policy |", "a2 |"):
        assert said in asked["body"]
    assert held_penalties(standalone)[PAUSE]["ends_on"] == SEVEN_DAYS

    answer(api, DAG, run, "answer.person_asked", "Approve")
    api.wait_for_run(run, 300, "failed", DAG)
    assert f"{MAI} asked for the policy that changes penalties of world and can't approve it too" in api.complaint(
        f"/dags/{DAG}", run, "answer.answer_recorded"
    )

    log_in(api, LAN)
    ask_again(api, DAG, run, "answer.person_asked")
    answer(api, DAG, run, "answer.person_asked", "First wave")
    question(api, DAG, run, "rest.person_asked", 400)
    assert _revision(standalone) == "0002"
    assert state(api, DAG, run, "answer.deliver.sandbox.reconciled") == "success"
    answer(api, DAG, run, "rest.person_asked", "Approve")
    api.wait_for_run(run, 400, dag=DAG)
    assert _revision(standalone) == "0003"
    assert held_penalties(standalone)[PAUSE]["ends_on"] == NINE_DAYS


def _revision(standalone: Standalone) -> str:
    return (standalone.home / "releases" / f"night={NEXT}").resolve().name
