"""The forms for what can't wait: a market's own words to choose from, what is met counted first, a second person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from airflow.api_fastapi.core_api import security
from airflow.models.dag import DagModel
from fastapi.testclient import TestClient

from console.case_forms import HERE, send, send_unoffered
from console.conftest import EARLIER, NIGHT
from console.prepared import beside
from console.serving import log_in
from console.two_managers import managed
from evenhand.console import airflow_api, second_person
from evenhand.delivery.stopping import stopped
from evenhand.emergency.emergency import Emergency
from evenhand.records.persons import Person
from evenhand.records.proposals import open_proposals
from evenhand.settings import settings
from evenhand.tasks import emergency as steps

MEASURE = {"market": "ID", "what": "no_live on live", "until": "2026-03-10", "reason": "Fake prizes in lives"}


@pytest.fixture
def client(home: Path, tmp_path: Path) -> Iterator[TestClient]:
    with managed(beside(home, tmp_path), tmp_path / "people.yml") as client:
        log_in("ika")
        yield client


def _said(page: str) -> str:
    body = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace("&#39;", "'")


def _asked() -> list[tuple[str, str]]:
    return [(act.action, str(act.by)) for act, _ in open_proposals(settings().home, datetime.now(UTC))]


def test_the_form_has_the_words_of_the_market_alone(client: TestClient) -> None:
    page = client.get("/emergency?market=ID&account=elsewhere1").text
    options = re.findall(r'<option value="([^"]+)"', page)
    assert "no_live on live" in options
    assert "account_health/limited" in options
    assert "publishing_paused on short_video" not in options
    assert "No live streaming (" in _said(page)
    assert 'value="elsewhere1"' in page
    assert f'min="{NIGHT}" max="2026-04-05" value="2026-03-13"' in page
    # There is one market that ika sees, so that nobody has to choose it.
    assert "account_health/limited" in client.get("/emergency").text
    assert (
        client.get("/emergency?market=world").text.replace("world", "nowhere")
        == client.get("/emergency?market=nowhere").text
    )


def _imposed(market: str, account: str, until: str, ends: str | None = None) -> str:
    """Write down what people imposed, as it lies there afterwards; returns its name."""
    at = datetime(2026, 3, 6, 9, len(list(settings().emergencies.glob("*"))), tzinfo=UTC)
    name = f"{at:%Y-%m-%dT%H-%M-%SZ}-{'end' if ends else 'impose'}-3f2a1c"
    said = Emergency(
        emergency_id=name, action="end" if ends else "impose", list="penalties", market=market, accounts=(account,),
        measure="no_live", scope="live", until=date.fromisoformat(until), reason="Fake prizes", ends=ends,
        author=Person("mai", True), approved_by=Person("lan", True), approved_at=at,
        first_night=date.fromisoformat(NIGHT),
    )  # fmt: skip
    settings().emergencies.mkdir(exist_ok=True)
    (settings().emergencies / f"{name}.json").write_text(said.model_dump_json(exclude_defaults=True))
    return name


def test_one_that_was_imposed_is_ended_alone_by_its_name(client: TestClient) -> None:
    name = _imposed("ID", "elsewhere1", "2026-03-10")
    over, of_another = _imposed("ID", "elsewhere1", "2026-03-05"), _imposed("world", "a1", "2026-03-10")
    ended = _imposed("ID", "elsewhere2", "2026-03-10")
    _imposed("ID", "elsewhere2", "2026-03-10", ends=ended)
    page = client.get("/emergency?market=ID").text
    assert "End one that was imposed" in page
    assert f"No live streaming (Live streams) on 1 account, until 10 Mar 2026: {name}" in _said(page)
    assert not {each for each in (over, of_another, ended) if each in page}
    form = {"market": "ID", "emergency": name, "reason": "It was somebody else"}
    counted = send(client, "/emergency", "/emergency", **form)
    said = _said(counted.text)
    assert f"No live streaming (Live streams), to be ended: {name} alone, which was until 10 Mar 2026" in said
    assert "1 account of 5 in Indonesia (ID); 0 have it now" in said
    assert _asked() == []
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', counted.text.partition("Or otherwise")[0]))
    assert "Another person approves it within 24 hours" in _said(
        send(client, "/emergency", "/emergency", **fields).text
    )
    ((act, _),) = open_proposals(settings().home, datetime.now(UTC))
    assert (act.form["action"], act.form["ends"], act.form["accounts"]) == ("end", name, ["elsewhere1"])
    for wrong, why in ((of_another, "There is no measure of the name"), (ended, "is ended already, since 6 Mar 2026")):
        told = send(client, "/emergency", "/emergency", **form | {"emergency": wrong})
        assert (told.status_code, why in _said(told.text)) == (409, True), _said(told.text)
    told = send(client, "/emergency", "/emergency", **form | {"reason": "ok \x1b[2J"})
    assert (told.status_code, "U+001B" in _said(told.text)) == (409, True)


def test_what_airflow_is_asked_to_end_is_what_its_form_wants(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = _imposed("ID", "elsewhere1", "2026-03-10")
    forms: list[dict[str, Any]] = []

    def ask(request: object, method: str, path: str, content: dict[str, Any]) -> dict[str, str]:
        forms.append(content["conf"])
        return {"dag_run_id": "manual__1"}

    monkeypatch.setattr(second_person, "ask", ask)
    form = {"market": "ID", "emergency": name, "reason": "It was somebody else"}
    counted = send(client, "/emergency", "/emergency", **form).text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', counted.partition("Or otherwise")[0]))
    assert "under Required Actions (manual__1)" in _said(send(client, "/emergency", "/emergency", **fields).text)
    newest = settings().releases / f"night={NIGHT}"
    monkeypatch.setattr(steps, "newest_release", lambda: newest)
    (asked,) = forms
    proposal = steps.propose_emergency(asked, "ika")["proposal"]
    assert (proposal["action"], proposal["ends"]) == ("end", name)


def test_whom_it_meets_is_counted_before_it_is_asked_for(client: TestClient) -> None:
    counted = send(client, "/emergency", "/emergency", **MEASURE, kind="creator")
    said = _said(counted.text)
    assert "5 accounts of 5 in Indonesia (ID); 0 have it now" in said
    assert "another person" in said
    assert _asked() == []
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', counted.text.partition("Or otherwise")[0]))
    # What was counted is what is asked for.
    other = send(client, "/emergency", "/emergency", **fields | {"kind": "", "accounts": "elsewhere2"})
    assert (other.status_code, "otherwise than it was counted" in other.text) == (409, True)
    assert _asked() == []
    told = send(client, "/emergency", "/emergency", **fields)
    assert "Another person approves it within 24 hours" in _said(told.text)
    assert _asked() == [("emergency", "ika")]


@pytest.mark.parametrize(
    ("otherwise", "said"),
    [
        ({}, "Whom it shall meet is missing"),
        ({"accounts": "elsewhere1 a1"}, "1 creator is not known in Indonesia (ID) on the newest night: a1."),
        ({"accounts": "elsewhere1 a77"}, "1 creator is not known in Indonesia (ID) on the newest night: a77."),
        ({"market": "world", "accounts": "a1"}, "no pack judges market world; choose one of ID"),
        ({"market": "nowhere", "accounts": "a1"}, "no pack judges market nowhere; choose one of ID"),
        (
            {"what": "publishing_paused on short_video", "accounts": "elsewhere1"},
            "The policies of Indonesia (ID) have no Publishing paused (Short videos)",
        ),
        (
            {"until": "2027-01-01", "accounts": "elsewhere1"},
            "a measure now ends within 30 days, by 5 Apr 2026 at the latest",
        ),
        ({"until": "soon", "accounts": "elsewhere1"}, "the last day is “soon”; write it as YYYY-MM-DD"),
        ({"action": "burn", "accounts": "elsewhere1"}, "choose whether to impose or to lift it"),
        ({"reason": " ", "accounts": "elsewhere1"}, "Write a reason of at most 500 signs"),
        ({"reason": "elsewhere1 cheats", "accounts": "elsewhere1"}, "The reason names the creator elsewhere1"),
    ],
)
def test_what_cannot_be_asked_for_is_said_and_what_was_written_stays(
    client: TestClient, otherwise: dict[str, str], said: str
) -> None:
    told = send(client, "/emergency", "/emergency", **MEASURE | otherwise)
    assert (told.status_code, said in _said(told.text)) == (409, True), _said(told.text)
    assert _asked() == []


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("/emergency", {**MEASURE, "accounts": "elsewhere1"}),
        ("/stop", {"action": "resume"}),
        ("/reverse", {"action": "reverse"}),
    ],
)
def test_a_reason_that_cant_be_taken_is_refused_in_the_readers_language(
    client: TestClient, page: str, fields: dict[str, str]
) -> None:
    if page != "/emergency":
        log_in("bo")
    if page == "/stop":
        send(client, page, page, action="stop", reason="Wrong rows")
    refused = send(client, page, f"{page}?lang=zh", **{**fields, "reason": "ok \x1b[2J"})
    assert refused.status_code == 409
    assert "第 4 个字符是看不见的 U+001B。请换一种写法。" in _said(refused.text)


def test_who_has_no_right_for_it_is_refused(client: TestClient, tmp_path: Path) -> None:
    people = tmp_path / "people.yml"
    people.write_text(people.read_text().replace("approve, emergency, stop", "approve"))
    form = MEASURE | {"accounts": "elsewhere1"}
    for page, fields in (("/emergency", form), ("/stop", {"action": "stop", "reason": "wrong lists"})):
        shown = client.get(page).text
        assert ("You may not do this. Who may: " in shown, 'name="reason"' in shown) == (True, False)
        told = send_unoffered(client, page, **fields)
        assert (told.status_code, "You may not do this for " in told.text) == (409, True)
    assert not stopped(settings().home)


def test_deliveries_are_stopped_at_once_and_resumed_with_a_second_person(client: TestClient) -> None:
    assert send(client, "/stop", "/stop", action="stop", reason=" ").status_code == 409
    told = send(client, "/stop", "/stop", action="stop", reason="wrong <lists>")
    assert "Deliveries are stopped" in _said(told.text)
    assert "wrong &lt;lists&gt;" in told.text
    in_force = stopped(settings().home)
    assert in_force is not None and (in_force.by.name, in_force.why) == ("ika", "wrong <lists>")
    # Who stops for one market resumes for none.
    assert "You may not do this. Who may: bo, cy." in _said(client.get("/stop").text)
    refused = send_unoffered(client, "/stop", action="resume", reason="corrected")
    assert (refused.status_code, "You may not do this for all markets. Who may: bo, cy." in refused.text) == (409, True)
    log_in("bo")
    send(client, "/stop", "/stop", action="resume", reason="corrected")
    assert _asked() == [("resume", "bo")]
    assert stopped(settings().home)


def test_the_newest_night_is_reversed_as_it_was_shown(client: TestClient) -> None:
    assert client.get("/reverse").status_code == 403
    assert "reverse the newest night" not in client.get("/").text
    log_in("bo")
    page = client.get("/reverse").text
    assert re.search(r"Penalties 17 16 17 Rewards 2 2 2", _said(page)), _said(page)
    assert f"lists/against?night={NIGHT}&amp;against={EARLIER}" in page
    stale = send(client, "/reverse", "/reverse", release="0" * 64, reason="wrong")
    assert (stale.status_code, "Another release is the newest by now" in stale.text) == (409, True)
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    told = send(client, "/reverse", "/reverse", **fields, reason="granted by mistake")
    assert "Another person approves it" in _said(told.text)
    assert _asked() == [("reverse", "bo")]


def test_who_has_no_role_for_it_in_airflow_is_told_so_in_the_place_of_the_form(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in("bo")
    asked: list[str] = []

    class Manager:
        def is_authorized_dag(self, *, method: str, access_entity: object, details: Any, user: object) -> bool:
            asked.append(f"{method} {details.id}")
            return False

    monkeypatch.setattr(airflow_api, "_running", object)
    monkeypatch.setattr(security, "get_auth_manager", Manager)
    monkeypatch.setattr(DagModel, "get_team_name", lambda dag: None)
    for page in ("/emergency?market=ID", "/stop", "/reverse", "/held"):
        shown = client.get(page).text
        assert 'name="reason"' not in shown and "<button aria-label" not in shown, page
        assert page == "/held" or "Your role in Airflow doesn&#39;t let you do this" in shown
    assert set(asked) == {"POST emergency_measure", "POST emergency_stop", "POST release_reversed"}
    # Airflow knows nothing of cases.
    assert 'name="about"' in client.get("/cases?opening=true").text


def test_a_form_of_another_site_asks_for_nothing(client: TestClient) -> None:
    for page in ("/emergency", "/stop", "/reverse"):
        for headers in ({}, {"origin": HERE}, {"origin": "https://elsewhere"}):
            form = MEASURE | {"accounts": "elsewhere1", "action": "stop", "reason": "x"}
            assert client.post(page, data=form, headers=headers).status_code == 403
    assert not stopped(settings().home)


def test_before_the_first_night_nothing_can_be_asked_for(nothing_released: TestClient) -> None:
    for page in ("/emergency", "/reverse"):
        assert "Nothing is released yet" in nothing_released.get(page).text
    assert "Stop all deliveries" in nothing_released.get("/stop").text
