"""Airflow on one's own machine, as people use it: forms, questions, pages, and nights; two of them log in.

One installation for all of it, for it takes its time to start. `make ui` is `evenhand ui`, which sets up what is
missing and becomes Airflow. Nights come one after the other, and each test begins with those that it needs.

Longer than other files, for its tests share one installation.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_plus

import httpx
import pytest
from playwright.sync_api import sync_playwright
from starlette.routing import Route

from deployment.airflow_api import AirflowApi
from deployment.people import (
    LAN,
    MAI,
    SAM,
    answer,
    answer_on_page,
    ask_on_page,
    fill_in,
    held_penalties,
    log_in,
    open_pages,
    question,
    run_asked_for,
    run_of_list,
    send_form,
    start,
    with_fewer_receivers,
    with_packs_of_its_own,
    with_two_people,
)
from deployment.standalone import Standalone
from evenhand.console.app import app
from evenhand.landing.takedowns import BACKFILL_NIGHT
from evenhand.landing.takedowns import FILE_NAME as TAKEDOWNS_FILE
from evenhand.settings import PROJECT
from made_once import shared_compiled
from night.installation import APPEALS, CONTENTS, CREATORS, VIOLATIONS, Installation, Row

# Before the first night of the example, which `evenhand ui` lands: those accounts aren't seen yet.
FIRST, SECOND, THIRD, FOURTH = (f"2025-11-{day:02}" for day in range(5, 9))

# Until when a measure holds that is asked for with a form, and one that is asked for on a page.
SOON, LATER = "2025-11-09", "2025-11-20"
OF_A1 = "a1/copyright_strikes/account"
STOP, REVERSE, EMERGENCY, HELD = "emergency_stop", "release_reversed", "emergency_measure", "held_list"
ASKED = "ask_second_person"
WHY = "The appeal was granted by mistake"
FORM = {
    "action": "impose",
    "measure": "account_suspended",
    "scope": "account",
    "market": "world",
    "accounts": ["a5", "a6"],
    "until": SOON,
    "reason": "Fake prizes in lives",
}
# With two strikes publishing is paused for seven days, and then, by the changed pack, for nine.
PAUSE, SEVEN_DAYS, NINE_DAYS = "a2/copyright_strikes/short_video", "2025-11-08", "2025-11-10"
# What a night's steps wrote to be looked at, as the tab of its run calls it.
LOOKED_AT = {
    "Gate 1: what landed",
    "Models and their tests",
    "Gate 2: the rows of the lists",
    "Gate 2: what changes",
    "All models, as dbt describes them",
}


@pytest.fixture(scope="module", params=["compiled", pytest.param("empty", marks=pytest.mark.soak)])
def airflow(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standalone]:
    """`evenhand ui` where nothing is but what dbt compiled, or nothing at all; then a small history lands."""
    folder = tmp_path_factory.mktemp("airflow")
    standalone = Standalone(folder / "home")
    with_two_people(standalone, folder)
    with_packs_of_its_own(standalone, folder)
    with_fewer_receivers(standalone, folder)
    if request.param == "compiled":
        shutil.copytree(shared_compiled(), standalone.home / "dbt")
    try:
        start(standalone, MAI)
        land_history(standalone.home)
        yield standalone
    finally:
        standalone.processes.stop()


@pytest.fixture
def api(airflow: Standalone) -> AirflowApi:
    """Airflow, with Mai logged in."""
    log_in(airflow.api, MAI)
    return airflow.api


@pytest.fixture(scope="module")
def commanded(airflow: Standalone) -> Commanded:
    """A night that `evenhand nightly` ran by itself, for no scheduler runs any more."""
    airflow.end_scheduler()
    begun = datetime.now(UTC)
    airflow.evenhand("nightly", FOURTH)
    return Commanded(f"night_{FOURTH}", begun, datetime.now(UTC))


@dataclass(frozen=True)
class Commanded:
    """A run that a command made, and between which moments it did."""

    run: str
    begun: datetime
    ended: datetime


def land_history(home: Path) -> None:
    """All feeds on the first night, and on the second the decision on an appeal of a1."""

    def then(rows: Sequence[Row]) -> list[Row]:
        months = {"2026-01-": "2025-09-", "2026-03-": "2025-11-"}
        return [tuple(months.get(text[:8], text[:8]) + text[8:] for text in row) for row in rows]

    landing = Installation(home)
    landing.land(FIRST, creators=then(CREATORS), contents=then(CONTENTS), violations=then(VIOLATIONS), appeals=[])
    landing.land(SECOND, appeals=then(APPEALS))
    for night in (THIRD, FOURTH):
        landing.land(night, appeals=[])


def decided(api: AirflowApi, night: str) -> str:
    """The run of a night that has been decided, now or for another test."""
    there = {each["dag_run_id"] for each in api.runs()} & {f"by_hand_{night}", f"night_{night}"}
    run = there.pop() if there else api.trigger(night)
    api.wait_for_run(run, 400)
    return run


def revision(airflow: Standalone, night: str) -> str:
    return (airflow.home / "releases" / f"night={night}").resolve().name


@pytest.mark.timeout(900)
def test_evenhand_ui_sets_up_what_is_missing_and_runs_a_night_that_is_triggered_in_it(
    airflow: Standalone, api: AirflowApi
) -> None:
    assert (airflow.home / "landing" / "creators" / f"night={BACKFILL_NIGHT}" / TAKEDOWNS_FILE).exists()
    assert api.not_done(decided(api, FIRST)) == []
    manifest = json.loads((airflow.home / "releases" / f"night={FIRST}" / "manifest.json").read_text())
    assert manifest["release_id"]


@pytest.mark.timeout(900)
def test_evenhand_nightly_leaves_the_night_to_a_scheduler_that_runs(airflow: Standalone, api: AirflowApi) -> None:
    decided(api, FIRST)
    said = airflow.evenhand("nightly", SECOND)

    assert "build_models" in said and "reconcile_receiver" in said
    run = f"night_{SECOND}"
    assert api.not_done(run) == []
    assert airflow.scheduler_ran(run)
    assert revision(airflow, SECOND) == "0001"


@pytest.mark.timeout(1500)
def test_one_asks_for_a_measure_now_another_approves_and_the_night_is_decided_again(
    airflow: Standalone, api: AirflowApi
) -> None:
    decided(api, FIRST)
    decided(api, SECOND)
    assert of_account(airflow, "a5") == []

    refused = fill_in(api, EMERGENCY, **{**FORM, "measure": "flogging"})
    api.wait_for_run(refused, 300, "failed", EMERGENCY)
    assert "has no 'flogging' on 'account'" in api.complaint(refused, "propose_emergency", EMERGENCY)

    # Who gives another name in the form is still who is logged in.
    run = fill_in(api, EMERGENCY, **FORM, author="somebody else")
    asked = question(api, EMERGENCY, run, ASKED)
    assert "**mai** asks for Account suspended (The account) to be imposed in world, on **2 accounts**" in asked["body"]
    answer(airflow, EMERGENCY, run, ASKED, "Approve")
    api.wait_for_run(run, 300, "failed", EMERGENCY)
    assert "mai asked for account_suspended" in api.complaint(run, "record_emergency", EMERGENCY)
    assert not (airflow.home / "emergencies").exists()

    log_in(api, LAN)
    api.clear(run, ASKED, downstream=True, dag=EMERGENCY)
    answer(airflow, EMERGENCY, run, ASKED, "Approve")
    api.wait_for_run(run, 500, dag=EMERGENCY)

    (recorded,) = (airflow.home / "emergencies").glob("*.json")
    content = json.loads(recorded.read_text())
    assert content["author"] == {"name": MAI, "logged_in": True}
    assert content["approved_by"] == {"name": LAN, "logged_in": True}
    assert content["first_night"] == SECOND
    assert api.states(run, EMERGENCY)["decide_later_night_again"] == "skipped"
    assert of_account(airflow, "a5") == ["a5/emergency/account"]
    assert of_account(airflow, "a6") == ["a6/emergency/account"]
    assert revision(airflow, SECOND) == "0002"


def reversed_by(airflow: Standalone, night: str) -> str:
    """Who asked for a night's newest release to be reversed; empty where it isn't."""
    manifest = json.loads((airflow.home / "releases" / f"night={night}" / "manifest.json").read_text())
    return str((manifest["reversed"] or {"by": {"name": ""}})["by"]["name"])


def reversals(airflow: Standalone, night: str) -> list[dict[str, Any]]:
    """What is recorded of a night's reversals and of their ends, the earliest first."""
    found = (airflow.home / "reversals" / f"night={night}").glob("*.json")
    return [json.loads(path.read_text()) for path in sorted(found)]


