"""Sending a report from its page: to whom people.yml lists for its markets, once, by a form of ours, and logged."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from cases.notifier import Heard
from console.case_forms import HERE
from console.serving import log_in, seen_by_all
from evenhand.console.sending import recipients
from evenhand.settings import settings
from evenhand.tasks.reports import send_reports
from people.people import write_people
from reports.releases import release

NIGHT = date(2026, 3, 28)
PEOPLE = """\
people:
  - {user: ann, markets: all, rights: [admin]}
  - {user: bo, markets: all, rights: [admin, see], address: bo@here}
  - {user: cy, markets: [ID, TH], rights: see, address: cy@here}
  - {user: dee, markets: ID, rights: stop, address: dee@here}
  - {user: eve, markets: ID, rights: see}
  - {user: fay, markets: ID, rights: support, address: fay@here}
  - {role: Viewer, markets: all, rights: see, address: all@here}
"""
FORM = f"/reports/night/send?night={NIGHT}&market=ID"


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    write_people(tmp_path, monkeypatch, PEOPLE)
    rows = [(market, market, "warning") for market in ("ID", "SG")]
    release(settings().home, NIGHT, {"penalties": rows, "rewards": [], "standings": []})
    _notify(monkeypatch, tmp_path / "heard")
    with seen_by_all(settings().home) as app:
        log_in("ann\n")
        yield TestClient(app, base_url="http://127.0.0.1:8080", headers={"accept": "text/html"})


def _notify(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    heard = {"classpath": "cases.notifier.Heard", "kwargs": {"file": str(file), "text": "{{ subject }}|{{ body }}"}}
    monkeypatch.setenv("EVENHAND_PEOPLE_NOTIFIERS", json.dumps([heard]))


def _send(client: TestClient, to: str) -> Response:
    (token,) = re.findall(r'name="token" value="(\w+)"', client.get(FORM).text)
    form = {"token": token, "night": str(NIGHT), "market": "ID", "lang": "en", "to": to}
    told: Response = client.post(
        "/reports/night/send", data=form, headers={"origin": HERE, "sec-fetch-site": "same-origin"}
    )
    return told


def _heard(tmp_path: Path) -> list[tuple[str, str]]:
    file = tmp_path / "heard"
    return [(to, text) for to, text in map(json.loads, file.read_text().splitlines())] if file.exists() else []


def test_only_users_with_an_address_who_may_see_all_of_its_markets_can_be_sent_it(client: TestClient) -> None:
    assert recipients(["ID"]) == {"bo": "bo@here", "cy": "cy@here"}
    assert recipients(["ID", "SG"]) == recipients([]) == {"bo": "bo@here"}
    page = client.get(FORM).text
    assert [name for name in ("ann", "bo", "cy", "dee", "eve", "fay") if f'value="{name}"' in page] == ["bo", "cy"]
    assert "@here" not in page


def test_it_is_sent_once_however_often_one_clicks_and_logged(
    client: TestClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "evenhand.console.sending")
    with ThreadPoolExecutor(2) as clicks:
        said = [each.text for each in clicks.map(lambda _: _send(client, "cy"), range(2))]
    assert sorted("cy was sent it." in each for each in said) == [False, True]
    assert sorted("cy has this report already" in each for each in said) == [False, True]
    ((to, text),) = _heard(tmp_path)
    assert to == "cy@here"
    assert text.startswith("Night of 28 Mar 2026: Indonesia (ID)|")
    (line,) = [each.getMessage() for each in caplog.records if each.name == "evenhand.console.sending"]
    assert line == "'ann\\n' sends night.ID.en of night 2026-03-28 to 'cy': sent"
    # Somebody else gets it all the same, and whoever had it once more what came out otherwise.
    assert "bo was sent it." in _send(client, "bo").text
    rows = [("another", "ID", "warning"), ("more", "ID", "warning")]
    release(settings().home, NIGHT, {"penalties": rows, "rewards": [], "standings": []})
    assert "cy was sent it." in _send(client, "cy").text
    assert [to for to, _ in _heard(tmp_path)] == ["cy@here", "bo@here", "cy@here"]


@pytest.mark.parametrize("is_first_from_its_page", [True, False])
def test_who_the_night_sent_its_report_is_not_sent_the_very_same_from_its_page_nor_the_other_way_round(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_first_from_its_page: bool
) -> None:
    of_one_market = "markets: ID, rights: see, reports: night, address: cy@here"
    write_people(
        tmp_path, monkeypatch, PEOPLE.replace("markets: [ID, TH], rights: see, address: cy@here", of_one_market)
    )
    if is_first_from_its_page:
        assert "cy was sent it." in _send(client, "cy").text
    for _ in range(2):
        assert send_reports(NIGHT)["told"].startswith("1 reports, 0 of them not sent")
    assert "cy has this report already" in _send(client, "cy").text
    assert [to for to, _ in _heard(tmp_path)] == ["cy@here"]
    # What came out otherwise since is another letter.
    rows = [("another", "ID", "warning"), ("more", "ID", "warning")]
    release(settings().home, NIGHT, {"penalties": rows, "rewards": [], "standings": []})
    assert "cy was sent it." in _send(client, "cy").text
    assert [to for to, _ in _heard(tmp_path)] == ["cy@here", "cy@here"]


def test_the_night_and_a_page_that_send_the_very_same_at_once_send_it_once(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_people(
        tmp_path,
        monkeypatch,
        PEOPLE.replace("[ID, TH], rights: see, address: cy", "ID, rights: see, reports: night, address: cy"),
    )
    with ThreadPoolExecutor(2) as both:
        night, page = both.submit(send_reports, NIGHT), both.submit(_send, client, "cy")
    assert night.result()["told"].startswith("1 reports, 0 of them not sent")
    assert any(said in page.result().text for said in ("cy was sent it.", "cy has this report already"))
    assert [to for to, _ in _heard(tmp_path)] == ["cy@here"]


def test_what_a_killed_night_may_have_sent_is_not_sent_from_its_page(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_people(
        tmp_path,
        monkeypatch,
        PEOPLE.replace("[ID, TH], rights: see, address: cy", "ID, rights: see, reports: night, address: cy"),
    )

    def die(_notifier: Heard, _context: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Heard, "notify", die)
        send_reports(NIGHT)
    assert "known whether it was sent; delete " in _send(client, "cy").text
    assert _heard(tmp_path) == []


@pytest.mark.parametrize("to", ["dee", "eve", "fay", "nobody", "ann", "all@here", ""])
def test_to_somebody_else_nothing_is_sent(client: TestClient, tmp_path: Path, to: str) -> None:
    refused = _send(client, to)
    assert (refused.status_code, "nothing was sent" in refused.text) == (409, True)
    assert _heard(tmp_path) == []


def test_a_form_of_another_site_or_without_its_token_sends_nothing(client: TestClient, tmp_path: Path) -> None:
    form = {"night": str(NIGHT), "market": "ID", "to": "cy"}
    for headers in ({"origin": "http://elsewhere"}, {"origin": HERE, "sec-fetch-site": "same-origin"}):
        assert client.post("/reports/night/send", data=form, headers=headers).status_code == 403
    assert _heard(tmp_path) == []


def test_what_keeps_it_from_being_sent_is_said_and_it_can_be_tried_again(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        _notify(patch, tmp_path / "nowhere" / "heard")
        assert "bo wasn&#39;t sent it: Heard: " in _send(client, "bo").text
    assert "bo was sent it." in _send(client, "bo").text
    assert [to for to, _ in _heard(tmp_path)] == ["bo@here"]


def test_where_nobody_can_be_told_the_page_says_so(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVENHAND_PEOPLE_NOTIFIERS")
    assert "There is nobody to send it to" in client.get(FORM).text
    assert client.get(f"/reports/nothing/send?night={NIGHT}").status_code == 404
    assert client.get(f"/reports/night/send?night={NIGHT}&market=nowhere").status_code == 404
