"""The page of held lists: what waits, what each answer does, and whose answers count for what was shown."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from console.case_forms import HERE, send, send_unoffered
from console.conftest import EARLIER, NIGHT
from console.held_night import ON
from console.links import leading_nowhere
from console.serving import log_in
from console.two_managers import managed
from evenhand.approval.answers import answers
from evenhand.console.held import Changes, Waiting
from evenhand.settings import settings
from evenhand.tasks.night import publish_release
from reports.releases import held


@pytest.fixture
def client(held_home: Path, tmp_path: Path) -> Iterator[TestClient]:
    with managed(held_home, tmp_path / "people.yml") as client:
        log_in("bo")
        yield client
    # Other tests look at it too.
    for decided in ("approvals", "people"):
        shutil.rmtree(held_home / decided, ignore_errors=True)


def _said(page: str) -> str:
    body = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def _form(client: TestClient, of: str) -> dict[str, str]:
    """The fields of a list's forms, as the page has them."""
    (article,) = re.findall(rf'<article id="{of}">.*?</article>', client.get("/held").text, flags=re.DOTALL)
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', article))
    return {name: fields[name] for name in ("list", "market", "digest", "changes", "answered")}


def test_each_list_says_why_it_waits_and_what_each_answer_does(client: TestClient) -> None:
    page = client.get("/held").text
    said = _said(page)
    assert "1 &lt;row&gt; removed, none is usual" in page
    assert "Corrections of what was decided before: 1 waits, 1 row would change" in said
    assert "A changed policy: 1 waits" in said
    assert "Changed by: mai." in said
    for numbers in (
        "it keeps what was released on 5 Mar 2026: 14 of 14 rows in force tonight",
        "tonight's list is released: 13 rows , by 1 change",
    ):
        assert numbers in said, said
    assert f"lists/changes?night={NIGHT}&amp;market=world&amp;list=penalties" in page
    assert f"held?night={NIGHT}#penalties-world" in client.get("/").text


def test_every_link_of_the_pages_of_a_night_with_held_lists_leads_somewhere(client: TestClient) -> None:
    opened: set[str] = set()
    pages = ("/held", "/held/all", "/lists/held")
    wrong = [each for page in pages for each in leading_nowhere(client, page, opened)]
    assert wrong == []
    assert f"/policies/creators_id-v1?night={NIGHT}&against=creators_id-v1" in opened


def test_an_answer_is_written_down_under_the_name_of_who_is_logged_in(client: TestClient) -> None:
    told = send(client, "/held", "/held", **_form(client, "penalties-world"), say="approve")
    assert told.status_code == 200
    assert "Penalties of world: approved, by bo" in _said(told.text)
    (given,) = answers(settings().approvals, ON)
    assert (given.list, given.market, given.said, given.by) == ("penalties", "world", "approved", "bo")
    assert "approved by bo" in _said(client.get("/held").text)
    # The same once more: it was answered meanwhile, so that it counts once.
    assert 'id="penalties-world"' in client.get("/held").text
    assert 'aria-label="Approve: Penalties of world"' not in client.get("/held").text


def test_an_answer_to_what_isnt_shown_any_more_counts_for_nothing_and_says_what_differs(client: TestClient) -> None:
    form = _form(client, "penalties-world") | {"digest": "0" * 64, "changes": "7"}
    told = send(client, "/held", "/held", **form, say="approve")
    assert told.status_code == 409
    said = "came out otherwise since: 1 row would change now, and 7 would have when the page was shown"
    assert said in _said(told.text)
    gone = send(client, "/held", "/held", **form | {"market": "nowhere"}, say="approve")
    assert (gone.status_code, "isn't held on night" in gone.text.replace("&#39;", "'")) == (409, True)
    strange = send(client, "/held", "/held", **_form(client, "penalties-world"), say="burn")
    assert strange.status_code == 409
    assert not answers(settings().approvals, ON)


