"""docs/reports.md: its board is one, and its commands do what the page says."""

from __future__ import annotations

import re
import shlex
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.commands.boards_check import findings
from evenhand.deployment import deployment
from evenhand.reports.boards import Board, When
from evenhand.settings import PROJECT, settings
from evenhand.tasks.mail import Mail
from reports.releases import release

PAGE = (PROJECT / "docs" / "reports.md").read_text()
PEOPLE = """\
people:
  - {user: ann, markets: all, rights: admin}
  - {user: bo, markets: all, rights: admin, address: bo@here}
  - {user: cy, markets: ID, rights: see, address: cy@here}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EVENHAND_BOARDS", str(tmp_path / "boards"))
    monkeypatch.setenv("EVENHAND_PEOPLE", str(tmp_path / "people.yml"))
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "boards").mkdir()
    (tmp_path / "people.yml").write_text(PEOPLE)
    rows = [
        ("grant_rate", market, "", None, Decimal("0.7"), None, None, Decimal(50), True, "share")
        for market in ("all", "ID")
    ]
    files = {"penalties": [], "rewards": [], "standings": [], "operational_metrics": rows}
    release(settings().home, date(2026, 10, 31), files)
    return tmp_path


def test_the_board_of_the_page_is_one_and_its_commands_tell_of_it(home: Path) -> None:
    (text,) = re.findall(r"^```yaml\n(board:.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (home / "boards" / "appeals.yml").write_text(text)
    boards, mistakes = findings(settings())
    assert (list(boards.boards), mistakes) == (["appeals"], [])
    (commands,) = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    for command in commands.splitlines():
        name, *said = shlex.split(command)
        run = CliRunner().invoke(app, said)
        assert (name, run.exit_code, run.stderr) == ("evenhand", 0, "")
        assert "appeals" in run.stdout
    assert (home / "home" / "reports" / "night=2026-10-31" / "board.appeals.id.html").exists()


def test_every_key_of_a_board_and_every_time_that_somebody_is_told_is_on_the_page() -> None:
    section = PAGE.split("## Boards\n", 1)[1].split("\n## ")[0]
    told = set(re.findall(r"`(\w+)`", section))
    assert set(Board.model_fields) <= told
    assert set(When.__args__) <= told  # type: ignore[attr-defined]


def test_the_notifier_of_the_page_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    (said,) = re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    monkeypatch.setenv("EVENHAND_PEOPLE_NOTIFIERS", said)
    ((classpath, arguments),) = deployment().people_notifiers
    assert classpath == f"{Mail.__module__}.{Mail.__name__}"
    assert Mail(**arguments).to == "{{ address }}"
