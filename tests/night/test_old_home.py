"""A home that an earlier version decided goes on: what its releases lack isn't compared on the first night."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from evenhand.release.rows import ACTED, COMPARED
from night.installation import Installation

FIRST, NEXT, THIRD = "2026-03-05", "2026-03-06", "2026-03-07"


def test_columns_texts_and_the_log_that_an_old_release_lacks_are_not_compared_once_and_that_is_said(
    decided: Installation,
) -> None:
    decided.land(THIRD, violations=[])
    before = decided.held()
    _make_old(decided.home, decided.release(FIRST).resolve())

    said = decided.directly(NEXT)

    missing = sorted({*COMPARED, "receivers", "records", "translations"} - {*ACTED})
    assert f"Not compared with the release before, which an earlier version made: {', '.join(missing)}" in said
    assert decided.manifest(NEXT)["not_compared"] == missing
    assert decided.manifest(NEXT)["held_lists"] == []
    # What landed is compared all the same: the appeal of the first account was granted.
    assert set(before) - set(decided.held()) == {"a1/copyright_strikes/account"}
    assert FIRST in (decided.home / "records.jsonl").read_text()

    assert "Not compared" not in decided.directly(THIRD)
    assert decided.manifest(THIRD)["not_compared"] == []
    assert "All is as it was written" in decided.in_process("verify")


def _make_old(home: Path, release: Path) -> None:
    """Have a release be one of a version that compared what is done alone, kept no words and had no log."""
    content = json.loads((release / "manifest.json").read_text())
    lacking = ("format", "compared", "not_compared", "receivers", "time_zone", "release_id")
    old = {name: said for name, said in content.items() if name not in lacking}
    del old["files"]["translations.parquet"]
    old["release_id"] = hashlib.sha256(json.dumps(old, sort_keys=True).encode()).hexdigest()
    release.chmod(0o700)
    for name in ("translations.parquet", "manifest.json"):
        (release / name).unlink()
    (release / "manifest.json").write_text(json.dumps(old))
    (home / "records.jsonl").unlink()