@pytest.mark.parametrize(("first", "then"), [("reject", "approve"), ("approve", "reject"), ("reject", "reject")])
def test_an_answer_from_a_page_that_did_not_show_anothers_counts_for_nothing_and_says_whose_that_is(
    client: TestClient, first: str, then: str
) -> None:
    shown = _form(client, "penalties-world")
    all_shown = dict(re.findall(r'type="hidden" name="(say|digest)" value="([^"]*)"', client.get("/held/all").text))
    log_in("cy")
    assert send(client, "/held", "/held", **shown, say=first).status_code == 200
    log_in("bo")
    told = send(client, "/held", "/held", **shown, say=then)
    assert told.status_code == 409
    answered = "approved" if first == "approve" else "rejected"
    when = r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"
    assert re.search(f"Penalties of world: {answered} by cy at {when}, after the page was shown", _said(told.text))
    everything = send(client, "/held/all", "/held/all", **all_shown)
    assert (everything.status_code, "nothing was answered" in everything.text) == (409, True)
    assert [(each.said, each.by) for each in answers(settings().approvals, ON)] == [(answered, "cy")]


def test_what_was_rejected_waits_for_nobody_and_who_rejected_it_is_said(client: TestClient) -> None:
    waits = "Penalties of world wait for an answer"
    assert waits in _said(client.get("/").text) and waits in client.get("/card/lines").text
    send(client, "/held", "/held", **_form(client, "penalties-world"), say="reject")
    try:
        publish_release(ON)
        tonight = _said(client.get("/").text)
        assert waits not in tonight and "Penalties of world : rejected by bo" in tonight
        assert "Rewards of Indonesia (ID) wait for an answer" in tonight
        assert "Penalties of world" not in client.get("/card/lines").text
    finally:
        # Other tests look at it as it was.
        shutil.rmtree(settings().approvals)
        publish_release(ON)
    assert waits in _said(client.get("/").text)


def test_after_a_first_wave_that_the_page_shows_the_rest_is_answered(client: TestClient) -> None:
    log_in("cy")
    send(client, "/held", "/held", **_form(client, "penalties-world"), say="first_wave")
    log_in("bo")
    form = _form(client, "penalties-world")
    assert form["answered"] == "first wave by cy"
    assert send(client, "/held", "/held", **form | {"answered": ""}, say="approve").status_code == 409
    assert send(client, "/held", "/held", **form, say="approve").status_code == 200
    assert [each.said for each in answers(settings().approvals, ON)] == ["first_wave", "approved"]


def test_who_changed_the_policy_and_who_has_no_right_for_the_market_are_refused(
    client: TestClient, tmp_path: Path
) -> None:
    people = tmp_path / "people.yml"
    people.write_text(people.read_text() + "  - {user: mai, markets: [ID], rights: [see, approve]}\n")
    log_in("mai")
    # Before that they are led to where the two versions are compared.
    assert "./policies/creators_id-v1?night=2026-03-06&amp;against=creators_id-v1" in client.get("/held").text
    told = send(client, "/held", "/held", **_form(client, "rewards-ID"), say="approve")
    assert (told.status_code, "mai changed what decides this, so somebody else has to approve it." in told.text) == (
        409,
        True,
    )
    # Of another market, it is answered as of one that isn't held.
    log_in("bo")
    world = _form(client, "penalties-world")
    log_in("mai")
    assert "penalties-world" not in client.get("/held").text
    refused = send(client, "/held", "/held", **world, say="approve")
    unknown = send(client, "/held", "/held", **world | {"market": "mars"}, say="approve")
    assert refused.status_code == unknown.status_code == 409
    assert refused.text.replace("world", "mars") == unknown.text
    assert not answers(settings().approvals, ON)


def test_who_may_answer_nothing_is_told_who_may_and_shown_no_form(client: TestClient, tmp_path: Path) -> None:
    people = tmp_path / "people.yml"
    people.write_text(people.read_text() + "  - {user: vi, markets: [ID], rights: [see, emergency]}\n")
    form = _form(client, "rewards-ID")
    log_in("vi")
    page = client.get("/held").text
    assert ("You may not do this. Who may: ika, bo, cy." in page, "<button aria-label" in page) == (True, False)
    assert "approve all that I may" not in page
    refused = send_unoffered(client, "/held", **form, say="reject")
    assert (refused.status_code, "You may not do this for Indonesia (ID). Who may: ika, bo, cy." in refused.text) == (
        409,
        True,
    )
    opening = client.get("/cases?opening=true").text
    assert ("Who may: ika, bo, cy." in opening, 'name="about"' in opening) == (True, False)
    # What they may ask for, they are shown.
    assert 'name="reason"' in client.get("/emergency").text
    assert not answers(settings().approvals, ON)


