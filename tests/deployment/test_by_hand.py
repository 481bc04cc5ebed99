"""Stopping deliveries and reversing a night, in Airflow as people use it: a form, and a second person who logs in."""

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
    start,
)
from deployment.standalone import Standalone

EARLIER, NIGHT = "2026-03-05", "2026-03-06"
OF_A1 = "a1/copyright_strikes/account"
STOP, REVERSE = "emergency_stop", "release_reversed"
ASKED = "second_person_asked"
WHY = "The appeal was granted by mistake"


@pytest.mark.timeout(1800)
def test_one_stops_two_resume_and_two_reverse_the_newest_night(standalone: Standalone) -> None:
    api = standalone.api
    start(standalone, MAI)
    api.wait_for_run(api.trigger(EARLIER), 400)
    run = api.trigger(NIGHT)
    api.wait_for_run(run, 400)
    assert OF_A1 not in held_penalties(standalone)

    stop = fill_in(api, STOP, action="stop", reason=WHY)
    api.wait_for_run(stop, 300, dag=STOP)
    tries = api.tries(run)["deliver.sandbox.delivered"]
    api.clear(run, "deliver.sandbox.delivered", downstream=True)
    api.wait_for_run(run, 200, "failed")
    assert "stopped by mai at" in api.complaint("/dags/nightly_governance", run, "deliver.sandbox.delivered")
    # Trying again would be in vain, so it isn't.
    assert api.tries(run)["deliver.sandbox.delivered"] == tries + 1

    resume = fill_in(api, STOP, action="resume", reason=WHY)
    answer(api, STOP, resume, ASKED, "Approve")
    api.wait_for_run(resume, 300, "failed", STOP)
    assert "mai asked for resuming deliveries" in api.complaint(f"/dags/{STOP}", resume, "deliveries_resumed")
    log_in(api, LAN)
    ask_again(api, STOP, resume, ASKED)
    answer(api, STOP, resume, ASKED, "Approve")
    api.wait_for_run(resume, 300, dag=STOP)
    api.clear(run, "deliver.sandbox.delivered", "deliver.notices.delivered", downstream=True)
    api.wait_for_run(run, 200)

    # One who rejects it leaves all as it is.
    rejected = fill_in(api, REVERSE, night=NIGHT, reason=WHY)
    answer(api, REVERSE, rejected, ASKED, "Reject")
    api.wait_for_run(rejected, 300, dag=REVERSE)
    assert not (standalone.home / "reversals").exists()

    reversal = fill_in(api, REVERSE, night=NIGHT, reason=WHY)
    log_in(api, MAI)
    answer(api, REVERSE, reversal, ASKED, "Approve")
    api.wait_for_run(reversal, 300, dag=REVERSE)
    assert OF_A1 in held_penalties(standalone)
    (recorded,) = (standalone.home / "reversals" / f"night={NIGHT}").iterdir()
    content = json.loads(recorded.read_text())
    assert (content["by"]["name"], content["approved_by"]["name"], content["why"]) == (LAN, MAI, WHY)
    assert content["by"]["logged_in"] and content["approved_by"]["logged_in"]