def of_account(airflow: Standalone, account: str) -> list[str]:
    return [row_key for row_key in held_penalties(airflow) if row_key.startswith(f"{account}/")]


@pytest.mark.timeout(1800)
def test_what_one_asks_for_on_a_page_another_approves(airflow: Standalone, api: AirflowApi) -> None:
    decided(api, FIRST)
    decided(api, SECOND)
    newest = max(path.name for path in (airflow.home / "releases").glob("night=*")).removeprefix("night=")
    measure = {"market": "world", "what": "account_suspended on account", "until": LATER, "reason": WHY}

    # Who may only look sees no form, and what they send is refused. Cases are nobody's in Airflow, so theirs is there.
    log_in(api, SAM)
    theirs = api.get("/evenhand/cases?opening=true").text
    for page, written in (("stop", {"action": "stop"}), ("emergency?market=world", measure), ("reverse", {})):
        assert '<form method="post"' not in api.get(f"/evenhand/{page}").text, page
        refused = send_form(api, theirs, page, **{"reason": WHY, **written})
        assert (refused.status_code, refused.json()) == (403, {"detail": "Forbidden"}), page
    assert not (airflow.home / "stops").exists() or "Stop all deliveries now" in api.get("/evenhand/stop").text

    # Stopping is done at once, by one.
    log_in(api, MAI)
    assert ask_on_page(api, "stop", reason="").status_code == 409
    assert "From now on nothing is sent" in unquote_plus(ask_on_page(api, "stop", reason=WHY).headers["location"])
    assert "Deliveries are stopped" in api.get("/evenhand/stop").text
    resume = run_asked_for(ask_on_page(api, "stop", reason=WHY))
    answer(airflow, STOP, resume, ASKED, "Approve")
    api.wait_for_run(resume, 300, "failed", STOP)
    assert "mai asked for resuming deliveries" in api.complaint(resume, "resume_deliveries", STOP)
    assert "Deliveries are stopped" in api.get("/evenhand/stop").text
    log_in(api, LAN)
    api.clear(resume, ASKED, downstream=True, dag=STOP)
    answer(airflow, STOP, resume, ASKED, "Approve")
    api.wait_for_run(resume, 300, dag=STOP)
    assert "Stop all deliveries now" in api.get("/evenhand/stop").text

    # A measure is asked for as it was counted, and as nothing else.
    log_in(api, MAI)
    counted = ask_on_page(api, "emergency?market=world", **measure, accounts="a3").text
    assert "1 account</b> of" in counted
    other = send_form(api, counted, "emergency", accounts="a3 a4")
    assert (other.status_code, "otherwise than it was counted" in other.text) == (409, True)
    run = run_asked_for(send_form(api, counted, "emergency"))
    asked = question(api, EMERGENCY, run, ASKED)
    assert "**mai** asks for Account suspended (The account) to be imposed in world" in asked["body"]
    log_in(api, LAN)
    answer(airflow, EMERGENCY, run, ASKED, "Approve")
    api.wait_for_run(run, 500, dag=EMERGENCY)
    assert of_account(airflow, "a3")[-1] == "a3/emergency/account"
    recorded = [json.loads(path.read_text()) for path in (airflow.home / "emergencies").glob("*.json")]
    (content,) = (each for each in recorded if each["accounts"] == ["a3"])
    assert (content["author"], content["approved_by"]) == (
        {"name": MAI, "logged_in": True},
        {"name": LAN, "logged_in": True},
    )

    # A night is reversed as it was shown, and that is lifted again.
    before = held_penalties(airflow)
    shown = api.get("/evenhand/reverse").text
    late = send_form(api, shown, "reverse", reason=WHY, release="another")
    assert (late.status_code, "Another release is the newest by now" in late.text) == (409, True)
    reversal = run_asked_for(send_form(api, shown, "reverse", reason=WHY))
    log_in(api, MAI)
    answer(airflow, REVERSE, reversal, ASKED, "Approve")
    api.wait_for_run(reversal, 400, dag=REVERSE)
    assert reversed_by(airflow, newest) == LAN
    lifting = run_asked_for(ask_on_page(api, "reverse", reason=WHY))
    log_in(api, LAN)
    answer(airflow, REVERSE, lifting, ASKED, "Approve")
    api.wait_for_run(lifting, 400, dag=REVERSE)
    assert reversed_by(airflow, newest) == ""
    assert held_penalties(airflow) == before
    by = [(content["by"]["name"], content["approved_by"]["name"]) for content in reversals(airflow, newest)]
    assert by[-2:] == [(LAN, MAI), (MAI, LAN)]


