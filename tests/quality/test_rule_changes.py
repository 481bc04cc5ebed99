"""Which rules are others than those of a release, by market and pack, whatever they change tonight.

Longer than other files, for each difference is told of the same two packs.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from evenhand.deciding import provenance
from evenhand.deciding.provenance import texts_in
from evenhand.policy.compile import compile_packs
from evenhand.policy.sift import sift
from evenhand.quality.following_versions import versions_named
from evenhand.quality.rule_changes import rule_changes
from evenhand.settings import PROJECT

NIGHT = date(2026, 3, 5)
Change = Callable[[Path], object]
Said = Callable[..., dict[str, list[str]]]


@pytest.fixture
def said(tmp_path: Path) -> Said:
    """What is said by market once a folder of two packs that say the same, for world and for moon, was changed."""
    packs = tmp_path / "packs"
    packs.mkdir()
    text = (PROJECT / "policies" / "takedowns.yml").read_text()
    (packs / "takedowns.yml").write_text(text)
    (packs / "moon.yml").write_text(text.replace("[world]", "[moon]").replace("pack: takedowns", "pack: moon"))

    def after(change: Change, *before: Change) -> dict[str, list[str]]:
        for each in before:
            each(packs)
        release = tmp_path / "release"
        release.mkdir()
        then = _compiled(packs, tmp_path / "then.duckdb")
        with duckdb.connect(str(then)) as connection:
            connection.execute(
                f"copy (from deciders.packs order by file) to '{release}/packs.parquet' (format parquet)"
            )
        change(packs)
        found = rule_changes(_compiled(packs, tmp_path / "now.duckdb"), release, tmp_path / "scratch", NIGHT)
        return {market: list(each.said) for market, each in found.items()}

    return after


def _compiled(packs: Path, warehouse: Path) -> Path:
    sifted = sift(packs, {})
    compile_packs(sifted.packs, warehouse, order=sifted.order)
    texts = list(texts_in(packs, ()).items())
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema deciders")
        connection.execute("create table deciders.packs (file varchar, text varchar)")
        connection.executemany("insert into deciders.packs values (?, ?)", texts)
    return warehouse


def _replace(name: str, *what: tuple[str, str]) -> Change:
    def change(packs: Path) -> None:
        text = (packs / name).read_text()
        for before, after in what:
            assert before in text
            text = text.replace(before, after, 1)
        (packs / name).write_text(text)

    return change


def test_another_length_is_said_of_its_market_alone(said: Said) -> None:
    assert said(_replace("moon.yml", ("days: 7}", "days: 9}"))) == {
        "moon": ["moon: effects: days was 7 and is 9"],
    }


def test_a_comment_and_a_pack_that_is_another_file_are_no_difference(said: Said) -> None:
    def change(packs: Path) -> None:
        _replace("moon.yml", ("pack: moon", "# The moon's.\npack: moon"))(packs)
        shutil.move(packs / "takedowns.yml", packs / "zz_takedowns.yml")

    assert said(change) == {}


def test_a_number_that_was_written_otherwise_is_compared_as_it_was_read(said: Said) -> None:
    # Of the days of a pack that was taken then; today it is refused.
    def write(packs: Path) -> None:
        text = (packs / "moon.yml").read_text()
        (packs / "moon.yml").write_text(text.replace("days: 7}", "days: 9}", 1))

    def then(text: str) -> tuple[str, tuple[str, ...]]:
        return text.replace("days: 7}", "days: 0o7}", 1), ()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(provenance, "in_words_of_today", then)
        assert said(write) == {"moon": ["moon: effects: days was 7 and is 9"]}


def test_what_a_release_said_that_is_refused_today_is_held_for_and_not_passed_over(said: Said) -> None:
    def then(text: str) -> tuple[str, tuple[str, ...]]:
        return text.replace("markets: [moon]", "markets: [moon]\napplies_too: [creator]", 1), ()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(provenance, "in_words_of_today", then)
        found = said(_replace("moon.yml", ("\nprogrammes:", "\nlimits: {usual_spreads: 40}\nprogrammes:")))
    assert list(found) == ["moon"]
    ((why,),) = found.values()
    assert why.startswith("what its packs said isn't taken any more, so that nobody knows what is otherwise: moon.yml:")


def test_whose_commission_is_held_decides_nothing_and_is_no_difference(said: Said) -> None:
    assert said(_replace("moon.yml", ("holds_commission: [commission_held]\n", ""))) == {}


def test_another_pack_beside_numbers_no_rule_anew(said: Said) -> None:
    gone = "moon: version 1, which decided from 2020-01-01 on, is gone with all of its rules"
    assert said(lambda packs: (packs / "moon.yml").unlink()) == {"moon": [gone]}


def test_a_pack_that_its_market_did_not_have_is_told_once_and_not_by_its_rules(said: Said) -> None:
    def change(packs: Path) -> None:
        text = (packs / "moon.yml").read_text().replace("[moon]", "[mars]").replace("pack: moon", "pack: mars")
        (packs / "mars.yml").write_text(text)

    new = "mars: version 1 decides from 2020-01-01 on, and nothing of this pack did in the market before"
    assert said(change) == {"mars": [new]}


def test_what_is_otherwise_beside_a_last_day_is_told_too(said: Said) -> None:
    ends = ("effective_from:", "effective_until: 2026-06-30\neffective_from:")
    assert said(_replace("moon.yml", ends, ("days: 7}", "days: 9}")))["moon"] == [
        "moon: version 1 is in force until 2026-06-30, not without an end",
        "moon: effects: effective_before was nothing and is 2026-07-01, days was 7 and is 9",
    ]


def test_a_list_that_no_rule_brings_a_row_to_cannot_be_otherwise(tmp_path: Path) -> None:
    packs, release = tmp_path / "packs", tmp_path / "release"
    packs.mkdir()
    release.mkdir()
    text = (PROJECT / "policies" / "takedowns.yml").read_text()
    (packs / "takedowns.yml").write_text(text)
    then = _compiled(packs, tmp_path / "then.duckdb")
    with duckdb.connect(str(then)) as connection:
        connection.execute(f"copy (from deciders.packs order by file) to '{release}/packs.parquet' (format parquet)")

    longer = text.replace("days: 7}", "days: 9}", 1)
    rewarding = text.replace("rewards: []", "rewards: [{reward: boost, scope: campaign, zones: [good]}]", 1)
    for number, (changed, lists) in enumerate([(longer, ("penalties",)), (rewarding, ("penalties", "rewards"))]):
        (packs / "takedowns.yml").write_text(changed)
        found = rule_changes(_compiled(packs, tmp_path / f"now_{number}.duckdb"), release, tmp_path / "scratch", NIGHT)
        assert found["world"].lists == lists


def test_a_programme_that_another_pack_reads_from_now_on_is_a_difference_of_that_pack_alone(said: Said) -> None:
    """Whoever approved the pack that reads has approved all of it: nobody can of the other, which says the same."""
    gates = """\
