"""What a pack can't do with activities that are looked at for some weeks only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from evenhand.deciding.project import CompiledModel
from evenhand.deciding.rehearsal import rehearse
from evenhand.policy.language.recent import RECENT, reads_recent
from evenhand.policy.load import LoadedPack, load_pack, packs_in
from evenhand.policy.texts import PackError
from evenhand.settings import PROJECT
from policy.packs import write

RIGHT = """\
pack: shops
version: 1
markets: [world]
effective_from: 2026-01-01
appeal_route: Write to us.
measures: [paused]
calendars:
  mondays: {weekday: monday}
programmes:
  orders:
    unit: order
    entries:
      - {rule: orders, activities: [order_placed], amount_per_unit: 1, lasts_days: 28}
    zones:
      - zone: few
      - zone: many
        at_least: 10
        measures:
          - {measure: paused, scope: live, while_in_zone: true}
  same: {unit: order, same_as: orders}
eligibility:
  door:
    conditions:
      - {condition: many, programme: same, at_least: 10}
    while_eligible: [{reward: badge, scope: account}]
"""


def test_what_holds_for_as_long_as_the_value_does_is_right(folder: Path) -> None:
    pack = load_pack(write(folder, RIGHT)).pack
    assert reads_recent(pack, "orders")
    assert reads_recent(pack, "same")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("lasts_days: 28}", "lasts_days: 29}", "lasts_days: found 29; expected at most 28"),
        ("1, lasts_days: 28}", "1}", "lasts_days: found no lasts_days; expected at most 28"),
        (
            "28}",
            "28, not_again_within_days: 3}",
            "not_again_within_days: found not_again_within_days; expected each to",
        ),
        (
            "while_in_zone: true",
            "days: 7",
            "measures[0]: found paused with a length of its own; expected while_in_zone",
        ),
        ("  same: {", "  same: {never_falls: true, ", "same.never_falls: found never_falls; expected none"),
        ("  same: {", "  same: {evaluated: mondays, ", "same.evaluated: found evaluated; expected none"),
        (
            "    conditions:",
            "    stays_eligible: true\n    conditions:",
            "door.stays_eligible: found stays_eligible; expected none",
        ),
        ("[order_placed]", "[sale]", None),
        (
            "28}",
            "28, clock_starts_with: order_delivered}",
            "found order_delivered, which something waits for; expected",
        ),
    ],
)
def test_what_would_hang_on_what_is_out_of_sight_is_refused(folder: Path, old: str, new: str, said: str | None) -> None:
    assert old in RIGHT
    path = write(folder, RIGHT.replace(old, new, 1))
    if said is None:
        assert not reads_recent(load_pack(path).pack, "orders")
        return
    with pytest.raises(PackError) as error:
        load_pack(path)
    assert said in str(error.value)


BONUS = """\
bonuses:
  posts: {activity: post, scope: account, pays: 5, per: mondays, eligibility: door}
"""
# Made of its own facts, so that it is known for ever.
OWN = "  strikes: {unit: strike, entries: [{rule: one, violation_types: [spam], amount: 1}]}\n"


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("{condition: many, programme: strikes, less_than: 10}", None),
        ("{condition: many, programme: same, at_least: 10}", "found door; expected one without recent activities"),
        ("{condition: free, without_measure: paused}", "found door; expected one without recent activities"),
        (
            "{condition: many, programme: beside_others, at_least: 1, if_missing: fails}",
            "found door, which reads beside_others, a comparison with peers; expected one that reads no peers",
        ),
    ],
)
def test_a_bonus_hangs_on_what_is_known_of_its_account_for_ever(folder: Path, condition: str, said: str | None) -> None:
    """Else it would be another on each night that is asked, as the case of the welcome bonus was."""
    peers = "  beside_others: {unit: share, peers: {programme: strikes, group: kind}, evaluated: mondays}\n"
    text = RIGHT.replace("{condition: many, programme: same, at_least: 10}", condition)
    text = text.replace("eligibility:\n", f"{OWN}{peers}eligibility:\n") + BONUS
    if said is None:
        assert load_pack(write(folder, text)).pack.bonuses
        return
    with pytest.raises(PackError) as error:
        load_pack(write(folder, text))
    assert f"bonuses.posts.eligibility: {said}" in str(error.value)


@pytest.mark.parametrize("step", [8, pytest.param(2, marks=pytest.mark.soak)])
def test_a_night_by_itself_is_what_it_is_among_all_nights(models: Sequence[CompiledModel], step: int) -> None:
    """The models read recent activities on the nights that are asked about alone; each night comes out the same."""
    packs = [load_pack(path) for path in packs_in(PROJECT / "policies")]
    recent = [each for each in packs if RECENT.keys() & each.pack.activities_named()]
    days = sorted({wanted.on for each in recent for example in each.pack.examples for wanted in example.expect})
    assert len(days) >= 30
    for day in days[::step]:
        cut = [
            LoadedPack(
                each.pack.model_copy(
                    update={
                        "examples": tuple(
                            example.model_copy(update={"expect": tuple(w for w in example.expect if w.on == day)})
                            for example in each.pack.examples
                        )
                    }
                ),
                each.path,
                each.sha256,
            )
            for each in recent
        ]
        wrong = [f"{o.example}: {difference}" for o in rehearse(cut, models) for difference in o.differences]
        assert wrong == [], day
