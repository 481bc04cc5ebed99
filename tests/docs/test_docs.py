"""Documents: links that lead somewhere, and commands that exist."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from evenhand.cli import app
from evenhand.settings import PROJECT

DOCUMENTS = sorted(
    [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md"), *(PROJECT / "examples").rglob("*.md")],
    key=lambda path: str(path),
)
TARGETS = set(re.findall(r"^([a-z-]+):.*##", (PROJECT / "Makefile").read_text(), re.MULTILINE))
COMMANDS = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_links_lead_somewhere_and_commands_exist(document: Path) -> None:
    text = document.read_text()

    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if not link.startswith(("http:", "https:", "#")):
            assert (document.parent / link.partition("#")[0]).exists(), f"{document}: {link}"
    code = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL) + re.findall(r"`([^`\n]+)`", text))
    for target in re.findall(r"\bmake ([a-z-]+)", code):
        assert target in TARGETS, f"{document}: make {target}"
    for command in re.findall(r"(?<![./\w])evenhand ([a-z][a-z-]+)", code):
        assert command in COMMANDS, f"{document}: evenhand {command}"


def test_make_help_names_every_target() -> None:
    said = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout

    tests = {"test", "test-fast", "attack", "faults", "gates", "mutants", "sampling", "soak"}
    assert {*tests, "help", "nightly", "ui", "lint", "bench", "clean"} == TARGETS
    for target in TARGETS:
        assert f"make {target}" in said


@pytest.mark.parametrize("target", ["lint", "lint-models"])
def test_make_lints_with_its_own_environment_and_writes_nothing_into_the_project(target: str, tmp_path: Path) -> None:
    said = subprocess.run(
        ["make", "--dry-run", "--print-data-base", f"EVENHAND_HOME={tmp_path}", target],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for rule in (
        f"{target}: {tmp_path}/venv/installed",
        f"{target}: DBT_TARGET_PATH = $(EVENHAND_HOME)/lint",
        f"{target}: DBT_LOG_PATH = $(EVENHAND_HOME)/lint",
    ):
        assert f"\n{rule}\n" in said


def test_whatever_a_second_person_approves_is_in_the_table_of_who_may() -> None:
    table = (PROJECT / "docs" / "concepts.md").read_text().split("## Who may approve what\n", 1)[1].split("\n## ")[0]
    asked = {name for name, command in _commands() if "approved_by" in {each.name for each in command.params}}
    assert asked >= {"resume", "reverse", "verify", "policy preapprove", "feed forget", "people propose"}
    told = set(re.findall(r"`evenhand ([a-z -]+?)(?: --[a-z]+)?`", table))
    # A group stands for all that it has.
    assert [name for name in sorted(asked) if not told & {name, name.partition(" ")[0]}] == []


def _commands() -> Iterator[tuple[str, Any]]:
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        for part, each in getattr(command, "commands", {"": command}).items():
            yield f"{name} {part}".strip(), each
