"""A held list on the terminal: shown, answered to by somebody else than who changed the policy, and then released."""

from __future__ import annotations

import json
from pathlib import Path

from night.installation import APPEALS, Installation

FIRST, NEXT = "2026-03-05", "2026-03-06"
OF_PENALTIES = ("--list", "penalties", "--market", "world")
WORLD = "market = 'world'"


def test_what_a_changed_policy_changes_waits_for_somebody_else(two: Installation, tmp_path: Path) -> None:
    new = Installation(tmp_path / "new")
    new.home.mkdir()
    assert f"{new.home / 'releases'}: no night is released yet" in new.in_process("held", expect=1)
    assert two.in_process("held") == f"Nothing is held on night {FIRST}.\n"
    two.land(NEXT, appeals=APPEALS)
    before = two.held()
    pack = two.home / "packs" / "takedowns.yml"
    text = pack.read_text()
    pack.write_text(text.replace("days: 7}", "days: 9}").replace("version: 1\n", "version: 1\nchanged_by: ayu\n"))

    two.directly(NEXT)

    said = two.in_process("held")
    assert f"penalties of world, night {NEXT}: 2 rows are held" in said
    assert "Changed by: ayu." in said
    assert "rows that a changed policy changes were approved beforehand" in said
    # No rule of the market brings a reward.
    assert "rewards of world" not in said
    assert "1 row changes because the policy changed, and none were approved" in said
    told = f"Nothing of SG is held on night {NEXT}; what is held: penalties of world.\n"
    assert two.in_process("held", "--market", "SG") == told
    in_force = two.rows(FIRST, "penalties", "row_key", f"{WORLD} and (ends_on is null or ends_on >= date '{NEXT}')")
    kept = two.rows(FIRST, "penalties", "row_key", WORLD)
    told = f"{len(kept)} rows, of which {len(in_force)} are in force tonight"
    assert f"keeps what was released on {FIRST}: {told}" in said
    manifest = json.loads((two.home / "releases" / f"night={NEXT}" / "manifest.json").read_text())
    assert [(each["list"], each["kept"], each["in_force"]) for each in manifest["held_lists"]] == [
        ("penalties", len(kept), len(in_force)),
    ]
    assert two.held() == before
    for arguments, why in (
        (
            ("approve", *OF_PENALTIES, "--night", NEXT, "--by", "Ayu"),
            "Ayu asked for the policy that changes penalties of world",
        ),
        (
            ("approve", "--list", "rewards", "--market", "SG", "--night", NEXT, "--by", "budi"),
            "rewards of SG isn't held on night",
        ),
        (("approve", *OF_PENALTIES, "--by", "budi", "--night", FIRST), f"{NEXT} is released, so that {FIRST} can't be"),
    ):
        assert why in two.in_process("answer", *arguments, expect=1)
    assert not (two.home / "approvals").exists()

    said = two.in_process("answer", "approve", *OF_PENALTIES, "--night", NEXT, "--by", "budi")

    assert f"penalties of world, night {NEXT}: approved by budi (by their own word)." in said
    assert f"{NEXT}: 2 rows are held (approved by budi (by their own word))" in two.in_process("held").replace(
        "\n", " "
    )
    two.directly(NEXT)
    # Who has two strikes is paused for nine days now; the appeal of a1 was granted.
    assert two.rows(NEXT, "penalties", "account_id, ends_on::text", f"{WORLD} and measure = 'publishing_paused'") == [
        ("a2", "2026-03-10"),
        ("a3", "2026-04-01"),
        ("a4", "2026-04-01"),
    ]
    assert "a1/copyright_strikes/account" not in two.held()
