"""`evenhand policy test`, as a person and as a machine run it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evenhand.commands.policy import app
from policy.packs import TEXT, write

EXAMPLE = """\
examples:
  - example: two strikes warn
    events:
      - {on: 2026-02-01, violation: copyright}
      - {on: 2026-02-01, violation: fraud}
    expect:
      - {on: 2026-02-01, balances: {health: BALANCE}, zones: {health: warned}, measures: [no_live, warning]}
"""


@pytest.fixture
def right(folder: Path) -> Path:
    return write(folder, TEXT + EXAMPLE.replace("BALANCE", "2"), "right.yml")


def test_a_difference_is_shown_and_fails(folder: Path) -> None:
    wrong = write(folder, TEXT + EXAMPLE.replace("BALANCE", "3"), "wrong.yml")

    run = CliRunner().invoke(app, ["test", str(wrong)])
    for_machines = CliRunner().invoke(app, ["test", "--json", str(wrong)])

    assert run.exit_code == for_machines.exit_code == 1
    assert "two strikes warn\n  2026-02-01  health: expected 3, found 2\n" in run.stdout
    (told,) = json.loads(for_machines.stdout)
    assert told["example"] == "two strikes warn"
    assert [(each["on"], each["expected"], each["found"]) for each in told["differences"]] == [("2026-02-01", "3", "2")]


def test_a_pack_that_is_named_twice_is_tried_once(right: Path) -> None:
    run = CliRunner().invoke(app, ["test", str(right), str(right.parent)])

    assert (run.exit_code, run.stdout) == (0, "1 example of 1 pack: all as expected\n")


def test_two_packs_of_one_name_and_version_are_refused(folder: Path, right: Path) -> None:
    copy = write(folder, right.read_text(), "copy.yml")

    run = CliRunner().invoke(app, ["test", str(folder)])

    assert run.exit_code == 1
    assert f"found 1, which strikes also is in {copy}" in run.output
