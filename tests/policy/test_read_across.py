"""A condition reads a programme of another pack: wherever and whenever it is asked, that has to be in force."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand.commands.try_examples import try_examples
from evenhand.deciding.mutants import try_mutants
from evenhand.policy.diff import diff
from evenhand.policy.load import PackError, load_pack, load_packs
from evenhand.policy.prose.pages import page
from evenhand.policy.sift import sift
from policy.packs import write

POINTS = """\
pack: points
version: 1
markets: [ID, TH]
effective_from: 2026-01-01
effective_until: 2026-03-31
applies_to: [creator, seller]
appeal_route: Write to the points desk.
measures: [warning]
programmes:
  points:
    unit: point
    entries: [{rule: each, violation_types: [fraud], amount: 1, lasts_days: 90}]
    zones: [{zone: good}, {zone: warned, at_least: 1}]
"""
LATER = (
    POINTS.replace("version: 1", "version: 2")
    .replace("until: 2026-03-31\n", "")
    .replace("effective_from: 2026-01-01\neffective_", "effective_from: 2026-04-01\n")
)
GATES = """\
pack: gates
version: 1
markets: [TH]
effective_from: 2026-02-01
applies_to: [creator, seller]
appeal_route: Write to the campaign desk.
measures: []
eligibility:
  campaigns:
    conditions: [{condition: few_points, programme: points, of_pack: points, less_than: 2}]
    while_eligible: [{reward: campaigns_open, scope: campaign}]
examples:
  - example: two_frauds
    events: [{on: 2026-03-01, violation: fraud}, {on: 2026-03-02, violation: fraud}]
    expect:
      - {on: 2026-03-01, failed: {campaigns: []}, rewards: [campaigns_open]}
      - {on: 2026-03-02, failed: {campaigns: [few_points]}, rewards: []}
      - {on: 2026-05-30, failed: {campaigns: []}, rewards: [campaigns_open]}
"""
WHERE = "gates.yml:10:18: eligibility.campaigns.conditions[0]: found "


def _mistakes(folder: Path, **packs: str) -> list[str]:
    for name, text in packs.items():
        write(folder, text, f"{name}.yml")
    try:
        load_packs(folder)
    except PackError as error:
        return [str(each).replace(f"{folder}/", "") for each in error.mistakes]
    return []


def test_what_is_in_force_wherever_and_whenever_it_is_asked_can_be_read(folder: Path) -> None:
    assert _mistakes(folder, points=POINTS, points_2=LATER, gates=GATES) == []
    # By itself, a pack is judged beside those of its folder that it reads.
    assert try_examples([folder / "gates.yml"], as_json=False)


@pytest.mark.parametrize(
    ("points", "later", "said"),
    [
        (POINTS, None, "isn't in force for creator in TH on 2026-04-01;"),
        (POINTS.replace("03-31", "03-30"), LATER, "isn't in force for creator in TH on 2026-03-31;"),
        (
            POINTS.replace("[creator, seller]", "[creator]"),
            LATER,
            "isn't in force for seller in TH on 2026-02-01;",
        ),
        (POINTS.replace("[ID, TH]", "[ID]"), LATER, "isn't in force for creator in TH on 2026-02-01;"),
        (POINTS.replace("point\n", "point\n    kept_per: content\n"), LATER, "has a balance per content;"),
    ],
)
def test_days_kinds_and_markets_without_it_are_refused(folder: Path, points: str, later: str | None, said: str) -> None:
    found = _mistakes(folder, points=points, gates=GATES, **({"points_2": later} if later else {}))

    assert [each.split(" expected")[0] for each in found] == [f"{WHERE}points of points, which {said}"]
    # At night it is the market of the pack that reads it that is held, and no other.
    assert {held.market for held in sift(folder, {}).held} == {"TH"}


def test_changes_of_a_pack_that_reads_another_are_tried_beside_that(folder: Path) -> None:
    """Without it no example holds, and any change would seem to be noticed."""
    write(folder, POINTS.replace("effective_until: 2026-03-31\n", ""), "points.yml")
    # One fraud is not too many; when there are too many, no example says.
    write(folder, GATES.partition("      - {on: 2026-03-02")[0], "gates.yml")

    tried = try_mutants([folder / "gates.yml"], 1, lambda _: None)

    where = "eligibility.campaigns.conditions.0.less_than"
    assert [each.change for each in tried.survivors] == [f"{where}: 2 is 3", f"{where}: less_than is at_most"]
    assert tried.mutants == 3


def test_a_market_in_which_it_is_in_force_is_not_held_for_another(folder: Path) -> None:
    points = POINTS.replace("effective_until: 2026-03-31\n", "").replace("[ID, TH]", "[TH]")
    found = _mistakes(folder, points=points, gates=GATES.replace("[TH]", "[TH, ID]"))

    assert len(found) == 1
    ((market, said),) = {(held.market, held.why) for held in sift(folder, {}).held}
    assert market == "ID"
    assert "which isn't in force for creator in ID" in said


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (
            "programme: point, of_pack: points, less_than: 2",
            "found point of points, which isn't in force for creator in TH",
        ),
        ("programme: points, of_pack: gates, less_than: 2", "found gates itself; expected another pack, or no of_pack"),
        (
            "without_measure: warning, of_pack: points",
            "found a comparison without its programme; expected programme beside it",
        ),
        ("programme: points, less_than: 2", "expected a programme of the pack"),
    ],
)
def test_what_it_is_called_there_is_looked_at(folder: Path, condition: str, said: str) -> None:
    gates = GATES.replace("programme: points, of_pack: points, less_than: 2", condition).replace("[]", "[warning]", 1)

    found = _mistakes(folder, points=POINTS, points_2=LATER, gates=gates)

    assert len(found) == 1
    assert said in found[0]


def test_a_pack_says_something(folder: Path) -> None:
    empty = GATES[: GATES.index("eligibility:")]
    assert _mistakes(folder, gates=empty) == [
        "gates.yml:1:1: programmes: found none; expected at least one programme, eligibility or bonus"
    ]


def test_people_are_told_whose_programme_it_is_and_when_it_is_anothers(folder: Path) -> None:
    ours = load_pack(write(folder, GATES, "gates.yml")).pack
    others = load_pack(write(folder, GATES.replace("of_pack: points", "of_pack: my_marks"), "gates.yml")).pack
    assert "| few points | points of points is less than 2 |" in page(ours)
    assert [each.said for each in diff(ours, others)] == [
        "condition: few points: points of my marks is less than 2 (before: points of points is less than 2)"
    ]