pack: gates
version: 1
markets: [moon]
effective_from: 2026-03-01
applies_to: [creator]
appeal_route: Write to the campaign desk.
measures: []
eligibility:
  campaigns:
    conditions: [{condition: few, programme: copyright_strikes, of_pack: moon, less_than: 2}]
    while_eligible: [{reward: campaigns_open, scope: campaign}]
"""
    found = said(lambda packs: (packs / "gates.yml").write_text(gates))
    assert list(found) == ["moon"]
    assert {each.partition(":")[0] for each in found["moon"]} == {"gates"}


def test_a_programme_that_looks_from_entry_to_entry_from_now_on_is_no_difference_of_other_markets(said: Said) -> None:
    """Entries go along with who moves, so that one of its name does so in all markets: there it decides the same."""
    once = "        counts_once_per: batch\n"
    found = said(
        _replace("moon.yml", ("        lasts_days: 180\n", f"{once}        lasts_days: 180\n")),
        *(_replace(name, (once, "")) for name in ("takedowns.yml", "moon.yml")),
    )
    assert found == {"moon": ["moon: entry_rules: counts_once_per was violation and is batch"]}


def test_what_a_base_in_a_folder_of_the_packs_says_otherwise_is_a_difference(said: Said) -> None:
    def extend(packs: Path) -> None:
        (packs / "shared").mkdir()
        text = re.sub("\nexamples:.*", "\n", (packs / "moon.yml").read_text(), flags=re.DOTALL)
        own = re.findall("^(?:pack|version|markets|effective_from):.*\n", text, flags=re.MULTILINE)
        (packs / "moon.yml").write_text("".join([*own, "extends: shared/base.yml\n"]))
        for each in own:
            text = text.replace(each, "")
        (packs / "shared" / "base.yml").write_text(f"extends: below/last.yml\n{text}")
        (packs / "shared" / "below").mkdir()
        (packs / "shared" / "below" / "last.yml").write_text("stops_sales: []\n")

    assert said(_replace("shared/base.yml", ("days: 7}", "days: 9}")), extend) == {
        "moon": ["moon: effects: days was 7 and is 9"],
    }


def _second_version(*what: tuple[str, str], of_first: tuple[tuple[str, str], ...] = ()) -> Change:
    """The moon's pack ends on the last of June, and a version with these changes begins on the day after."""

    def change(packs: Path) -> None:
        text = (packs / "moon.yml").read_text()
        (packs / "moon_2.yml").write_text(re.sub("effective_from: .*", "effective_from: 2026-07-01", text, count=1))
        _replace("moon_2.yml", ("version: 1\n", "version: 2\n"), *what)(packs)
        _replace("moon.yml", ("effective_from:", "effective_until: 2026-06-30\neffective_from:"), *of_first)(packs)

    return change


