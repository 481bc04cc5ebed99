"""targets.yml: what it may say, and that a mistake in it is named with its line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.policy.load import load_packs
from evenhand.policy.targets import Targets, read_targets, targets_of
from evenhand.policy.texts import PackError
from evenhand.settings import PROJECT

ONE = "  - {metric: grant_rate, market: ID, at_most: 0.2, effective_from: 2026-01-01, effective_until: 2026-06-30}\n"
GOAL = "  - {policy: p@2, metric: grant_rate, market: ID, at_most: 0.1, effective_from: 2026-02-01, by: 2026-03-01}\n"


def test_targets_are_read_and_come_out_of_a_manifest_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "targets.yml").write_text(f"targets:\n{ONE}goals:\n{GOAL}")
    found = read_targets(tmp_path)
    assert found.targets[0].comparison == ("at_most", Decimal("0.2"))
    assert [found.targets[0].is_for(date(2026, *day)) for day in ((1, 1), (6, 30), (7, 1))] == [True, True, False]
    assert targets_of(found.model_dump(mode="json", exclude_none=True)) == found
    assert targets_of({}) == Targets()


def test_without_the_file_or_with_an_empty_one_there_are_none(tmp_path: Path) -> None:
    assert read_targets(tmp_path) == Targets()
    (tmp_path / "targets.yml").write_text("# nothing yet\n")
    assert read_targets(tmp_path) == Targets()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"targets:\n{ONE}{ONE}", "targets.yml:3:"),
        (f"targets:\n{ONE}{ONE}", "another target of grant_rate for ID holds; expected days that don't overlap"),
        (f"targets:\n{ONE}".replace("at_most: 0.2, ", ""), "targets.yml:2:5: targets[0]: found none of at_least"),
        (f"targets:\n{ONE}".replace("at_most", "most"), "found a key that isn't in the language"),
        (f"targets:\n{ONE}".replace("0.2", "much"), "targets[0].at_most"),
        (f"targets:\n{ONE}".replace("at_most", "slice: category, at_most"), "expected slice and slice_value"),
        (f"goals:\n{GOAL}".replace("p@2", "p"), "expected a pack and its version, such as creators_id@2"),
        (f"goals:\n{GOAL}".replace("2026-03-01", "2026-02-01"), "goals[0].by"),
        (f"goals:\n{GOAL}".replace("at_most", "slice: a, slice_value: b, at_most"), "a goal is of a whole market"),
        ("targets: [", "not YAML"),
        ("[]", "expected keys with values"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "targets.yml").write_text(text)
    with pytest.raises(PackError) as refused:
        read_targets(tmp_path)
    assert said in str(refused.value)


def test_days_of_two_markets_or_parts_may_overlap(tmp_path: Path) -> None:
    other = ONE.replace("ID", "SG") + ONE.replace("at_most", "slice: category, slice_value: beauty, at_most")
    (tmp_path / "targets.yml").write_text(f"targets:\n{ONE}{other}")
    assert len(read_targets(tmp_path).targets) == 3


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("grant_rate", "grant_rte", "expected a metric of docs/metrics.md; did you mean grant_rate?"),
        ("at_most", "at_least", "of which less is better; expected at_most or less_than"),
        ("grant_rate", "median_time_to_decision", "found no unit; expected hours or days"),
        ("at_most: 0.2", "unit: hours, at_most: 2", "expected no unit: grant_rate is no time"),
        ("at_most", "slice: catgory, slice_value: beauty, at_most", "targets[0].slice: found catgory for grant_rate;"),
        ("2026-06-30", "2025-06-30", "targets[0].effective_until: found 2025-06-30; expected 2026-01-01 or later"),
        ("market: ID", "market: IDD", "warning: targets[0].market: found IDD; expected one of all,"),
        ("grant_rate", "decisions", "neither more nor less is better"),
        (
            "grant_rate, market: ID, at_most",
            "sales_after_a_reward, market: all, at_least",
            "expected a market: money of several is of several currencies",
        ),
    ],
)
def test_policy_check_names_what_no_metric_can_be_held_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, was: str, becomes: str, said: str
) -> None:
    (tmp_path / "takedowns.yml").write_bytes((PROJECT / "policies" / "takedowns.yml").read_bytes())
    (tmp_path / "targets.yml").write_text(f"targets:\n{ONE}".replace(was, becomes))
    monkeypatch.setenv("EVENHAND_POLICIES", str(tmp_path))
    # What the installation of the checkout has decided isn't known here.
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path / "home"))
    done = CliRunner().invoke(app, ["policy", "check", str(tmp_path)])
    assert done.exit_code == (0 if said.startswith("warning") else 1)
    assert said in " ".join(done.output.split())
    assert "targets.yml:2:" in done.output


def test_it_is_no_pack_and_the_shipped_one_is_right() -> None:
    assert {each.path.name for each in load_packs(PROJECT / "policies")}.isdisjoint({"targets.yml"})
    assert read_targets(PROJECT / "policies").targets