def _sent(client: TestClient, digest: str, was: list[str]) -> Response:
    """The form of all lists, as it was shown at another time."""
    (token,) = set(re.findall(r'name="token" value="(\w+)"', client.get("/held/all").text))
    form = {"token": token, "say": "approve", "digest": digest, "was": was}
    headers = {"origin": HERE, "sec-fetch-site": "same-origin"}
    answer: Response = client.post("/held/all", data=form, headers=headers)
    assert answer.status_code == 409
    return answer


def test_all_that_somebody_may_answer_is_asked_once_more_with_sums(client: TestClient) -> None:
    asked = client.get("/held/all?say=approve").text
    assert "2 lists, 1 row" in _said(asked)
    fields = dict(re.findall(r'type="hidden" name="(say|digest)" value="([^"]*)"', asked))
    stale = send(client, "/held/all?say=approve", "/held/all", digest="0" * 64)
    assert (stale.status_code, "nothing was answered" in stale.text) == (409, True)
    assert not answers(settings().approvals, ON)
    was = re.findall(r'type="hidden" name="was" value="([^"]*)"', asked)
    assert [each.split(" ", 2)[2] for each in was] == ["penalties world", "rewards ID"]
    # As if one had come out otherwise, another waited since, and one no more.
    other = ["x 8 penalties world", "x 3 rewards <TH>", "nonsense"]
    differs = _sent(client, digest="0" * 64, was=other)
    for said in (
        "Penalties of world: 1 row would change now, and 8 would have when the page was shown.",
        "Rewards of Indonesia (ID): an answer is waited for since.",
        "Rewards of <TH>: no answer is waited for any more.",
    ):
        assert said in unescape(_said(differs.text))
    assert "<TH>" not in differs.text
    # Where all waits as it did, only somebody's answer can differ.
    assert "would have when" not in _said(_sent(client, digest="0" * 64, was=was).text)
    assert not answers(settings().approvals, ON)
    told = send(client, "/held/all?say=approve", "/held/all", **fields)
    assert told.status_code == 200
    assert sorted((each.list, each.said) for each in answers(settings().approvals, ON)) == [
        ("penalties", "approved"),
        ("rewards", "approved"),
    ]
    assert "There is nothing that you may answer so" in client.get("/held/all?say=approve").text


def test_of_all_only_those_are_answered_that_somebody_may(client: TestClient) -> None:
    log_in("ika")
    asked = _said(client.get("/held/all?say=reject").text)
    assert "Rewards of Indonesia (ID)" in asked
    assert "world" not in asked
    told = send(client, "/held/all?say=reject", "/held/all")
    assert told.status_code == 200
    assert [(each.market, each.said, each.by) for each in answers(settings().approvals, ON)] == [
        ("ID", "rejected", "ika")
    ]


def test_an_earlier_night_offers_no_answer(client: TestClient) -> None:
    assert "No list is held on this night" in client.get(f"/held?night={EARLIER}").text


def test_a_form_of_another_site_answers_nothing(client: TestClient) -> None:
    form = _form(client, "penalties-world") | {"say": "approve"}
    for headers in ({}, {"origin": HERE}, {"origin": "https://elsewhere"}):
        assert client.post("/held", data=form, headers=headers).status_code == 403
        assert client.post("/held/all", data=form, headers=headers).status_code == 403
    assert not answers(settings().approvals, ON)


def test_where_nothing_can_be_answered_the_page_says_why(client: TestClient, held_home: Path) -> None:
    warehouse = settings().warehouse(ON)
    away = warehouse.with_suffix(".away")
    warehouse.rename(away)
    try:
        page = client.get("/held").text
    finally:
        away.rename(warehouse)
    assert "was computed in is gone: run the night again to answer" in page
    assert "<button aria-label" not in page


def test_before_the_first_night_nothing_is_held(nothing_released: TestClient) -> None:
    assert "Nothing is released yet" in nothing_released.get("/held").text


@pytest.mark.parametrize(
    ("cause", "because"), [("data", "What landed"), ("correction", "Corrections of what was decided before"),
                           ("time", "Something unusual")],
)  # fmt: skip
def test_lists_belong_together_by_what_can_hold_them(cause: str, because: str) -> None:
    rows = [Changes("text", 0, 0, 1), Changes(cause, 1, 5, 3)]
    assert Waiting(held("VN", 10), None, rows, 47, []).because == because
