"""The short form of `make attack`: the attempts that need no night."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from attack.at_once import AT_ONCE
from attack.attempt import Attempt, Made, Place, WentThrough, make, refused
from attack.table import table
from evenhand.delivery.receivers import http as module
from sandbox.process import SandboxProcess


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    sandbox = SandboxProcess(tmp_path_factory.mktemp("sandbox") / "sandbox.sqlite")
    yield sandbox
    sandbox.kill()


@pytest.mark.parametrize("attempt", AT_ONCE, ids=lambda attempt: attempt.make.__name__)
def test_it_is_refused_held_or_repaired(
    attempt: Attempt[Place], sandbox: SandboxProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PROBES", (0.0, 0.0, 0.0))
    sandbox.forget()
    made = make(attempt, Place(tmp_path, sandbox))
    assert (made.came_of, bool(made.said)) == (attempt.comes_of, True), made.said


def test_what_goes_through_is_told_as_that() -> None:
    def goes_through(_: None) -> str:
        with refused(ValueError):
            pass
        return "never"

    made = make(Attempt("a door", "refused", goes_through), None)
    assert (made.came_of, made.said) == ("went through", f"{WentThrough.__name__}: it wasn't refused")


def test_a_table_has_a_line_for_each_and_names_no_folder_of_the_run(tmp_path: Path) -> None:
    made = [Made("a | b", "refused", f"{tmp_path}/home/x: it isn't.\nAnd more."), Made("c", "held", "")]
    assert table(made, tmp_path).splitlines()[2:] == [
        "| tried | came of it | what was said |",
        "| --- | --- | --- |",
        "| a \\| b | refused | …/home/x: it isn't. And more. |",
        "| c | held |  |",
    ]
