"""`evenhand policy brief`: what a change means, for whom, and what a value at each bound brings now and brought."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.policy.language.pack import Pack
from evenhand.policy.load import load_pack
from evenhand.policy.prose.brief import MOST_EXAMPLES, at_bounds, brief
from evenhand.settings import PROJECT

OLD = """
pack: creators_xx
version: 1
markets: [XX]
effective_from: 2026-01-01
appeal_route: In the app.
measures: [warning, no_live]
programmes:
  health:
    unit: point
    entries: [{rule: fakes, violation_types: [counterfeit], amount: 2, lasts_days: 90}]
    zones:
      - zone: good
      - {zone: warned, at_least: 3, measures: [{measure: warning, scope: account, days: 30}]}
      - {zone: limited, at_least: 6, measures: [{measure: no_live, scope: live, days: 7}]}
  quality:
    unit: share
    metric: followers
eligibility:
  campaigns:
    conditions: [{condition: sound, programme: quality, less_than: 0.2, if_missing: holds}]
"""


def _pack(folder: Path, text: str, name: str = "pack.yml") -> Pack:
    (folder / name).write_text(text)
    return load_pack(folder / name).pack


def test_each_reader_is_told_what_concerns_them_and_both_sides_of_each_bound_that_changed(tmp_path: Path) -> None:
    old = _pack(tmp_path, OLD)
    new = _pack(
        tmp_path,
        OLD.replace("version: 1", "version: 2")
        .replace("amount: 2", "amount: 3")
        .replace("at_least: 6", "more_than: 4")
        .replace("less_than: 0.2", "at_most: 0.1"),
    )
    said = brief(old, new)
    reviewers, operations = (said.split(f"## For {who}")[1].split("##")[0] for who in ("reviewers", "operations"))
    assert "rule fakes: brings 3 points (before: 2 points)" in reviewers
    assert "zone limited" not in reviewers
    assert "zone limited: holds more than 4 points (before: at least 6 points)" in operations
    assert list(at_bounds(old, new)) == [
        "Health of 4 points: zone warned, which brings warning on the account, as before.",
        "Health of 5 points: zone limited, which brings no live; before, zone warned.",
        "Health of 6 points: zone limited, which brings no live, as before.",
        "Quality of 10 %: sound for campaigns holds, as before.",
        "Quality of 20 %: sound for campaigns fails, as before.",
    ]


def test_the_same_pack_changes_nothing_and_shows_no_bound(tmp_path: Path) -> None:
    pack = _pack(tmp_path, OLD)
    assert "Both decide the same." in brief(pack, pack)
    assert list(at_bounds(pack, pack)) == []


def test_at_most_so_many_examples_are_shown(tmp_path: Path) -> None:
    zones = "".join(f"      - {{zone: z{n}, at_least: {n * 10}}}\n" for n in range(1, 12))
    old = _pack(tmp_path, OLD.split("  quality:")[0])
    text = OLD.split("    zones:\n")[0] + "    zones:\n      - zone: good\n" + zones
    new = _pack(tmp_path, text.replace("version: 1", "version: 2"))
    assert brief(old, new).split("## On both sides of what changed")[1].count("\n- ") == MOST_EXAMPLES


@pytest.mark.parametrize("arguments", [("takedowns", "--against", "none"), ("none", "--against", "takedowns")])
def test_a_pack_that_isnt_there_is_said(arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_POLICIES", str(PROJECT / "policies"))
    done = CliRunner().invoke(app, ["policy", "brief", *arguments])
    assert done.exit_code == 1
    assert "takedowns@1" in done.output
