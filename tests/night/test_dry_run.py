"""`evenhand nightly --dry-run`: what a night would come to, and nothing is otherwise for it; then, what it came to."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from night.installation import Installation

NIGHT = "2026-03-06"


@dataclass(frozen=True)
class Nights:
    """A dry run of a night, and then the night.

    Attributes:
        before: all files and the sandbox's changes before the dry run, as `after` is of after it.
        drafts: what the dry run left of its own.
        tried: what it said, as `said` is what was said of the night.
    """

    installation: Installation
    before: tuple[Mapping[str, str], int]
    after: tuple[Mapping[str, str], int]
    drafts: Sequence[Path]
    tried: str
    said: str


@pytest.fixture(scope="module")
def nights(decided_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    home = Path(shutil.copytree(decided_once, tmp_path_factory.mktemp("dry_run") / "home", symlinks=True))
    decided = Installation(home)
    try:
        before = _files(home), decided.effects()
        tried = decided.in_process("nightly", NIGHT, "--dry-run")
        after = _files(home), decided.effects()
        drafts = list(home.glob(".dry-run-*"))
        yield Nights(decided, before, after, drafts, tried, decided.directly(NIGHT))
    finally:
        decided.stop()


def test_a_dry_run_says_what_the_night_then_comes_to_and_changes_nothing(nights: Nights) -> None:
    assert nights.after == nights.before
    assert "Night 2026-03-06 would come to, if it were decided now:" in nights.tried
    assert "Nothing was released or sent." in nights.tried
    assert not nights.drafts
    # The strike that the granted appeal voids is what changes.
    assert [line.split() for line in nights.tried.splitlines() if line.startswith("penalties")] == [
        ["penalties", "world", "removed", "correction", "1"]
    ]
    assert f"  {len(nights.installation.held())} penalties in force" in nights.tried


def test_a_granted_appeal_ends_the_measure_from_its_night_and_the_receiver_is_told(nights: Nights) -> None:
    decided = nights.installation
    assert "a1/copyright_strikes/account" not in decided.held()
    assert len(decided.held()) == 11
    assert "1 penalties remove" in nights.said
    # The night before was right when it was decided, and stays what it was.
    assert ("a1",) in decided.rows("2026-03-05", "penalties", "account_id")


def test_a_dry_run_ends_with_what_is_wrong(nights: Nights) -> None:
    decided = nights.installation
    (decided.home / "landing" / "violations" / f"night={NIGHT}").mkdir(parents=True)
    packs = decided.home / "packs"
    packs.mkdir()
    (packs / "world.yml").write_text("pack: world\n")
    decided.overrides["EVENHAND_POLICIES"] = str(packs)
    assert "world.yml" in decided.in_process("nightly", NIGHT, "--dry-run", expect=1)


def _files(home: Path) -> dict[str, str]:
    """All that an installation holds, but what the sandbox and Airflow write by themselves."""
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*"))
        if path.is_file()
        and path.relative_to(home).parts[0] not in ("airflow", "nightly.lock")
        and "sandbox" not in path.name
    }