@pytest.mark.timeout(1800)
def test_one_stops_two_resume_and_two_reverse_the_newest_night(airflow: Standalone, api: AirflowApi) -> None:
    decided(api, FIRST)
    run = decided(api, SECOND)
    assert OF_A1 not in held_penalties(airflow)

    before_the_stop = revision(airflow, SECOND)
    stop = fill_in(api, STOP, action="stop", reason=WHY)
    api.wait_for_run(stop, 300, dag=STOP)
    tries = api.tries(run)["deliver.sandbox.deliver_release"]
    api.clear(run, "deliver.sandbox.deliver_release", downstream=True)
    api.wait_for_run(run, 200, "failed")
    assert "stopped by mai at" in api.complaint(run, "deliver.sandbox.deliver_release")
    # Trying again would be in vain, so it isn't.
    assert api.tries(run)["deliver.sandbox.deliver_release"] == tries + 1
    for told in (api.note(run), api.get(f"/evenhand/runs/nightly_governance/{run}").text):
        assert "deliver_release.sandbox failed" in told and "stopped by mai at" in told
    assert "Pages are made of nights" in api.get(f"/evenhand/runs/{STOP}/{quote(stop)}").text

    resume = fill_in(api, STOP, action="resume", reason=WHY)
    answer(airflow, STOP, resume, ASKED, "Approve")
    api.wait_for_run(resume, 300, "failed", STOP)
    assert "mai asked for resuming deliveries" in api.complaint(resume, "resume_deliveries", STOP)
    log_in(api, LAN)
    api.clear(resume, ASKED, downstream=True, dag=STOP)
    answer(airflow, STOP, resume, ASKED, "Approve")
    api.wait_for_run(resume, 300, dag=STOP)
    api.clear(run, "deliver.sandbox.deliver_release", "deliver.notices.deliver_release", downstream=True)
    api.wait_for_run(run, 200)
    assert revision(airflow, SECOND) == before_the_stop
    assert f"Night {SECOND} is released: revision {int(before_the_stop)}" in api.note(run)
    assert "failed" not in api.get(f"/evenhand/runs/nightly_governance/{run}").text

    # One who rejects it leaves all as it is.
    before = reversals(airflow, SECOND)
    rejected = fill_in(api, REVERSE, night=SECOND, reason=WHY)
    answer(airflow, REVERSE, rejected, ASKED, "Reject")
    api.wait_for_run(rejected, 300, dag=REVERSE)
    assert reversals(airflow, SECOND) == before

    reversal = fill_in(api, REVERSE, night=SECOND, reason=WHY)
    log_in(api, MAI)
    answer(airflow, REVERSE, reversal, ASKED, "Approve")
    api.wait_for_run(reversal, 300, dag=REVERSE)
    assert OF_A1 in held_penalties(airflow)
    *earlier, content = reversals(airflow, SECOND)
    assert earlier == before
    assert (content["by"]["name"], content["approved_by"]["name"], content["why"]) == (LAN, MAI, WHY)
    assert content["by"]["logged_in"] and content["approved_by"]["logged_in"]


