"""A night of the schedule that nothing has landed for."""

from __future__ import annotations

from evenhand.release.manifest import read_manifest
from evenhand.settings import PROJECT
from night.installation import Installation

FIRST, SILENT = "2026-03-05", "2026-03-14"


def test_nobody_is_let_off_by_silence_but_what_has_ended_ends(decided: Installation) -> None:
    ends = {str(key): end for key, end in decided.rows(FIRST, "penalties", "row_key, ends_on::text")}
    # The pause of a2 ends on 8 March, and the strike of a1 was struck out on the 6th, which lands with the 6th.
    assert ends["a2/copyright_strikes/short_video"] == "2026-03-08"
    (decided.home / "landing" / "appeals" / "night=2026-03-06" / "day.csv").unlink()

    # The packs of all markets.
    decided.overrides["EVENHAND_POLICIES"] = str(PROJECT / "policies")

    said = decided.directly(SILENT, scheduled=True)

    kept = [str(key) for (key,) in decided.rows(SILENT, "penalties", "row_key")]
    assert kept == sorted(key for key, end in ends.items() if end is None or str(end) >= SILENT)
    assert "a2/copyright_strikes/short_video" not in kept
    assert [key for key in decided.held() if key in ends] == kept
    held = {each.market: each for each in read_manifest(decided.release(SILENT)).held_markets}
    assert {"world", "ID", "US"} <= held.keys()
    assert str(held["world"].since) == FIRST
    why = f"nothing has landed for night {SILENT}; what landed last is of {FIRST}, 9 days before"
    assert f"Not decided world: {why}" in said
