"""A home that version 0.1 decided goes on: the next night changes what this version decides otherwise, and says so.

Longer-lived than code, a home is kept as that version left it: what had landed by 30 May, its packs and its release.
"""

from __future__ import annotations

import tarfile
from pathlib import Path

import duckdb
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.release.manifest import read_manifest
from first_nights import ACCEPTED
from night.directly import decide, environment

HOME = Path(__file__).with_name("home_of_version_0_1.tar.xz")
NIGHT = "2026-05-31"


def test_its_next_night_holds_and_changes_only_what_is_decided_otherwise_now(tmp_path: Path) -> None:
    with tarfile.open(HOME) as home:
        # It is ours, and Debian's Python 3.11.2 knows no filter of what others packed.
        home.extractall(tmp_path)
    landed = tmp_path / "landing" / "violations" / f"night={NIGHT}"
    landed.mkdir()
    (landed / "rows.csv").write_text(
        "violation_id,account_id,content_id,violation_type,decided_on,points,batch_id\n"
        "v3,a4,,misleading_claim,2026-05-31,3,\n"
    )

    migrated = CliRunner().invoke(app, ["policy", "migrate", str(tmp_path / "policies")])
    assert migrated.exit_code == 0, migrated.output

    with environment({"EVENHAND_POLICIES": str(tmp_path / "policies"), **ACCEPTED}):
        decide(tmp_path, NIGHT)

    release = tmp_path / "releases" / f"night={NIGHT}"
    with duckdb.connect() as connection:
        changes = connection.execute(
            "select row_key, change, cause, columns, is_held"
            f" from read_parquet('{release}/changes.parquet') order by all"
        ).fetchall()
    health, access = "account_health", "campaign_access/campaign/campaign_access"
    assert changes == [
        # A reward starts no earlier than its account; it was told from the pack's first day, or the period's.
        (f"a2/{health}/commission/lower_commission", "changed", "code", ["starts_on"], True),
        ("a2/welcome_bonus/account/2026-05-01", "changed", "code", ["starts_on"], True),
        # A seller, to whom the pack doesn't apply, was paid.
        ("a3/welcome_bonus/account/2026-05-01", "removed", "code", [], True),
        # And what landed since, which holds nothing by itself.
        (f"a4/{health}/live", "added", "data", [], False),
        (f"a4/{access}", "removed", "data", [], True),
    ]
    (held,) = read_manifest(release).held_lists
    assert (held.list, held.market) == ("rewards", "ID")
    assert held.why == (
        "3 rows change because the code changed, and none were approved; this breaks the rule: rows that changed code"
        " changes were approved beforehand",
    )
