"""Every file that a night is decided by counts as code of it, wherever it lies."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evenhand.deciding.code import code_version, deciding_files, parse_beforehand
from evenhand.settings import PROJECT
from night.directly import set_up
from night.installation import Installation

NIGHT = "2026-03-05"
# Decides a night as its tasks do, and tells the files of ours that were imported for it.
DECIDE = """
import json, sys
from datetime import date
from evenhand.tasks import night
day = date.fromisoformat(sys.argv[1])
for task in (night.land_feeds, night.compile_policies, night.validate_feeds, night.build_models, night.validate_lists,
             night.publish_release):
    task(day)
ours = [each for name, each in sys.modules.items() if name.split(".")[0] in ("evenhand", "expectations")]
dear = sorted({"great_expectations", "altair", "scipy.stats"} & sys.modules.keys())
print(json.dumps([dear, [each.__file__ for each in ours if getattr(each, "__file__", None)]]))
"""


@pytest.mark.real
def test_whatever_was_imported_to_decide_a_night_counts(tmp_path: Path) -> None:
    Installation(tmp_path).land_history()
    set_up(tmp_path)
    run = subprocess.run(
        [sys.executable, "-c", DECIDE, NIGHT],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "EVENHAND_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    dear, files = json.loads(run.stdout.splitlines()[-1])
    imported = {Path(file) for file in files}
    assert len(imported) > 50
    assert imported - set(deciding_files(PROJECT)) == set()
    # And it was decided without the charts and the statistics that no rule uses.
    assert dear == ["great_expectations"]


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.soak)])
def test_one_line_more_in_any_of_them_is_other_code(tmp_path: Path, every: int) -> None:
    """In the short form, of every fourth file."""
    for part in ("plugins", "expectations", "dbt_project"):
        shutil.copytree(PROJECT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    as_it_is = code_version(tmp_path)["sha256"]
    files = deciding_files(tmp_path)
    seen = {as_it_is}
    tried = files[::every]
    assert {"plugins", "expectations", "dbt_project"} == {path.relative_to(tmp_path).parts[0] for path in tried}
    for path in tried:
        before = path.read_bytes()
        path.write_bytes(before + b"\n-- another line\n" if path.suffix == ".sql" else before + b"\n# another line\n")
        seen.add(code_version(tmp_path)["sha256"])
        path.write_bytes(before)
    assert len(seen) == len(tried) + 1
    assert code_version(tmp_path)["sha256"] == as_it_is


def test_whatever_writes_what_leaves_counts() -> None:
    found = {
        path.relative_to(PROJECT / "plugins" / "evenhand").as_posix()
        for path in deciding_files(PROJECT)
        if "plugins" in path.parts
    }
    rooms = {
        path.relative_to(PROJECT / "plugins" / "evenhand").as_posix()
        for room in ("notices", "emergency", "delivery")
        for path in (PROJECT / "plugins" / "evenhand" / room).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert rooms <= found
    assert {
        "delivery/payload.py",
        "delivery/announcements/dsa_enums.json",
        "delivery/announcements/statements.py",
        "emergency/propose.py",
        "notices/render.py",
        # The words of a statement's facts.
        "policy/prose/words.py",
        "deciding/set_aside.py",
        # Items for reviewers, and their links.
        "release/sql/quality_samples.sql",
        "sampling/drawing.py",
        "sampling/frame.py",
        "sampling/sql/frame.sql",
        "sampling/plan.py",
        "tasks/deliveries.py",
    } <= found


def test_the_sql_of_a_deciding_module_counts_and_other_sql_beside_it_does_not(tmp_path: Path) -> None:
    for part in ("plugins", "expectations"):
        shutil.copytree(PROJECT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    sql = tmp_path / "plugins" / "evenhand" / "quality" / "sql"
    before = code_version(tmp_path)["sha256"]
    compared = sql / "shares.sql"
    assert "$fewest_rows" in compared.read_text()
    compared.write_text(compared.read_text().replace("$fewest_rows", "$most_words"))
    assert code_version(tmp_path)["sha256"] != before
    (sql / "of_no_module.sql").write_text("-- name: nothing\nselect 1;\n")
    assert (sql / "of_no_module.sql") not in deciding_files.__wrapped__(tmp_path)


def test_what_asks_and_shows_is_not_code_of_a_night() -> None:
    rooms = {
        path.relative_to(PROJECT / "plugins" / "evenhand").parts[0]
        for path in deciding_files(PROJECT)
        if "plugins" in path.parts
    }
    assert rooms & {"commands", "console", "local", "sandbox", "simulation"} == set()


@pytest.mark.parametrize("left", [b"def half_written(\n", b"\x00", b"\xff\xfe"])
def test_a_file_that_is_no_python_keeps_nobody_from_beginning_and_has_no_version(tmp_path: Path, left: bytes) -> None:
    room = tmp_path / "plugins" / "evenhand" / "notices"
    room.mkdir(parents=True)
    (room / "left.py").write_bytes(left)
    parse_beforehand(tmp_path)
    with pytest.raises((SyntaxError, ValueError)):
        code_version(tmp_path)


def test_a_file_that_cannot_be_read_keeps_nobody_from_beginning(tmp_path: Path) -> None:
    (tmp_path / "plugins" / "evenhand" / "notices" / "left.py").mkdir(parents=True)
    parse_beforehand(tmp_path)
    with pytest.raises(IsADirectoryError):
        code_version(tmp_path)
