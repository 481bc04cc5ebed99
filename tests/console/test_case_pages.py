"""The pages of cases: the queue, what people do at one, and whose forms count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from cases.nights import NIGHT, release
from console.case_forms import HERE, send, send_unoffered
from console.serving import log_in, seen_by_all
from console.two_managers import Rewritten, managed
from evenhand.cases import work
from evenhand.cases.night import update
from evenhand.cases.night_facts import night_facts
from evenhand.cases.store import reading, writing
from evenhand.console.text_refusals import FAULTS, WHAT
from evenhand.records.persons import Person
from evenhand.records.written import FaultKind, What
from evenhand.settings import settings


class Browser:
    """Somebody's browser: it sends a form with what the page that it was on carries."""

    def __init__(self, client: TestClient) -> None:
        self._client = client

    def get(self, address: str) -> str:
        return str(self._client.get(address).text)

    def send(self, page: str, to: str, **fields: str) -> Response:
        return send(self._client, page, to, **fields)


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("EVENHAND_CASES", "")
    with seen_by_all(tmp_path) as app:
        log_in("ann")
        yield TestClient(app, base_url=HERE, headers={"accept": "text/html"})


@pytest.fixture
def ann(client: TestClient) -> Browser:
    return Browser(client)


@pytest.fixture
def case(ann: Browser) -> str:
    """The address of a case that ann opened by hand."""
    told = ann.send(
        "/cases", "/cases", market="ID", about="press call", title="They <ask> about a live", account="A1 A2"
    )
    assert told.status_code == 200, told.text
    return told.url.path


def test_a_case_is_opened_by_hand_and_stands_in_the_queue(ann: Browser, case: str) -> None:
    queue = ann.get("/cases?kind=escalation&market=ID")
    assert "1 case as of night" in queue
    assert "They &lt;ask&gt; about a live" in queue
    assert "There is no such case" in ann.get("/cases?market=SG")
    page = ann.get(case)
    assert "creator?account=A1" in page
    assert "nobody is listed at the next level" in page.lower()


def test_it_is_taken_commented_closed_and_reopened_by_who_is_logged_in(ann: Browser, case: str) -> None:
    ann.send(case, f"{case}/take")
    ann.send(case, f"{case}/comment", text="<b>called back</b>")
    assert "&lt;b&gt;called back&lt;/b&gt;" in ann.get(case)
    assert "No reason is given: say why" in ann.send(case, f"{case}/close", text=" ").text
    ann.send(case, f"{case}/close", text="settled")
    assert "1 case as of" in ann.get("/cases?state=closed")
    ann.send(case, f"{case}/reopen", text="they called again")
    with reading(settings().home, "") as store:
        (found,) = store.all().values()
    assert (found.state, found.owner) == ("open", "ann")
    assert [(each.action, each.who) for each in found.events] == [
        (action, "ann") for action in ("opened", "taken", "commented", "closed", "reopened")
    ]


def test_who_saw_an_older_version_changes_nothing(ann: Browser, case: str) -> None:
    ann.send(case, f"{case}/take")
    late = ann.send(case, f"{case}/close", seen="1", text="settled")
    assert late.status_code == 409
    assert "Somebody changed this case since it was shown" in late.text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("bo has this case. Assign it to yourself", "This case is closed: reopen it first.")),
        ("id", ("bo menangani kasus ini.", "Kasus ini sudah ditutup")),
        ("zh", ("此案件由 bo 处理", "此案件已关闭")),
        ("pt_BR", ("bo cuida deste caso.", "Este caso está encerrado")),
    ],
)
def test_what_cant_be_done_at_a_case_is_said_in_the_readers_language_and_with_no_command(
    ann: Browser, case: str, language: str, said: tuple[str, str]
) -> None:
    ann.send(case, f"{case}/assign", text="bo")
    taken = ann.send(case, f"{case}/take?lang={language}")
    ann.send(case, f"{case}/close", text="settled")
    closed = ann.send(case, f"{case}/escalate?lang={language}", text="now")
    for answer, words in zip((taken, closed), said, strict=True):
        assert answer.status_code == 409
        (alert,) = re.findall(r'role="alert">(.*?)</p>', answer.text)
        assert words in alert
        assert "evenhand " not in alert


