"""`evenhand policy brief`: what a change means, for whom, and what a value at each bound brings now and brought."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.policy.load import load_pack
from evenhand.policy.prose.bounds import MOST_EXAMPLES, at_bounds, examples
from evenhand.policy.prose.brief import brief
from evenhand.policy.prose.neighbours import beside
from evenhand.policy.prose.pages import page
from evenhand.settings import PROJECT
from policy.briefs import MORE, OLD, assert_said, pack_of, said_of


def test_each_reader_is_told_what_concerns_them_and_both_sides_of_each_bound_that_changed(tmp_path: Path) -> None:
    old = pack_of(tmp_path, OLD)
    new = pack_of(
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
    assert said_of(old, new) == [
        "Health of 4 points: zone warned, which brings warning on the account, as before.",
        "Health of 5 points: zone limited, which brings no live; before, zone warned.",
        "Health of 6 points: zone limited, which brings no live, as before.",
        "Quality of 10 %: sound for campaigns holds, as before.",
        "Quality of 20 %: sound for campaigns fails, as before.",
    ]


def test_the_same_pack_changes_nothing_and_shows_no_bound(tmp_path: Path) -> None:
    pack = pack_of(tmp_path, OLD)
    assert "Both decide the same." in brief(pack, pack)
    assert list(at_bounds(pack, pack)) == []


def test_at_most_so_many_examples_are_shown(tmp_path: Path) -> None:
    zones = "".join(f"      - {{zone: z{n}, at_least: {n * 10}}}\n" for n in range(1, 12))
    old = pack_of(tmp_path, OLD.split("  quality:")[0])
    text = OLD.split("    zones:\n")[0] + "    zones:\n      - zone: good\n" + zones
    new = pack_of(tmp_path, text.replace("version: 1", "version: 2"))
    assert brief(old, new).split("## On both sides of what changed")[1].count("\n- ") == MOST_EXAMPLES + 1
    shown, left_out = examples(old, new)
    assert len(shown) == MOST_EXAMPLES
    assert left_out.startswith("Not shown for length: Health (39 points, 40 points, 49 points,")
    assert left_out.endswith("109 points and 110 points).")


def test_bounds_within_any_of_have_examples_and_so_has_what_is_asked_for_the_first_time(tmp_path: Path) -> None:
    plain = "{condition: sound, programme: quality, less_than: 0.2, if_missing: holds}"
    tests = "[{programme: health, at_most: 2}, {programme: quality, less_than: 0.2, if_missing: holds}]"
    either = f"{{condition: sound, any_of: {tests}}}"
    old = pack_of(tmp_path, OLD.replace(plain, either))
    new = pack_of(
        tmp_path, OLD.replace(plain, either.replace("at_most: 2", "at_most: 4")).replace("version: 1", "version: 2")
    )
    assert said_of(old, new) == [
        "Health of 2 points: sound for campaigns holds, as before.",
        "Health of 3 points: sound for campaigns holds; before, it held only by another of its tests.",
        "Health of 4 points: sound for campaigns holds; before, it held only by another of its tests.",
        "Health of 5 points: sound for campaigns holds only by another of its tests, as before.",
    ]
    # It asked for one thing alone; that has its bound still, and isn't all now.
    assert said_of(pack_of(tmp_path, OLD), new) == [
        "Health of 4 points: sound for campaigns holds; before, it was not asked.",
        "Health of 5 points: sound for campaigns holds only by another of its tests; before, it was not asked.",
    ]
    assert said_of(new, pack_of(tmp_path, OLD))[0] == (
        "Health of 4 points: sound for campaigns doesn't ask for it; before, it held."
    )


def test_a_test_that_stands_twice_is_no_other_one(tmp_path: Path) -> None:
    plain = "{condition: sound, programme: quality, less_than: 0.2, if_missing: holds}"
    tests = "[{programme: health, at_most: 2}, {programme: health, at_most: 2}]"
    either = f"{{condition: sound, any_of: {tests}}}"
    old = pack_of(tmp_path, OLD.replace(plain, either))
    new = pack_of(tmp_path, OLD.replace(plain, either.replace("at_most: 2", "at_most: 4")))
    assert said_of(old, new)[1:] == [
        "Health of 3 points: sound for campaigns holds; before, it failed.",
        "Health of 4 points: sound for campaigns holds; before, it failed.",
        "Health of 5 points: sound for campaigns fails, as before.",
    ]


def test_zones_whose_unit_changed_have_examples(tmp_path: Path) -> None:
    old = pack_of(tmp_path, OLD)
    new = pack_of(tmp_path, OLD.replace("version: 1", "version: 2").replace("unit: point", "unit: strike"))
    assert said_of(old, new)[:2] == [
        "Health of 2 strikes: zone good; before, it was counted in points.",
        "Health of 3 strikes: zone warned, which brings warning on the account; before, it was counted in points.",
    ]
    # Parts of a whole are the same in both their units.
    zoned = OLD.replace("metric: followers", "metric: followers\n    zones: [{zone: any}, {zone: bad, at_least: 0.05}]")
    percent = zoned.replace("unit: share", "unit: percent").replace("less_than: 0.2", "less_than: 20")
    assert said_of(pack_of(tmp_path, zoned), pack_of(tmp_path, percent.replace("at_least: 0.05", "at_least: 5"))) == []
    assert said_of(pack_of(tmp_path, zoned), pack_of(tmp_path, percent.replace("at_least: 0.05", "at_least: 6"))) == [
        "Quality of 4 %: zone any, as before.",
        "Quality of 5 %: zone any; before, zone bad.",
        "Quality of 6 %: zone bad, as before.",
    ]


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("at_least: 10,", "at_least: 20,", "Rule fakes, followers: 19 is beyond the bound; before, it was within."),
        ("from_occurrence: 3", "from_occurrence: 2", "Rule fakes, occurrences that are multiplied: 2 is within the"),
        ("at_most: 2}}", "at_most: 1}}", "No live, live day: 2 is beyond the bound; before, it was within."),
        ("whole_at_least: 30", "whole_at_least: 40", "Late, sales: 39 orders is beyond the bound; before, it was"),
        ("per_account: 500", "per_account: 400", "Bonus visits, at most per account: 401 is beyond the bound; before,"),
        (
            "at_most_per_account: 500, ",
            "",
            "Bonus visits, at most per account: 500 has no bound; before, it was within.",
        ),
        ("file_within_days: 30", "file_within_days: 9", "Appeals, a first appeal counts: 10 days is beyond the bound;"),
    ],
)
def test_whatever_else_has_a_bound_has_examples(tmp_path: Path, was: str, now: str, said: str) -> None:
    assert_said(tmp_path, was, now, said)


def test_what_is_called_otherwise_goes_on_with_its_bounds(tmp_path: Path) -> None:
    renamed = MORE.replace("  health:\n", "  strikes:\n    was: health\n").replace(
        "rule: fakes", "rule: fake, was: fakes"
    )
    renamed = renamed.replace("zone: limited,", "zone: shut, was: limited,").replace("visits:", "calls:")
    renamed = renamed.replace("{activity: visit,", "{was: visits, activity: visit,")
    renamed = renamed.replace("condition: sound", "condition: fine, was: sound")
    assert said_of(pack_of(tmp_path, MORE), pack_of(tmp_path, renamed)) == []


def test_a_ratio_that_is_made_of_something_else_has_another_bound(tmp_path: Path) -> None:
    """30 orders and 40 posts are of two things, whatever lies between the numbers."""
    other = MORE.replace("  quality:", "  posts: {unit: post, metric: posts}\n  quality:")
    changed = other.replace("whole: sales, whole_at_least: 30", "whole: posts, whole_at_least: 40")
    assert said_of(pack_of(tmp_path, other), pack_of(tmp_path, changed)) == [
        "Late, posts: 39 posts is beyond the bound; before, there was no bound.",
        "Late, posts: 40 posts is within the bound; before, there was no bound.",
        "Late, sales: 29 orders has no bound; before, it was beyond.",
        "Late, sales: 30 orders has no bound; before, it was within.",
    ]
    renamed = MORE.replace("  sales: {", "  sold: {was: sales, ").replace("whole: sales", "whole: sold")
    assert said_of(pack_of(tmp_path, MORE), pack_of(tmp_path, renamed)) == []


def test_the_unit_of_another_pack_is_told_where_that_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = OLD.replace("pack: creators_xx", "pack: others").split("eligibility:")[0]
    (tmp_path / "others.yml").write_text(other)
    text = OLD.split("programmes:")[0] + (
        "eligibility:\n  campaigns:\n    conditions:\n"
        "      - {condition: sound, programme: quality, of_pack: others, less_than: 0.2, if_missing: holds}\n"
    )
    old = pack_of(tmp_path, text + "effective_until: 2026-06-30\n")
    text = text.replace("2026-01-01", "2026-07-01").replace("0.2", "0.3").replace("version: 1", "version: 2")
    new = pack_of(tmp_path, text, "next.yml")
    assert said_of(old, new)[1] == "Quality of 0.2: sound for campaigns holds; before, it failed."
    with beside([load_pack(tmp_path / "others.yml").pack]):
        assert said_of(old, new)[1] == "Quality of 20 %: sound for campaigns holds; before, it failed."
    monkeypatch.setenv("EVENHAND_POLICIES", str(tmp_path))
    found = CliRunner().invoke(app, ["policy", "brief", "creators_xx@2", "--against", "creators_xx@1"]).output
    assert "quality of others is less than 30 %" in found
    assert "Quality of 20 %" in found
    assert "less than 30 %" in CliRunner().invoke(app, ["policy", "diff", "creators_xx@1", "creators_xx@2"]).output
    done = CliRunner().invoke(app, ["policy", "docs", str(tmp_path), "--out", str(tmp_path / "docs")])
    assert done.exit_code == 0, done.output
    assert "less than 30 %" in (tmp_path / "docs" / "creators_xx-v2.md").read_text()


def test_a_unit_that_is_not_known_is_not_taken_for_another(tmp_path: Path) -> None:
    """Nor is that of a version which is over when a condition begins."""
    first = OLD.replace("pack: creators_xx", "pack: others").split("eligibility:")[0]
    versions = [
        pack_of(tmp_path, first + "effective_until: 2026-08-31\n"),
        pack_of(tmp_path, first.replace("version: 1", "version: 2").replace("2026-01-01", "2026-09-01"), "next.yml"),
    ]
    in_points = first.replace("unit: share", "unit: point")
    changed = pack_of(
        tmp_path, in_points.replace("version: 1", "version: 2").replace("2026-01-01", "2026-09-01"), "points.yml"
    )
    text = OLD.split("programmes:")[0] + (
        "eligibility:\n  campaigns:\n    conditions:\n"
        "      - {condition: sound, programme: quality, of_pack: others, less_than: 0.2, if_missing: holds}\n"
    )
    until = pack_of(tmp_path, text, "old.yml")
    later = text.replace("2026-01-01", "2026-07-01").replace("less_than: 0.2", "less_than: 0.3")
    new = pack_of(tmp_path, later.replace("version: 1", "version: 2"), "new.yml")
    begun = pack_of(
        tmp_path, later.replace("less_than: 0.3", "effective_from: 2026-09-05, less_than: 0.3"), "begun.yml"
    )
    # No version that is known was there when the older pack began; of several, none is the one.
    early = until.model_copy(update={"effective_from": date(2025, 1, 1)})
    with beside([versions[0], changed]):
        assert said_of(early, new)[1] == "Quality of 20 %: sound for campaigns holds; before, it failed."
        assert said_of(new, early)[1] == "Quality of 20 %: sound for campaigns fails; before, it held."
        assert said_of(until, begun)[0].startswith("Quality of 0.2 points: ")
        assert "less than 0.3 points" in page(begun)
    with beside(versions):
        assert said_of(until, begun)[1] == "Quality of 20 %: sound for campaigns holds; before, it failed."


@pytest.mark.parametrize("arguments", [("takedowns", "--against", "none"), ("none", "--against", "takedowns")])
def test_a_pack_that_isnt_there_is_said(arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_POLICIES", str(PROJECT / "policies"))
    done = CliRunner().invoke(app, ["policy", "brief", *arguments])
    assert done.exit_code == 1
    assert "takedowns@1" in done.output
