"""`evenhand nightly --dry-run`: what a night would come to, and nothing is otherwise for it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from night.installation import Installation

EARLIER, NIGHT = "2026-03-05", "2026-03-06"


def test_a_dry_run_says_what_the_night_then_comes_to_and_changes_nothing(installation: Installation) -> None:
    installation.land_history()
    installation.directly(EARLIER)
    before = _files(installation.home)
    effects = installation.effects()

    said = installation.run("nightly", NIGHT, "--dry-run")

    assert _files(installation.home) == before
    assert installation.effects() == effects
    assert "Night 2026-03-06 would come to, if it were decided now:" in said
    assert "Nothing was released or sent." in said
    assert not list(installation.home.glob(".dry-run-*"))
    # The strike that the granted appeal voids is what changes.
    assert [line.split() for line in said.splitlines() if line.startswith("penalties")] == [
        ["penalties", "world", "removed", "correction", "1"]
    ]
    installation.directly(NIGHT)
    assert f"  {len(installation.held())} penalties in force" in said

    (installation.home / "landing" / "violations" / f"night={NIGHT}").mkdir(parents=True)
    packs = installation.home / "packs"
    packs.mkdir()
    (packs / "world.yml").write_text("pack: world\n")
    installation.overrides["EVENHAND_POLICIES"] = str(packs)
    assert "world.yml" in installation.run("nightly", NIGHT, "--dry-run", expect=1)


def _files(home: Path) -> dict[str, str]:
    """All that an installation holds, but what the sandbox and Airflow write by themselves."""
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*"))
        if path.is_file()
        and path.relative_to(home).parts[0] not in ("airflow", "nightly.lock")
        and "sandbox" not in path.name
    }
