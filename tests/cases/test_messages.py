"""Who is told what of the cases: one message a person and night, through Airflow's notifiers."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cases.nights import NIGHT, appeal, packs, release
from evenhand.cases import work
from evenhand.cases.case import Case
from evenhand.cases.messages import SENDING, messages_of
from evenhand.cases.store import reading, writing
from evenhand.cli import app
from evenhand.people.in_force import agree
from evenhand.people.people import read_people
from evenhand.records.persons import Person
from evenhand.tasks.cases import NobodyTold, update_cases
from people.people import TEXT, write_people

ANN, CY = Person("ann", True), Person("cy", True)
NEXT = NIGHT + timedelta(days=1)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three open appeals of Indonesia: due in nine days, in one, and over since yesterday."""
    packs(tmp_path / "packs", "decide_within_days: 10")
    monkeypatch.setenv("EVENHAND_POLICIES", str(tmp_path / "packs"))
    write_people(tmp_path, monkeypatch, TEXT.replace("user: ann, ", "user: ann, address: ann@here, "))
    heard = {"classpath": "cases.notifier.Heard", "kwargs": {"file": str(tmp_path / "heard")}}
    monkeypatch.setenv("EVENHAND_PEOPLE_NOTIFIERS", json.dumps([heard]))
    _release(tmp_path / "home", "a")
    assert update_cases(NIGHT)["people_told"] == 0
    return tmp_path / "home"


def _release(home: Path, name: str, night: int = 0) -> None:
    appeals = [appeal(f"p{n}", f"a{n}", days_ago=ago, violation=f"v{n}") for n, ago in ((1, 1), (2, 9), (3, 11))]
    release(home, NIGHT + timedelta(days=night), name=name, account_violations=appeals)


def _heard(home: Path) -> list[list[str]]:
    file = home.parent / "heard"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def _case(home: Path, subject: str) -> Case:
    with reading(home) as cases:
        return next(each for each in cases.all().values() if each.cause.subject == subject)


def test_each_is_told_once_a_night_of_what_came_to_them_and_what_is_due(home: Path) -> None:
    with writing(home) as cases:
        work.assign(cases, home, ANN, _case(home, "p1").case_id, "cy")
        work.take(cases, home, CY, _case(home, "p3").case_id)
        work.take(cases, home, ANN, _case(home, "p2").case_id)
    assert update_cases(NIGHT)["people_told"] == 2
    # Repeated, and once more after something else came: the rest is for the next night.
    with writing(home) as cases:
        work.assign(cases, home, ANN, _case(home, "p2").case_id, "cy")
    assert update_cases(NIGHT)["people_told"] == 0
    (to_ann, for_ann), (to_cy, for_cy) = _heard(home)
    assert (to_ann, to_cy) == ("ann@here", "cy@here")
    assert for_ann.startswith("1 case for you, as of night 2026-03-06: appeal-") and "1 day left; due 2026" in for_ann
    late, assigned = for_cy.removeprefix("2 cases for you, as of night 2026-03-06: ").splitlines()
    assert "1 day over; due 2026-03-05): Appeal p3" in late
    assert "9 days left; assigned to you by ann): Appeal p1" in assigned

    _release(home, "b", night=1)
    assert update_cases(NEXT)["people_told"] == 1
    *_, (to, said) = _heard(home)
    assert to == "cy@here" and "assigned to you by ann; due 2026-03-07): Appeal p2" in said and "Appeal p1" not in said
    told = " ".join(CliRunner().invoke(app, ["case", "told", "--person", "cy"]).output.split())
    assert "Night 2026-03-07: cy was told at cy@here" in told and "Night 2026-03-06: cy was told" in told


def test_each_is_told_in_the_language_of_people_yml_and_in_english_where_there_is_none(home: Path) -> None:
    file = home.parent / "people.yml"
    text = file.read_text().replace("address: cy@here", "address: cy@here, language: zh")
    file.write_text(text.replace("address: ann@here", "address: ann@here, language: th"))
    # As it was agreed to before such a language was refused.
    agree(home, file.read_text(), ANN, Person("bo", True), "x")
    with writing(home) as cases:
        work.assign(cases, home, ANN, _case(home, "p1").case_id, "cy")
        work.take(cases, home, ANN, _case(home, "p2").case_id)
    assert update_cases(NIGHT)["people_told"] == 2
    (_, for_ann), (_, for_cy) = _heard(home)
    assert for_ann.startswith("1 case for you, as of night 2026-03-06: appeal-")
    assert for_cy.startswith("2026-03-06 夜间\uff1a您有 1 个案件: appeal-")
    assert "还剩 9 天; 由 ann 指派给您" in for_cy


def test_what_could_not_be_told_is_written_down_and_tried_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with writing(home) as cases:
        work.assign(cases, home, ANN, _case(home, "p1").case_id, "cy")
    heard = json.dumps([{"classpath": "cases.notifier.Heard", "kwargs": {"file": str(home / "nowhere" / "heard")}}])
    with monkeypatch.context() as patch:
        patch.setenv("EVENHAND_PEOPLE_NOTIFIERS", heard)
        with pytest.raises(NobodyTold, match=r"of 1 who are to be told of their cases, cy wasn't \(Heard: .*nowhere"):
            update_cases(NIGHT)
    assert "cy wasn't told: Heard" in " ".join(CliRunner().invoke(app, ["case", "told"]).output.split())
    assert update_cases(NIGHT)["people_told"] == 1
    assert len(_heard(home)) == 1


def test_what_a_kill_left_is_not_sent_twice_on_a_night_and_comes_with_the_next(home: Path) -> None:
    with writing(home) as cases:
        work.assign(cases, home, ANN, _case(home, "p1").case_id, "cy")
        cases.add_message(NIGHT, "cy", "cy@here", "…", SENDING, datetime.now(UTC))
    assert update_cases(NIGHT)["people_told"] == 0
    _release(home, "b", night=1)
    assert update_cases(NEXT)["people_told"] == 1
    assert "assigned to you by ann" in _heard(home)[0][1]


def test_what_comes_to_somebody_while_they_are_being_told_is_told_the_next_night(home: Path) -> None:
    people = read_people(home.parent / "people.yml")
    with writing(home) as cases:
        work.assign(cases, home, ANN, _case(home, "p1").case_id, "cy")
        (message,) = messages_of(cases, people, NIGHT)
        time.sleep(0.002)
        work.assign(cases, home, ANN, _case(home, "p2").case_id, "cy")
        cases.add_message(NIGHT, "cy", "cy@here", "…", "", message.until)
        (next_one,) = messages_of(cases, people, NEXT)
    assert [each.case_id for each in next_one.cases if each.came] == [_case(home, "p2").case_id]


def test_nobody_is_told_while_it_is_not_known_who_may_know_or_of_markets_that_are_not_theirs(home: Path) -> None:
    with writing(home) as cases:
        work.assign(cases, home, ANN, _case(home, "p1").case_id, "cy")
    file = home.parent / "people.yml"
    text = file.read_text()
    file.write_text("people: [")
    assert update_cases(NIGHT)["people_told"] == 0
    file.write_text(text.replace("work_cases, ", ""))
    done = CliRunner().invoke(app, ["people", "propose", "--reason", "x", "--by", "ann", "--approved-by", "bo"])
    assert done.exit_code == 0, done.output
    assert update_cases(NIGHT)["people_told"] == 0
    assert _heard(home) == []