BEGINS = "moon: version 2 takes the place of version 1 from 2026-07-01 on (evenhand policy diff moon@1 moon@2)"
LONGER = ("days: 7}", "days: 9}")
LOOSER = ("measures: [", "limits: {share_changed: 0.9}\nmeasures: [")


def test_of_a_version_that_follows_another_is_told_what_it_says_otherwise(said: Said) -> None:
    assert said(_second_version(LONGER)) == {
        "moon": [
            BEGINS,
            "moon: version 2, programme copyright strikes: zone limited: brings publishing paused on short video"
            " for 9 days (before: for 7 days)",
        ]
    }


def test_what_is_told_in_no_words_is_told_by_its_values(said: Said) -> None:
    assert said(_second_version(LOOSER, LONGER))["moon"][2:] == [
        "moon: version 2, limits: share_changed was nothing and is 0.90"
    ]


def test_another_unit_is_named_beside_another_length(said: Said) -> None:
    other = ("unit: strike", "unit: point")
    assert (
        "moon: version 2, programme copyright strikes: is otherwise in unit"
        in said(_second_version(other, LONGER))["moon"]
    )


def test_a_version_that_says_the_same_is_told_to_begin(said: Said) -> None:
    assert said(_second_version()) == {"moon": [BEGINS]}


def test_what_the_version_that_ends_says_otherwise_as_well_is_told(said: Said) -> None:
    assert said(_second_version(of_first=(LONGER,)))["moon"][2:] == [
        "moon: effects: effective_before was nothing and is 2026-07-01, days was 7 and is 9"
    ]


ENDING = ("measures: [", "ends_running: [publishing_paused]\nmeasures: [")


@pytest.mark.parametrize("before", [(), (_replace("moon.yml", ENDING),)])
def test_what_a_version_ends_when_it_begins_is_told_also_where_the_one_before_ended_the_same(
    said: Said, before: tuple[Change, ...]
) -> None:
    ended = "moon: version 2, measures: publishing paused that is running ends on 2026-07-01"
    also = () if before else (ENDING,)
    assert said(_second_version(*also), *before) == {"moon": [BEGINS, ended]}


def test_a_version_that_goes_on_for_longer_than_it_did_is_told_once(said: Said) -> None:
    short = _replace("moon.yml", ("effective_from:", "effective_until: 2026-03-31\neffective_from:"))
    shorter = _replace("moon.yml", ("effective_until: 2026-03-31\n", ""))

    def change(packs: Path) -> None:
        shorter(packs)
        _second_version()(packs)

    assert said(change, short)["moon"] == [
        BEGINS,
        "moon: version 1 is in force until 2026-06-30, not until 2026-03-31",
    ]


UNTIL = "effective_until: 2026-03-31\nappeal_route:"


@pytest.mark.parametrize(
    ("change", "before", "told"),
    [
        ((UNTIL, "appeal_route:"), (("appeal_route:", UNTIL),), "without an end, not until 2026-03-31"),
        (("appeal_route:", UNTIL), (), "until 2026-03-31, not without an end"),
        (("from: 2020-01-01", "from: 2021-01-01"), (), "from 2021-01-01, not from 2020-01-01"),
    ],
)
def test_other_days_of_a_version_are_told_once_and_what_else_it_says_beside_them(
    said: Said, change: tuple[str, str], before: tuple[tuple[str, str], ...], told: str
) -> None:
    one, other = said(_replace("moon.yml", change, LONGER), *(_replace("moon.yml", each) for each in before))["moon"]
    assert one == f"moon: version 1 is in force {told}"
    assert other.endswith("days was 7 and is 9")


def test_in_which_order_programmes_stand_decides_nothing_and_is_no_difference(said: Said) -> None:
    first = _programme("copyright_strikes")

    def add(packs: Path) -> None:
        text = (packs / "moon.yml").read_text()
        (packs / "moon.yml").write_text(text.replace(first, first + first.replace("copyright", "other"), 1))

    def turn_around(packs: Path) -> None:
        text = (packs / "moon.yml").read_text()
        other = first.replace("copyright", "other")
        (packs / "moon.yml").write_text(text.replace(first + other, other + first, 1))

    assert said(turn_around, add) == {}


def _programme(name: str) -> str:
    """A programme of the pack, as it stands there."""
    (found,) = re.findall(
        rf"^  {name}:\n(?:    .*\n)+", (PROJECT / "policies" / "takedowns.yml").read_text(), flags=re.MULTILINE
    )
    return str(found)


def test_of_a_sentence_can_be_told_which_versions_to_compare() -> None:
    assert versions_named(BEGINS) == ("moon@1", "moon@2")
    assert versions_named("moon: effects: days was 7 and is 9") is None
