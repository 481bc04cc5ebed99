"""Who is sent which board, of what they may see: each night, each week, or when a figure begins to miss its target."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from evenhand.settings import settings
from evenhand.tasks import alerts
from evenhand.tasks.reports import NotSent, send_reports
from people.people import write_people
from reports.pdfs import text_of_pdf
from reports.releases import release

# A Wednesday; the Sunday after it is four nights later.
WEDNESDAY = date(2026, 3, 25)
PEOPLE = """\
changed_by: ann
people:
  - {user: ann, markets: all, rights: [admin]}
  - {user: bo, markets: all, rights: [admin, see], address: bo@here}
  - {user: cy, markets: [ID, TH], rights: see, address: cy@here, language: id}
  - {user: dee, markets: SG, rights: see, address: dee@here}
  - {user: eve, markets: ID, rights: see}
  - {user: fay, markets: ID, rights: stop, address: fay@here}
"""
BOARD = """\
board: quality
title: Quality
markets: [all, ID]
metrics: [grant_rate]
told:
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_people(tmp_path, monkeypatch, PEOPLE)
    (tmp_path / "boards").mkdir()
    monkeypatch.setenv("EVENHAND_BOARDS", str(tmp_path / "boards"))
    said = {"file": str(tmp_path / "heard"), "text": "{{ subject }} | {{ body }} | {{ files | join(' ') }}"}
    heard = {"classpath": "cases.notifier.Heard", "kwargs": said}
    monkeypatch.setenv("EVENHAND_PEOPLE_NOTIFIERS", json.dumps([heard]))
    return settings().home


def told(home: Path, *lines: str, name: str = "quality", top: str = BOARD) -> None:
    text = top.replace("quality", name) + "".join(f"  - {{{line}}}\n" for line in lines)
    (home.parent / "boards" / f"{name}.yml").write_text(text)


def night(home: Path, ago: int, rates: dict[str, str]) -> date:
    """A night, counted from the Wednesday, with the rates of markets of which each is to be at most 0.5."""
    of = WEDNESDAY + timedelta(days=ago)
    rows = [
        ("grant_rate", market, "", None, Decimal(rate), None, None, Decimal(50), True, "share")
        for market, rate in rates.items()
    ]
    targets = [
        {"metric": "grant_rate", "market": market, "at_most": 0.5, "effective_from": "2026-01-01"}
        for market in ("all", "ID", "SG")
    ]
    files = {"penalties": [], "rewards": [], "standings": [], "operational_metrics": rows}
    release(home, of, files, targets={"targets": targets})
    return of


def heard(home: Path) -> list[tuple[str, str]]:
    file = home.parent / "heard"
    found = [(to, text) for to, text in map(json.loads, file.read_text().splitlines())] if file.exists() else []
    file.unlink(missing_ok=True)
    return found


def test_only_who_may_see_its_markets_is_sent_a_board_and_each_has_theirs(home: Path) -> None:
    told(home, *(f"user: {user}, when: night" for user in ("bo", "cy", "dee", "eve", "fay", "nobody")))
    of = night(home, 0, {"all": "0.7", "ID": "0.4", "SG": "0.9"})
    assert send_reports(of)["told"] == "2 reports, 0 of them not sent"
    (to_bo, for_bo), (to_cy, for_cy) = heard(home)
    assert (to_bo, to_cy) == ("bo@here", "cy@here")
    assert for_bo.startswith("Quality: 25 Mar 2026 | There is nothing before it to compare with.")
    assert "Grant rate · All markets is 70.0" in for_bo
    page, workbook, printed = map(Path, for_cy.rpartition(" | ")[2].split())
    assert (page.name, workbook.name) == ("board.quality.ID.id.html", "board.quality.ID.id.xlsx")
    assert printed.name == "board.quality.ID.id.pdf" and "40,0" in text_of_pdf(printed.read_bytes())
    assert for_cy.startswith("Quality: 25 Mar 2026 | ")
    assert "40,0" in page.read_text() and "70,0" not in page.read_text() and "90,0" not in page.read_text()
    # Cleared and run again, nobody is sent anything twice.
    assert send_reports(of)["told"] == "2 reports, 0 of them not sent"
    assert heard(home) == []


def test_who_hears_of_news_hears_when_a_figure_of_theirs_begins_to_miss_and_weekly_while_it_does(home: Path) -> None:
    told(home, "user: bo", "user: cy, when: off_target")
    sent = {}
    rates = [
        ("0.4", "0.4"),
        ("0.6", "0.4"),
        ("0.6", "0.4"),
        ("0.6", "0.6"),
        ("0.6", "0.6"),
        ("0.4", "0.4"),
        ("0.4", "0.6"),
    ]
    for ago, (of_all, of_id) in enumerate(rates):
        send_reports(night(home, ago, {"all": of_all, "ID": of_id}))
        sent[ago] = [to for to, _ in heard(home)]
    # Of all markets on Thursday, of Indonesia on Saturday; on Sunday for it is still so; and once more on Tuesday.
    both = ["bo@here", "cy@here"]
    assert sent == {0: [], 1: ["bo@here"], 2: [], 3: both, 4: both, 5: [], 6: both}


def test_who_is_told_weekly_is_told_on_sundays_once_whatever_else_it_says(home: Path) -> None:
    told(home, "user: bo, when: [week, off_target]")
    for ago in (3, 4):
        send_reports(night(home, ago, {"all": "0.6", "ID": "0.4"}))
        assert [to for to, _ in heard(home)] == ["bo@here"]
    for ago in (10, 11):
        send_reports(night(home, ago, {"all": "0.4", "ID": "0.4"}))
        assert [to for to, _ in heard(home)] == (["bo@here"] if ago == 11 else [])


def test_a_broken_board_is_told_and_keeps_no_report_and_no_other_board_from_being_sent(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complained: list[str] = []
    monkeypatch.setattr(alerts, "tell", complained.append)
    told(home, "user: bo, when: night")
    told(home, "user: cy, when: night", name="other", top=BOARD.replace("grant_rate", "grant_rat"))
    of = night(home, 0, {"all": "0.4"})
    assert send_reports(of)["told"].startswith("1 reports, 0 of them not sent; a board can't be used: ")
    assert [to for to, _ in heard(home)] == ["bo@here"]
    (said,) = complained
    assert "boards/other.yml:4:11: metrics[0].metric: found grant_rat; expected a metric of docs/metrics.md" in said


def test_a_board_that_couldnt_be_sent_is_sent_when_it_is_tried_again(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(home, "user: bo")
    night(home, 0, {"all": "0.4"})
    of = night(home, 1, {"all": "0.6"})
    with monkeypatch.context() as patch:
        patch.setenv("EVENHAND_PEOPLE_NOTIFIERS", json.dumps([{"classpath": "cases.notifier.Heard", "kwargs": {
            "file": str(home / "nowhere" / "heard"), "text": "x"}}]))  # fmt: skip
        with pytest.raises(NotSent, match=r"bo wasn't sent board\.quality\.en \(Heard: "):
            send_reports(of)
    send_reports(of)
    assert [to for to, _ in heard(home)] == ["bo@here"]


def test_of_a_night_that_knows_none_of_its_markets_nothing_is_sent(home: Path) -> None:
    told(home, "user: bo, when: night", "user: cy, when: [night, off_target]")
    sent = send_reports(night(home, 0, {"SG": "0.9"}))["told"]
    assert sent == "2 reports, 0 of them not sent; nothing is known of ID, for cy in people.yml"
    assert heard(home) == []
