"""`evenhand nightly --dry-run`: what a night would come to, and nothing is otherwise for it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from night.installation import Installation

NIGHT = "2026-03-06"


def test_a_dry_run_says_what_the_night_then_comes_to_and_changes_nothing(decided: Installation) -> None:
    before = _files(decided.home)
    effects = decided.effects()

    said = decided.in_process("nightly", NIGHT, "--dry-run")

    assert _files(decided.home) == before
    assert decided.effects() == effects
    assert "Night 2026-03-06 would come to, if it were decided now:" in said
    assert "Nothing was released or sent." in said
    assert not list(decided.home.glob(".dry-run-*"))
    # The strike that the granted appeal voids is what changes.
    assert [line.split() for line in said.splitlines() if line.startswith("penalties")] == [
        ["penalties", "world", "removed", "correction", "1"]
    ]
    decided.directly(NIGHT)
    assert f"  {len(decided.held())} penalties in force" in said

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