@pytest.mark.timeout(1800)
def test_a_policy_that_somebody_changed_waits_for_somebody_else(airflow: Standalone, api: AirflowApi) -> None:
    decided(api, FIRST)
    decided(api, SECOND)
    assert held_penalties(airflow)[PAUSE]["ends_on"] == SEVEN_DAYS

    pack = Path(airflow.environment["EVENHAND_POLICIES"]) / "takedowns.yml"
    text = pack.read_text().replace("days: 7}", "days: 9}").replace("days: 30}", "days: 31}")
    pack.write_text(text.replace("version: 1\n", f"version: 1\nchanged_by: {MAI}\n"))
    decided(api, THIRD)
    run = run_of_list(api, THIRD, "penalties", "world")
    asked = question(api, HELD, run, "answer.ask_person")
    assert f"penalties of world, night {THIRD}" in asked["subject"]
    for said in (
        f"Changed by: {MAI}.",
        "rows that a changed policy changes were approved beforehand",
        "| another policy |",
        "a2 |",
    ):
        assert said in asked["body"]
    assert held_penalties(airflow)[PAUSE]["ends_on"] == SEVEN_DAYS

    answer(airflow, HELD, run, "answer.ask_person", "Approve")
    api.wait_for_run(run, 300, "failed", HELD)
    assert f"{MAI} asked for the policy that changes penalties of world and can't approve it too" in api.complaint(
        run, "answer.record_answer", HELD
    )

    log_in(api, LAN)
    api.clear(run, "answer.ask_person", downstream=True, dag=HELD)
    answer(airflow, HELD, run, "answer.ask_person", "First wave")
    question(api, HELD, run, "rest.ask_person", 400)
    assert revision(airflow, THIRD) == "0002"
    assert api.states(run, HELD)["answer.deliver.sandbox.reconcile_receiver"] == "success"
    answer_on_page(airflow, run, "rest.ask_person", "approve")
    api.wait_for_run(run, 400, dag=HELD)
    assert revision(airflow, THIRD) == "0003"
    assert held_penalties(airflow)[PAUSE]["ends_on"] == NINE_DAYS