def test_every_fault_of_a_text_has_words_on_pages() -> None:
    assert set(get_args(FaultKind)) == set(FAULTS)
    assert set(get_args(What)) == set(WHAT)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "The comment can&#39;t be taken: sign 4 of line 2 is U+202E, which nobody sees. Write it otherwise."),
        ("id", "Komentar tidak dapat diterima: karakter ke-4 pada baris 2 adalah U+202E"),
        ("zh", "无法接受评论"),
        ("pt_BR", "O comentário não pode ser aceito: o caractere 4 da linha 2 é U+202E"),
    ],
)
def test_a_comment_that_cant_be_taken_is_refused_in_the_readers_language(
    ann: Browser, case: str, language: str, said: str
) -> None:
    refused = ann.send(case, f"{case}/comment?lang={language}", text="fine\nok \u202eevil")
    assert refused.status_code == 409
    (alert,) = re.findall(r'role="alert">(.*?)</p>', refused.text)
    assert alert.startswith(said)


def test_the_same_case_isnt_opened_twice(ann: Browser, case: str) -> None:
    again = ann.send("/cases", "/cases", market="ID", about="press call", title="Again", account="")
    assert again.status_code == 409
    assert "is open already" in again.text


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({}, ""),
        ({"origin": HERE}, ""),
        ({"origin": HERE}, "0" * 64),
        ({"origin": "https://elsewhere"}, "right"),
        ({"origin": "null"}, "right"),
        ({}, "right"),
        ({"origin": HERE, "sec-fetch-site": "cross-site"}, "right"),
        ({"origin": HERE, "sec-fetch-site": "same-site"}, "right"),
    ],
)
def test_a_form_of_another_site_is_refused(
    client: TestClient, ann: Browser, case: str, headers: dict[str, str], token: str
) -> None:
    (right,) = set(re.findall(r'name="token" value="(\w+)"', ann.get(case)))
    fields = {"token": right if token == "right" else token, "seen": "1", "text": "x"}
    assert client.post(f"{case}/comment", data=fields, headers=headers).status_code == 403
    assert client.post("/cases", data=fields, headers=headers).status_code == 403
    with reading(settings().home, "") as store:
        assert [len(each.events) for each in store.all().values()] == [1]


def test_a_token_of_somebody_else_is_refused(client: TestClient, ann: Browser, case: str) -> None:
    (of_ann,) = set(re.findall(r'name="token" value="(\w+)"', ann.get(case)))
    log_in("bob")
    sent = client.post(f"{case}/comment", data={"token": of_ann, "seen": "1", "text": "x"}, headers={"origin": HERE})
    assert sent.status_code == 403


def test_where_nobody_logs_in_a_name_is_asked_for_and_said_to_be_their_own_word(
    client: TestClient, ann: Browser, case: str
) -> None:
    log_in("Anonymous")
    assert "Your name" in ann.get(case)
    assert "It isn&#39;t known who this is: write your name." in ann.send(case, f"{case}/comment", text="x").text
    assert "cleo (by their own word)" in ann.send(case, f"{case}/comment", text="x", by="cleo").text


