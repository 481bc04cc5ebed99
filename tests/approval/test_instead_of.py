"""An answer to a held list takes the place of another person's only where it says so, or was shown it."""

from __future__ import annotations

import shlex
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Event
from typing import Any

import duckdb
import pytest
from airflow.sdk.exceptions import AirflowFailException
from typer.testing import CliRunner

from evenhand.approval.answers import Answer, answers
from evenhand.cli import app
from evenhand.release import reversal
from evenhand.settings import settings
from evenhand.tasks import held_list as steps

NIGHT = date(2026, 3, 6)


def _a_night_that_holds(home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("EVENHAND_HOME", str(home))
    warehouse = settings().warehouse(NIGHT)
    warehouse.parent.mkdir(parents=True)
    with duckdb.connect(str(warehouse)) as connection:
        for each in (
            "create schema gate",
            "create table gate.changes (list varchar, market varchar, cause varchar, text_of varchar)",
            "create table gate.held_lists as select 'penalties' as list, 'SG' as market, 'd' as digest, 3 as changes,"
            " ['why'] as why, true as approvable, false as by_policy, []::varchar[] as changed_by, null::date as since,"
            " '' as answer, '' as answered_by",
        ):
            connection.execute(each)
    return {"night": str(NIGHT), "list": "penalties", "market": "SG", "digest": "d"}


def _says(say: str, by: str, *more: str) -> tuple[int, str]:
    of = ("--list", "penalties", "--market", "SG", "--night", str(NIGHT), "--by", by)
    told = CliRunner().invoke(app, ["answer", say, *of, *more])
    return told.exit_code, " ".join(told.output.split())


def test_on_the_terminal_nobody_takes_back_anothers_answer_without_saying_whose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _a_night_that_holds(tmp_path, monkeypatch)
    code, told = _says("approve", "bo", "--instead-of", "ann")
    assert code == 1 and "ann has given no answer that counts. Leave out --instead-of" in told
    assert _says("reject", "ann")[0] == 0
    code, told = _says("approve", "bo")
    assert code == 1 and "penalties of SG: rejected by ann (by their own word) at 2" in told
    # What it says can be pasted as it is.
    command = shlex.split(told.rpartition("evenhand ")[2])
    assert command[-2:] == ["--instead-of", "ann"]
    code, told = _says("approve", "bo", "--instead-of", "chi")
    assert code == 1 and "chi has given no answer that counts; it is rejected by ann" in told
    assert [each.by for each in answers(settings().approvals, NIGHT)] == ["ann"]
    # Their own they take back as they like, and what is said again takes back nothing.
    for say, by in (("approve", "Ann"), ("approve", "bo")):
        assert _says(say, by)[0] == 0
    assert [_says("reject", "chi")[0], _says("reject", "chi", "--instead-of", "Bo")[0]] == [1, 0]
    (held,) = steps.held_lists(NIGHT)
    assert held.so_far == "rejected by chi (by their own word)"


def test_of_two_who_answer_at_once_the_second_sees_what_the_first_has_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = _a_night_that_holds(tmp_path, monkeypatch)
    give, begun = steps.give_answer, Event()

    def slowly(*what: Any) -> Answer:
        begun.set()
        time.sleep(0.3)
        return give(*what)

    monkeypatch.setattr(steps, "give_answer", slowly)

    def says(by: str, option: str) -> str:
        chosen = {"chosen_options": [option], "params_input": {"answered_by": by}, "responded_by_user": None}
        try:
            return str(steps.record_answer(form, chosen)["said"])
        except AirflowFailException as error:
            return str(error)

    with ThreadPoolExecutor() as both:
        first = both.submit(says, "ann", "Approve")
        assert begun.wait(10)
        second = both.submit(says, "bo", "First wave")
    assert first.result() == "approved" and "so nothing was answered" in second.result()
    assert len(answers(settings().approvals, NIGHT)) == 1


def test_what_is_answered_to_a_night_that_is_reversed_is_released_once_that_is_lifted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _a_night_that_holds(tmp_path, monkeypatch)
    assert "`evenhand nightly 2026-03-06` releases and delivers it." in _says("approve", "ann")[1]
    monkeypatch.setattr(reversal, "reversal_of", lambda home, night: "by cy")
    assert "The night is reversed: it is released once that is lifted" in _says("approve", "ann")[1]


def test_after_a_first_wave_another_approves_the_rest_without_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _a_night_that_holds(tmp_path, monkeypatch)
    assert [_says("first-wave", "ann")[0], _says("approve", "bo")[0], _says("first-wave", "chi")[0]] == [0, 0, 1]


def test_a_form_in_airflow_that_was_there_before_does_not_approve_what_another_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = _a_night_that_holds(tmp_path, monkeypatch)
    assert _says("reject", "ann")[0] == 0
    stale: dict[str, object] = {
        "chosen_options": ["Approve"], "responded_by_user": {"name": "bo"}, "params_input": {}
    }  # fmt: skip
    for chosen in ("Approve", "First wave"):
        with pytest.raises(AirflowFailException, match=r"rejected by ann .* at .* UTC, so nothing was answered"):
            steps.record_answer(form, stale | {"chosen_options": [chosen]})
    # A task that is tried again says the same once more, and to reject holds more than it lets go.
    for _ in range(2):
        assert steps.record_answer(form, stale | {"chosen_options": ["Reject"]})["said"] == "rejected"