@pytest.mark.timeout(900)
def test_a_run_of_evenhand_nightly_is_told_with_its_night_its_time_and_a_line_per_model(
    airflow: Standalone, api: AirflowApi, commanded: Commanded
) -> None:
    assert not airflow.scheduler_ran(commanded.run)
    (run,) = (each for each in api.runs() if each["dag_run_id"] == commanded.run)
    began, ended = (datetime.fromisoformat(run[name]) for name in ("start_date", "end_date"))
    assert commanded.begun <= began <= ended <= commanded.ended
    assert run["duration"] == pytest.approx((ended - began).total_seconds())
    assert api.not_done(commanded.run) == []
    for task in api.tasks(commanded.run).values():
        if task["state"] != "skipped":
            assert (
                began <= datetime.fromisoformat(task["start_date"]) <= datetime.fromisoformat(task["end_date"]) <= ended
            )

    models = json.loads((airflow.home / "nights" / f"night={FOURTH}" / "models" / "models.json").read_text())["models"]
    lines = [str(line.get("event")) for line in api.log(commanded.run, "build_models") if isinstance(line, dict)]
    assert len(models) > 50
    for model in models:
        assert len([line for line in lines if line.startswith(f"{model['layer']}.{model['name']}: ")]) == 1


@pytest.mark.timeout(900)
def test_the_page_of_a_run_has_a_note_and_a_tab_whose_links_lead_to_what_it_made(
    airflow: Standalone, api: AirflowApi, commanded: Commanded
) -> None:
    release = airflow.home / "releases" / f"night={FOURTH}"
    release_id = json.loads((release / "manifest.json").read_text())["release_id"]
    with sync_playwright() as playwright:
        browser, page = open_pages(playwright, api, LAN)
        card = page.get_by_role("region", name="Evenhand")
        card.get_by_role("heading", name="What needs you tonight").wait_for()
        assert page.request.get(card.get_by_role("link").first.get_attribute("href") or "").status == 200

        page.goto(f"{api.url}/dags/nightly_governance/runs/{commanded.run}")
        page.get_by_text(f"Night {FOURTH} is released: revision 1, {release_id[:12]}.").wait_for()

        page.get_by_text("What it made").click()
        page.wait_for_url(f"{api.url}/dags/nightly_governance/runs/{commanded.run}/plugin/made")
        made = page.frame_locator("iframe")
        made.get_by_role("heading", name="Night 8 Nov 2025").wait_for()
        links = dict(made.locator("a").evaluate_all("links => links.map(link => [link.innerText, link.href])"))

        assert {path.name for path in release.iterdir()} | LOOKED_AT <= links.keys()
        for text, link in links.items():
            # dbt makes its page of all models when somebody opens it.
            got = page.request.get(link, timeout=300_000)
            assert got.status == 200, f"{text}: {link}: {got.status}"
            # Of the key of what is drawn for review, what is open is left out.
            if text in os.listdir(release) and text != "qa_keys.parquet":
                assert got.body() == (release / text).read_bytes()
        browser.close()


