"""A market that can't be decided tonight keeps its lists, less what has ended; the others are decided as if alone."""

from __future__ import annotations

from evenhand.release.manifest import read_manifest
from night.installation import APPEALS, FIRST_NIGHT, Installation

NIGHT, NEXT, LATER = FIRST_NIGHT, "2026-03-06", "2026-03-07"


def test_a_wrong_pack_holds_its_market_and_no_other(two: Installation) -> None:
    two.land(NEXT, appeals=[*APPEALS, ("p2", "moonv1.0", "m1", "2026-03-04", "granted", "2026-03-06")])
    moon = two.home / "packs" / "moon.yml"
    right = moon.read_text()
    moon.write_text(right.replace("at_least: 2", "at_least: two", 1))
    line = moon.read_text().splitlines().index("        at_least: two") + 1

    said = two.directly(NEXT)

    # The appeals of both are granted; only the world's strike is taken back.
    penalties = [str(key) for (key,) in two.rows(NEXT, "penalties", "row_key")]
    assert not [key for key in penalties if key.startswith("a1/")]
    assert [key for key in penalties if key.startswith("m1/")] == ["m1/copyright_strikes/account"]
    assert f"Not decided moon: packs/moon.yml:{line}: " in said
    assert "found 'two'; expected a number" in said
    assert "It keeps the lists of 2026-03-05, less what has ended" in said
    assert "Held " not in said
    (held,) = read_manifest(two.release(NEXT)).held_markets
    assert (held.market, held.file, held.line, str(held.since)) == ("moon", "packs/moon.yml", line, NIGHT)
    # What is told of its accounts stays, too.
    assert two.rows(NEXT, "standings", "account_id", "account_id = 'm2'") == [("m2",)]

    moon.write_text(right)
    said = two.directly(LATER)

    assert not [key for (key,) in two.rows(LATER, "penalties", "row_key") if str(key).startswith("m1/")]
    assert two.rows(LATER, "changes", "distinct account_id, cause") == [("m1", "correction")]
    assert "Held " not in said


def test_what_has_ended_leaves_the_list_of_a_market_that_is_held(two: Installation) -> None:
    two.land(NEXT, appeals=[*APPEALS, ("p2", "moonv1.0", "m1", "2026-03-04", "granted", "2026-03-06")])
    (two.home / "packs" / "moon.yml").write_text("markets: [moon\n")

    # The warning of 30 days from 1 March ends with 30 March.
    said = two.directly("2026-03-31")

    assert "Not decided moon: packs/moon.yml:2: not YAML" in said
    warned = [key for (key,) in two.rows("2026-03-31", "penalties", "row_key") if str(key).startswith(("a1/", "m1/"))]
    assert warned == []
    assert two.rows("2026-03-31", "notices", "event", "account_id = 'm1'") == [("ended",)]
    kept = [key for (key,) in two.rows("2026-03-31", "penalties", "row_key") if str(key).startswith("m3/")]
    assert kept
