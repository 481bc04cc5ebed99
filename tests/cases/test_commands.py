"""`evenhand cases` and `evenhand case`: what a person finds and does on the terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cases.nights import NIGHT, appeal, packs, release
from evenhand.cases.case import CaseCause
from evenhand.cases.store import Draft, writing
from evenhand.cli import app
from evenhand.records.persons import Person
from evenhand.settings import settings
from evenhand.tasks.cases import update_cases
from people.people import write_people

CY = Person("cy", logged_in=False)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two open appeals of Indonesia, of which one is to be decided tomorrow."""
    packs(tmp_path / "packs", "decide_within_days: 10")
    monkeypatch.setenv("EVENHAND_POLICIES", str(tmp_path / "packs"))
    write_people(tmp_path, monkeypatch)
    release(
        tmp_path / "home",
        account_violations=[appeal("p1", days_ago=9), appeal("p2", "[b]a2[/b]", days_ago=1, violation="v2")],
    )
    update_cases(NIGHT)
    return tmp_path / "home"


def _run(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == code, done.output
    return " ".join(done.output.split())


def _json(*words: str) -> Any:
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_which_appeals_will_be_late_this_week_and_who_has_them(home: Path) -> None:
    (row,) = _json("cases", "--kind", "appeal", "--due-within", "7")
    assert (row["subject"], row["days_left"], row["owner"]) == ("p1", 1, "")
    _run("case", "take", row["case_id"], "--by", "cy")
    assert [each["owner"] for each in _json("cases")] == ["cy", ""]
    assert [each["subject"] for each in _json("cases", "--nobody")] == ["p2"]
    assert "[b]a2[/b]" in _run("cases", "--nobody")
    said = _run("cases", "--owner", "cy")
    assert "As of night 2026-03-06. Priority: days still to run × rank of the measure" in said
    assert "there is no kind 'apeal'; there are held_list, appeal" in _run("cases", "--kind", "apeal", code=1)
    assert _run("cases", "--market", "SG") == "There are no such cases as of night 2026-03-06."


def test_a_case_is_worked_at_and_its_history_shown(home: Path) -> None:
    name = _json("cases")[0]["case_id"]
    assert "1 day left as of night 2026-03-06" in _run("case", "show", name)
    _run("case", "assign", name, "--to", "cy", "--by", "ann")
    _run("case", "comment", name, "I look [at it]", "--by", "cy")
    assert "was changed since: it is at version 3, and you saw 1" in _run(
        "case", "assign", name, "--to", "bo", "--seen", "1", "--by", "ann", code=1
    )
    assert "dee may not work at cases for ID (people.yml)" in _run("case", "take", name, "--by", "dee", code=1)
    for action in ("escalate", "close", "reopen"):
        assert "it is empty; say why" in _run("case", action, name, "--reason", " ", "--by", "cy", code=2)
    # cy is of the first level already, and there is none above.
    assert "nobody is listed at level 2" in _run("case", "escalate", name, "--reason", "x", "--by", "cy", code=1)
    _run("case", "assign", name, "--to", "ann", "--by", "cy")
    assert "cy has it" in _run("case", "escalate", name, "--reason", "too large", "--by", "cy")
    assert "is closed, version 6" in _run("case", "close", name, "--reason", "granted", "--by", "cy")
    assert [row["state"] for row in _json("cases", "--closed")] == ["closed"]
    said = _run("case", "show", name)
    for line in ("opened by the night", "commented by cy (by their own word): I look [at it]", "closed by cy"):
        assert line in said
    assert _json("case", "show", name)["events"][4]["content"]["level"] == 1
    assert "is open, version 7" in _run("case", "reopen", name, "--reason", "not yet", "--by", "cy")
    assert "there is no case x" in _run("case", "show", "x", code=1)


def test_a_case_is_opened_by_hand(home: Path) -> None:
    words = ("case", "open", "--market", "ID", "--about", "press call", "--title", "They ask", "--account", "a9")
    assert _json(*words, "--by", "cy")["accounts"] == ["a9"]
    assert "about press call, is open already" in _run(*words, "--by", "cy", code=1)
    assert "cy may not work at cases for VN" in _run(*words[:3], "VN", *words[4:], "--by", "cy", code=1)
    assert {row["kind"] for row in _json("cases")} == {"appeal", "escalation"}


def test_no_text_that_people_write_forges_a_line_or_speaks_to_the_terminal(home: Path) -> None:
    name = _json("cases")[0]["case_id"]
    forged = "fine\n2026-11-30 13:02 UTC  reopened by bo: agreed with legal"
    # The end of a line of a word processor is one, and begins no entry either.
    for each in (forged, forged.replace("\n", "\u2028"), forged.replace("\n", "\x85"), forged.replace("\n", "\x0b")):
        _run("case", "comment", name, each, "--by", "cy")
    for hidden in ("\x1b[2Kgone", "a\x9b31m", "\u202eevil", "\u2066evil", "\x00"):
        refused = _run("case", "comment", name, hidden, "--by", "cy", code=1)
        assert "the comment can't be taken: sign " in refused and "U+" in refused
        assert "which nobody sees" in _run("case", "close", name, "--reason", hidden, "--by", "cy", code=2)
        titled = ("case", "open", "--market", "ID", "--about", "x", "--title", hidden)
        assert "the title can't be taken" in _run(*titled, "--by", "cy", code=1)
    opened = ("case", "open", "--market", "ID", "--about", "two\nlines", "--title", "one\nline")
    case = _json(*opened, "--by", "cy")
    assert (case["subject"], case["title"]) == ("two lines", "one line")
    shown = CliRunner().invoke(app, ["case", "show", name]).output
    assert len(re.findall(r"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d UTC  ", shown)) == len(_json("case", "show", name)["events"])
    assert shown.count("\n    2026-11-30 13:02 UTC  reopened by bo") == 4


def test_what_was_written_down_before_is_shown_with_the_numbers_of_its_signs(home: Path) -> None:
    hidden = "a\x1b[2J\n2026-11-30 13:02 UTC  closed by bo\u202e"
    with writing(home, settings().cases) as store:
        cause = CaseCause("escalation", "x", "ID", hidden, (), (hidden,), NIGHT, about="")
        store.append([Draft(cause.case_id, 0, "opened", {"cause": cause.as_content(), "on": str(NIGHT)}, CY)])
        store.append([Draft(cause.case_id, 1, "commented", {"text": hidden}, CY)])
        store.append([Draft(cause.case_id, 2, "closed", {"why": hidden, "on": str(NIGHT)}, CY)])
    shown = CliRunner().invoke(app, ["case", "show", cause.case_id]).output
    assert "\x1b" not in shown and "\u202e" not in shown and shown.count("\\u001b[2J") == 4
    assert len(re.findall(r"(?m)^\d{4}-\d\d-\d\d ", shown)) == 3
    listed = CliRunner().invoke(app, ["cases", "--closed"]).output
    assert "\x1b" not in listed and not re.search(r"(?m)^2026-11", listed)
