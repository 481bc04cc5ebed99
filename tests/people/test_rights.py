"""Rights are looked at where an answer is applied, whichever way it came; who lacks one is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.models import DagBag
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk.exceptions import AirflowFailException
from fastapi import HTTPException, Request
from typer.testing import CliRunner

from approval.test_answers import HELD, NIGHT
from emergency.test_record import PROPOSAL
from evenhand.approval.answers import answered, record
from evenhand.cli import app
from evenhand.commands.stop_and_reverse import resume_now
from evenhand.commands.verify import accept_now
from evenhand.console.rights import only_who_is_listed
from evenhand.delivery.stopping import resume, stop, stopped
from evenhand.emergency.record import record as record_emergency
from evenhand.people.in_force import Agreed, PeopleClosed
from evenhand.people.rights import WithoutRight
from evenhand.records.history import add
from evenhand.records.persons import Person
from evenhand.release.reversal import lift, reverse
from evenhand.settings import PROJECT, settings
from evenhand.tasks import emergency as emergency_steps
from evenhand.tasks import held_list as steps
from evenhand.tasks.human_tasks import AskPerson, AskSecondPerson, refuse_answer
from people.people import TEXT, write_people

ANN, BO, CY, DEE, EVE = (Person(name, True) for name in ("ann", "bo", "cy", "dee", "eve"))
ID = replace(HELD, market="ID")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_people(tmp_path, monkeypatch)
    return settings().home


def test_only_who_may_approve_for_the_market_answers_to_its_lists(home: Path) -> None:
    folder = home / "approvals"
    for by, held in ((DEE, ID), (EVE, ID), (CY, HELD), (CY, replace(ID, list="notices", market="id"))):
        for said in ("approved", "first_wave", "rejected"):
            with pytest.raises(WithoutRight, match=rf"{by.name} may not approve for .*; ann, bo"):
                record(folder, NIGHT, held, said, by)
    assert not folder.exists()
    record(folder, NIGHT, ID, "approved", CY)
    assert [each.answer for each in answered([ID], folder, NIGHT)] == ["approved"]


def test_what_somebody_answered_while_they_might_counts_when_the_night_is_decided_again(home: Path) -> None:
    folder = home / "approvals"
    given = record(folder, NIGHT, ID, "approved", CY)
    without = TEXT.replace("work_cases, approve, emergency", "work_cases")
    settings().people.write_text(without)
    for later, counts in ((timedelta(seconds=1), True), (timedelta(), False)):
        add(home / "people", Agreed(text=without, by=ANN, approved_by=BO, why="cy left", at=given.at + later))
        assert [each.answer for each in answered([ID], folder, NIGHT)] == (["approved"] if counts else [""])
    # Nor does it stop a night that nobody knows any more who might.
    (home / "people" / "0001.json").chmod(0o600)
    (home / "people" / "0001.json").write_text("{}")
    assert [each.answer for each in answered([ID], folder, NIGHT)] == [""]


def test_stopping_takes_a_right_for_a_market_and_resuming_two_for_all(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Admins may as well.
    said = r"cy may not stop deliveries \(people.yml\); whoever may for a market: ann, bo, dee"
    with pytest.raises(WithoutRight, match=said):
        stop(home, CY, "no")
    stop(home, DEE, "wrong lists")
    for by, approved_by in ((DEE, ANN), (ANN, DEE), (ANN, EVE)):
        with pytest.raises(WithoutRight, match="may not stop, resume or reverse for all markets"):
            resume(home, by, approved_by, "corrected")
        with pytest.raises(WithoutRight):
            resume_now(by, approved_by, "corrected")
    assert stopped(home)
    resume(home, ANN, BO, "corrected")
    # A slip in the file keeps nobody from stopping, and lets nobody resume.
    settings().people.write_text("people: [")
    stop(home, EVE, "wrong lists")
    with pytest.raises(PeopleClosed):
        resume(home, ANN, BO, "corrected")
    assert stopped(home)


def test_emergencies_reversals_and_lost_records_take_two_who_may(home: Path) -> None:
    at, night = datetime(2026, 3, 6, tzinfo=UTC), date(2026, 3, 5)
    of_id = PROPOSAL.model_copy(update={"author": CY, "market": "ID"})
    for proposal, second in (
        (of_id, DEE),
        (of_id.model_copy(update={"author": DEE}), CY),
        (of_id.model_copy(update={"market": "SG"}), ANN),
    ):
        with pytest.raises(WithoutRight, match=r"may not ask for or approve emergencies for (ID|SG)"):
            record_emergency(home / "emergencies", proposal, second, at, night)
    assert not (home / "emergencies").exists()
    assert record_emergency(home / "emergencies", of_id, ANN, at, night).approved == "ann"
    act: Callable[..., Any]
    for act in (reverse, lift):
        for by, second in ((DEE, ANN), (ANN, CY)):
            with pytest.raises(WithoutRight, match="may not stop, resume or reverse for all markets"):
                act(home, home / "releases", night, by, second, "wrong")
    with pytest.raises(WithoutRight, match="cy may not decide about the installation for all markets"):
        accept_now([], ANN, CY, "lost")


def test_in_airflow_who_may_not_is_refused_and_it_is_asked_again(home: Path) -> None:
    form = {"list": "penalties", "market": "ID"}
    answer = {"responded_by_user": {"name": "dee"}, "params_input": {}, "chosen_options": ["Approve"]}
    with pytest.raises(WithoutRight, match="dee may not approve for ID"):
        refuse_answer(steps.needed(form), answer, "answered_by")
    refuse_answer(steps.needed(form), answer | {"responded_by_user": {"name": "cy"}}, "answered_by")
    with pytest.raises(WithoutRight, match="cy may not approve for all markets"):
        refuse_answer(
            steps.needed({"list": "deliveries", "market": "sandbox"}),
            answer | {"responded_by_user": {"name": "cy"}},
            "answered_by",
        )
    asked = AskPerson(task_id="ask", subject="?", options=["Approve"], needed=steps.needed)
    with pytest.raises(WithoutRight):
        asked.execute_complete({"params": form}, answer | {"responded_at": datetime.now(UTC)})
    with pytest.raises(AirflowFailException, match="eve may not ask for or approve emergencies for ID"):
        emergency_steps.propose_emergency({"author": "eve", "market": "ID"}, "eve")


def test_every_task_that_asks_a_person_asks_for_a_right_and_again() -> None:
    asked = [
        task
        for dag in DagBag(str(PROJECT / "dags")).dags.values()
        for task in dag.tasks
        if isinstance(task, HITLOperator)
    ]
    assert len(asked) == 7
    assert all(isinstance(task, AskPerson | AskSecondPerson) and (task.retries or 0) >= 100 for task in asked)


def _run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, words)
    return done.exit_code, " ".join(done.output.split())


def test_on_a_terminal_who_may_not_is_refused_and_what_was_proposed_stays_open(home: Path) -> None:
    stop(home, ANN, "wrong lists")
    code, said = _run("resume", "--reason", "corrected", "--by", "cy")
    assert code == 1 and "cy may not stop, resume or reverse for all markets (people.yml); ann, bo may" in said
    assert _run("proposals")[1] == "Nothing waits for an approval."
    code, said = _run("resume", "--reason", "corrected", "--by", "ann")
    assert code == 0
    proposal = said.partition("Proposed as ")[2].partition(". ")[0]
    assert _run("approve", proposal, "--by", "eve")[0] == 1
    assert stopped(home)
    assert _run("approve", proposal, "--by", "bo")[0] == 0
    assert not stopped(home)


def test_a_change_of_people_is_proposed_by_one_admin_and_approved_by_another(home: Path) -> None:
    assert "cy ID, TH see, work cases, en 1 cy@here approve, emergency" in _run("people")[1]
    code, said = _run("people", "propose", "--reason", "x", "--by", "ann")
    assert code == 1 and "says what is in force, so that there is nothing to propose" in said
    more = TEXT.replace("changed_by: ann", "changed_by: dee").replace("rights: [see, stop]", "rights: admin")
    settings().people.write_text(more)
    assert "says otherwise by now" in _run("people")[1]
    code, said = _run("people", "propose", "--reason", "", "--by", "ann")
    assert code == 2 and "it is empty; say why" in said
    code, said = _run("people", "propose", "--reason", "dee decides", "--by", "cy")
    assert code == 1 and "cy may not decide about the installation for all markets" in said
    code, said = _run("people", "propose", "--reason", "dee decides", "--by", "ann")
    proposal = said.partition("Proposed as ")[2].partition(". ")[0]
    for nobody in ("ann", "cy", "dee"):
        assert _run("approve", proposal, "--by", nobody)[0] == 1
    assert "says otherwise by now" in _run("people")[1]
    # Another text than was proposed isn't agreed to.
    settings().people.write_text(more + "\n")
    code, said = _run("approve", proposal, "--by", "bo")
    assert code == 1 and "says otherwise than what was proposed" in said
    code, said = _run("people", "propose", "--reason", "dee decides", "--by", "ann", "--approved-by", "bo")
    assert code == 0, said
    assert "dee ID admin" in _run("people")[1]


def _sees(name: str, role: str = "user") -> str:
    """What somebody who logs in is refused with; empty where they see."""
    try:
        only_who_is_listed(Request({"type": "http"}), SimpleNamespace(get_name=lambda: name, role=role, teams=[]))
    except HTTPException as error:
        assert error.status_code == 403
        return str(error.detail)
    return ""


def test_pages_are_shown_to_who_is_listed_and_to_nobody_while_the_file_cannot_be_read(home: Path) -> None:
    assert _sees("ann") == _sees("eve", "viewer") == ""
    assert "doesn't list you" in _sees("eve")
    assert "You may see Indonesia (ID), Singapore (SG), Thailand (TH), and this is of all markets together" in _sees(
        "cy"
    )
    settings().people.write_text("people: [")
    assert "It isn't known who may do what" in _sees("ann")
    settings().people.write_text(TEXT)
    assert _sees("ann") == ""