def test_nobody_sees_what_a_run_made_without_logging_in(
    airflow: Standalone, api: AirflowApi, commanded: Commanded
) -> None:
    routes = {
        (route.path, method) for route in app.routes if isinstance(route, Route) for method in route.methods or ()
    }
    opening = ("case", "open", "--market", "world", "--about", "a walk", "--title", "A walk", "--json")
    _, opened = airflow.processes.run([sys.executable, "-m", "evenhand.cli", *opening], airflow.environment, PROJECT)
    there = {
        "case": json.loads(opened[opened.index("{") :])["case_id"],
        "action": "comment",
        "dag_id": "nightly_governance",
        "run_id": commanded.run,
        "night": FOURTH,
        "page": "models",
        "file": "manifest.json",
        "table": "penalties",
        "name": "penalties",
        "policy": "takedowns-v1",
        "metric": "grant_rate",
        "kind": "week",
        "board": "appeals",
        "script": "thai",
        "revision": 1,
    }
    asked = {"/creator": "?account=a1", "/creator/restoring": "?account=a1", "/search": "?q=a"}
    # Of a release, the gates' pages are kept.
    kept = {**there, "page": "gate-1"}
    addresses = {
        f"/evenhand{route.format(**(kept if '/kept/' in route else there))}{asked.get(route, '')}"
        for route, method in routes
        if method == "GET"
    }
    assert f"/evenhand/releases/{FOURTH}/manifest.json" in addresses
    for address in addresses:
        assert httpx.get(f"{api.url}{address}").status_code == 401, address
        assert api.get(address).status_code == 200, address
    for route in (route for route, method in routes if method == "POST"):
        address = f"{api.url}/evenhand{route.format(**there)}"
        form = {"seen": "1", "text": "x", "market": "world", "about": "x", "title": "x"}
        assert httpx.post(address, data=form).status_code == 401, address
        # Who is logged in, on a page of another site.
        assert api.send(address, form, origin="https://elsewhere").status_code == 403, address


def test_no_address_leads_out_of_a_release(api: AirflowApi, commanded: Commanded) -> None:
    for file in ("..%2F..%2Freceipts.sqlite", "..%2F..%2F..%2Freceipts.sqlite", "%2Fetc%2Fpasswd", "nothing.parquet"):
        assert api.get(f"/evenhand/releases/{FOURTH}/{file}").status_code == 404, file
    assert api.get(f"/evenhand/nights/{FOURTH}/..%2Fwarehouse.duckdb").status_code == 404
    assert api.get("/evenhand/nights/..%2F..%2Fevenhand/models").status_code == 404