def test_who_may_not_work_at_cases_of_a_market_is_refused(
    client: TestClient, ann: Browser, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = tmp_path / "people.yml"
    people.write_text(
        "people:\n"
        "  - {user: ann, markets: [SG], rights: [see, work_cases]}\n"
        "  - {user: bo, markets: all, rights: [admin]}\n"
        "  - {user: cy, markets: all, rights: [admin]}\n"
    )
    monkeypatch.setenv("EVENHAND_PEOPLE", str(people))
    shown = ann.get(case)
    assert ("You may not do this. Who may: bo, cy." in shown, "<button>Comment" in shown) == (True, False)
    told = send_unoffered(client, f"{case}/comment", seen="1", text="x")
    assert told.status_code == 409
    assert "You may not do this for Indonesia (ID). Who may: bo, cy." in told.text


def test_a_case_that_was_escalated_leads_to_a_measure_now_on_its_accounts(
    ann: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = tmp_path / "people.yml"
    people.write_text(
        "people:\n"
        "  - {user: ann, markets: all, rights: [admin]}\n"
        "  - {user: bo, markets: all, rights: [admin], level: 1}\n"
    )
    monkeypatch.setenv("EVENHAND_PEOPLE", str(people))
    with writing(tmp_path) as store:
        opened = work.open_case(
            store, tmp_path, Person("ann", True), "near_closing", "ID", "x", "A1 is near", ["A1"], NIGHT
        )
    case = f"/cases/{opened.case_id}"
    assert "/emergency?" not in ann.get(case) and "Escalate to bo" in ann.get(case)
    # Who has it already isn't offered to have it.
    with writing(tmp_path) as store:
        given = work.open_case(store, tmp_path, Person("ann", True), "near_closing", "ID", "y", "Near", ["A2"], NIGHT)
        work.assign(store, tmp_path, Person("ann", True), given.case_id, "bo")
    assert "Escalate to" not in (page := ann.get(f"/cases/{given.case_id}"))
    assert "bo, who has it, is also the next level of escalation." in page
    ann.send(case, f"{case}/escalate", text="It is urgent")
    assert "emergency?market=ID&amp;account=A1" in ann.get(case)


def test_a_case_is_offered_to_the_first_person_above_who_doesnt_have_it(
    ann: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = tmp_path / "people.yml"
    people.write_text(
        "people:\n"
        "  - {user: ann, markets: all, rights: [admin]}\n"
        "  - {user: bo, markets: all, rights: [work_cases], level: 1}\n"
        "  - {user: cy, markets: all, rights: [admin], level: 2}\n"
    )
    monkeypatch.setenv("EVENHAND_PEOPLE", str(people))
    with writing(tmp_path) as store:
        opened = work.open_case(store, tmp_path, Person("ann", True), "near_closing", "ID", "x", "Near", ["A1"], NIGHT)
        work.assign(store, tmp_path, Person("ann", True), opened.case_id, "bo")
    case = f"/cases/{opened.case_id}"
    assert "Escalate to cy" in ann.get(case)
    ann.send(case, f"{case}/escalate", text="It is urgent")
    assert "cy, escalated to level 2" in ann.get(case)


def test_what_is_of_an_account_is_read_by_the_people_of_its_newest_market_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENHAND_CASES", "")
    home = tmp_path / "home"

    def released(name: str, **markets: str) -> None:
        profiles = [{"account_id": account, "market": market} for account, market in markets.items()]
        link = release(home, name=name, account_profiles=profiles)
        # A revision has a folder of its own, and the night leads to the newest.
        revision = home / "revisions" / str(ord(name))
        revision.parent.mkdir(exist_ok=True)
        link.rename(revision)
        link.symlink_to(revision)
        Rewritten(revision).say(files={})

    with managed(home, tmp_path / "people.yml") as client:
        released("a", a1="ID", a2="ID")
        ids = {}
        for about, accounts in (("one", "a1"), ("two", "a1 a2")):
            told = send(client, "/cases", "/cases", market="ID", about=about, title=f"About {about}", account=accounts)
            ids[about] = told.url.path
        refused = send(client, "/cases", "/cases", market="ID", about="x", title="x", account="a3")
        assert (refused.status_code, "1 creator is not known in Indonesia (ID)" in refused.text) == (409, True)
        with night_facts((home / "releases" / f"night={NIGHT}").resolve(), None, []) as facts, writing(home) as store:
            update(store, facts)
        assert "a1: 1 day" in client.get(ids["two"]).text
        # It moves, and the night's cases aren't looked at yet.
        (home / "releases" / f"night={NIGHT}").unlink()
        released("b", a1="world", a2="ID")
        of_two = client.get(ids["two"]).text
        assert "a1: " not in of_two and "account=a1" not in of_two and "a2: 1 day" in of_two
        assert client.get(ids["one"]).status_code == 404 and "About one" not in client.get("/cases").text
        log_in("wen")
        assert "a1: 1 day" in client.get(ids["one"]).text and "About one" in client.get("/cases").text
        assert client.get(ids["two"]).status_code == 404


def test_a_case_that_isnt_there_and_an_action_that_isnt_one(client: TestClient, ann: Browser, case: str) -> None:
    assert client.get("/cases/none").status_code == 404
    sent = ann.send(case, f"{case}/delete", text="x")
    assert sent.status_code == 422
