"""Who is sent which report: of what they may see, once a night, through Airflow's notifiers."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from airflow.models.dagbag import DagBag

from evenhand.settings import PROJECT, settings
from evenhand.tasks.reports import NotSent, send_reports
from people.people import write_people
from reports.pdfs import text_of_pdf
from reports.releases import release

# A Saturday, and the Sunday after it.
SATURDAY = date(2026, 3, 28)
SUNDAY = SATURDAY + timedelta(days=1)
PEOPLE = """\
changed_by: ann
people:
  - {user: ann, markets: all, rights: [admin]}
  - {user: bo, markets: all, rights: [admin, see], reports: [night, week], address: bo@here}
  - {user: cy, markets: [ID, TH], rights: see, reports: night, address: cy@here, language: id}
  - {user: dee, markets: SG, rights: stop, reports: night, address: dee@here}
  - {user: eve, markets: ID, rights: see, reports: night}
  - {user: fay, markets: VN, rights: see, reports: night, address: fay@here}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two nights of three markets; fay's has nothing yet."""
    write_people(tmp_path, monkeypatch, PEOPLE)
    home = settings().home
    for night in (SATURDAY, SUNDAY):
        rows = [(f"{night}/{market}", market, "warning") for market in ("ID", "SG", "TH")]
        release(home, night, {"penalties": rows, "rewards": [], "standings": []})
    _notify(monkeypatch, tmp_path / "heard")
    return home


def _notify(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    said = {"file": str(file), "text": "{{ subject }} | {{ body }} | {{ files | join(' ') }}"}
    heard = {"classpath": "cases.notifier.Heard", "kwargs": said}
    monkeypatch.setenv("EVENHAND_PEOPLE_NOTIFIERS", json.dumps([heard]))


def _heard(home: Path) -> list[tuple[str, str]]:
    file = home.parent / "heard"
    return [(to, text) for to, text in map(json.loads, file.read_text().splitlines())] if file.exists() else []


def test_each_is_sent_what_they_may_see_once_and_the_week_on_a_sunday(home: Path) -> None:
    # fay's one is of nothing, which is told.
    assert send_reports(SATURDAY)["told"] == (
        "3 reports, 0 of them not sent; nothing is known of VN, for fay in people.yml"
    )
    (to_bo, for_bo), (to_cy, for_cy) = _heard(home)
    assert (to_bo, to_cy) == ("bo@here", "cy@here")
    assert for_bo.startswith("Night of 28 Mar 2026 | There is nothing before it to compare with.")
    assert for_cy.startswith("Malam 28 Mar 2026: Indonesia (ID), Thailand (TH) | ")
    page, workbook, printed = map(Path, for_cy.rpartition(" | ")[2].split())
    assert (page.name, workbook.name) == ("night.ID+TH.id.html", "night.ID+TH.id.xlsx")
    assert "SG" not in page.read_text() and workbook.exists()
    assert printed.name == "night.ID+TH.id.pdf" and "SG" not in text_of_pdf(printed.read_bytes())

    # Cleared and run again, nobody is sent anything twice.
    send_reports(SATURDAY)
    assert len(_heard(home)) == 2

    send_reports(SUNDAY)
    assert [text.partition(" | ")[0] for _, text in _heard(home)[2:]] == [
        "Night of 29 Mar 2026", "Week until 29 Mar 2026", "Malam 29 Mar 2026: Indonesia (ID), Thailand (TH)",
    ]  # fmt: skip


def test_what_couldnt_be_sent_is_told_and_sent_when_it_is_tried_again(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        _notify(patch, home / "nowhere" / "heard")
        with pytest.raises(NotSent, match=r"bo wasn't sent night\.en \(Heard: .*; cy wasn't sent night\.ID\+TH\.id"):
            send_reports(SATURDAY)
    send_reports(SATURDAY)
    assert [to for to, _ in _heard(home)] == ["bo@here", "cy@here"]


def test_a_report_that_cant_be_made_is_told_and_keeps_nobody_else_from_theirs(home: Path) -> None:
    # Something that isn't ours lies where one of bo's files belongs.
    taken = home / "reports" / f"night={SATURDAY}" / "night.en.pdf"
    taken.mkdir(parents=True)
    of_nothing = r"nothing is known of VN, for fay in people\.yml"
    with pytest.raises(NotSent, match=rf"^bo wasn't sent the night \(IsADirectoryError: .*\); {of_nothing}$"):
        send_reports(SATURDAY)
    assert [to for to, _ in _heard(home)] == ["cy@here"]
    taken.rmdir()
    assert "3 reports, 0 of them not sent;" in send_reports(SATURDAY)["told"]
    assert [to for to, _ in _heard(home)] == ["cy@here", "bo@here"]


def test_long_names_of_people_and_many_markets_have_files_too(home: Path) -> None:
    markets = [f"MARKET{number:02}" for number in range(45)]
    rows = [(market, market, "warning") for market in markets]
    release(home, SATURDAY, {"penalties": rows, "rewards": [], "standings": []})
    for name in ("\u5f20" * 60, "\u5f20" * 61):
        entry = f"  - {{user: {name}, markets: {markets}, rights: see, reports: night, address: {len(name)}@here}}\n"
        with (home.parent / "people.yml").open("a") as file:
            file.write(entry)
    assert "5 reports, 0 of them not sent;" in send_reports(SATURDAY)["told"]
    # cy's and fay's markets aren't known on this night.
    assert [to for to, _ in _heard(home)] == ["bo@here", "60@here", "61@here"]
    (page,) = {Path(text.rpartition(" | ")[2].split()[0]) for to, text in _heard(home) if to != "bo@here"}
    assert page.name.startswith("night.MARKET00+MARKET01+") and "MARKET44" in page.read_text()


def test_of_markets_of_which_nothing_is_known_the_letter_says_so_and_is_of_the_others(home: Path) -> None:
    file = home.parent / "people.yml"
    file.write_text(file.read_text().replace("markets: [ID, TH]", "markets: [IDD, TH]"))
    assert send_reports(SATURDAY)["told"] == (
        "3 reports, 0 of them not sent; nothing is known of IDD, for cy in people.yml;"
        " nothing is known of VN, for fay in people.yml"
    )
    *_, (to_cy, for_cy) = _heard(home)
    assert to_cy == "cy@here" and for_cy.startswith("Malam 28 Mar 2026: Thailand (TH) | ")
    assert "Tidak ada yang diketahui tentang IDD pada malam ini." in for_cy
    assert Path(for_cy.rpartition(" | ")[2].split()[0]).name == "night.TH.id.html"


def test_nobody_is_sent_anything_while_it_isnt_known_who_may_see_what(home: Path) -> None:
    (home.parent / "people.yml").write_text("people: [")
    assert send_reports(SATURDAY)["told"] == "0 reports, 0 of them not sent"
    assert _heard(home) == []


def test_nothing_waits_for_reports() -> None:
    (task,) = (
        task
        for dag in DagBag(str(PROJECT / "dags")).dags.values()
        for task in dag.tasks
        if task.task_id.endswith("send_reports")
    )
    assert task.downstream_task_ids == set()
