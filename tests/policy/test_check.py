"""`evenhand policy check`: each semantic check finds what it is for, at its place, and nothing else.

Longer than other files, for it is the list of all checks.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evenhand.commands.labels_check import keys_without_a_label
from evenhand.commands.policy import app
from evenhand.commands.policy_check import check
from evenhand.policy.check import Finding, check_name
from evenhand.policy.load import load_pack
from evenhand.policy.senseless import IN_A_PACK
from evenhand.release.manifest import ReleasedPack
from evenhand.settings import PROJECT, Settings
from policy.packs import TEXT, changed, write
from release.manifests import manifest_of

NOTHING_SAID = "receivers: {files: {kind: files, connection: files, lists: [penalties, rewards]}}\n"


# What the packs here bring, besides what ours do.
WORDS = ("measure.badge", "measure.closed", "programme.health")


@pytest.fixture
def here(folder: Path, tmp_path: Path) -> Settings:
    receivers = tmp_path / "receivers.yml"
    receivers.write_text(NOTHING_SAID)
    translations = tmp_path / "translations"
    translations.mkdir()
    english = (PROJECT / "translations" / "en.po").read_text()
    words = [f'\nmsgid "{name}"\nmsgstr "{name}"\n' for name in WORDS if f'"{name}"' not in english]
    (translations / "en.po").write_text(english + "".join(words))
    return Settings(PROJECT, tmp_path / "home", folder, receivers, translations=translations)


def _found(here: Settings, *paths: Path) -> list[str]:
    """What is found, with the file's name for its path."""
    return [str(replace(each, file=Path(each.file).name)) for each in _findings(here, *paths)]


def _findings(here: Settings, *paths: Path) -> tuple[Finding, ...]:
    """All but that the keys of the packs here have no labels, which is a test of its own."""
    found = check(paths or [here.policies], here).findings
    return tuple(each for each in found if each.check != check_name(keys_without_a_label))


def test_keys_that_no_catalogue_has_a_word_for_are_named_until_it_has(folder: Path, here: Settings) -> None:
    write(folder, _program(LATE, "{zone: shut_out, at_least: 2}, {zone: gone, at_least: 3}"), "ladder.yml")

    def found() -> list[str]:
        named = [each for each in check([folder], here).findings if each.check == "keys-without-a-label"]
        assert {each.severity for each in named} <= {"warning"}
        return [str(replace(each, file=Path(each.file).name)) for each in named]

    assert found() == [
        "ladder.yml:8:3: warning: programmes.points: found no label of programme.points, rule.late,"
        " violation_type.late, zone.gone, zone.shut_out; expected a msgid of each in translations/en.po: people are"
        " shown a key with blanks for underscores"
    ]
    english = here.translations / "en.po"
    names = ("programme.points", "rule.late", "violation_type.late", "zone.gone", "zone.shut_out")
    english.write_text(english.read_text() + "".join(f'\nmsgid "{name}"\nmsgstr "{name}"\n' for name in names))
    assert found() == []


def _program(entries: str, zones: str, more: str = "") -> str:
    """A pack with one programme, whose entries begin in line 9 and whose zones in line 11."""
    return f"""\
pack: ladder
version: 1
markets: [world]
effective_from: 2026-01-01
appeal_route: Write to us.
measures: []
programmes:
  points: {{unit: point{more}, entries: [
    {entries}
  ], zones: [{{zone: good}},
    {zones}
  ]}}
"""


LATE = "{rule: late, violation_types: [late], amount: 2}"


def test_a_pack_that_means_what_it_says(folder: Path, here: Settings) -> None:
    write(folder)
    assert _found(here) == []


@pytest.mark.parametrize(
    ("entries", "zones", "more", "said"),
    [
        # Beyond the balance's ends, in both directions.
        (LATE, "{zone: shut, at_least: 12}", ", balance: {at_most: 10}", "at_least, found 12, never more than 10"),
        (LATE, "{zone: shut, more_than: 10}", ", balance: {at_most: 10}", "shut, more_than, found 10, never more than"),
        (LATE, "{zone: shut, at_least: 10}", ", balance: {at_most: 10}", None),
        (
            "{rule: late, violation_types: [late], amount: -2}",
            "{zone: shut, less_than: 0}",
            ", balance: {start: 200, at_least: 0}",
            "shut, less_than, found 0, never less than 0",
        ),
        # Amounts that only go the other way.
        (LATE, "{zone: shut, at_most: -1}", "", "shut, at_most, found -1, never less than 0"),
        ("{rule: late, violation_types: [late], amount: -1}", "{zone: shut, at_least: 1}", "", "never more than 0"),
        ("{rule: late, activities: [late], amount_per_unit: -1}", "{zone: shut, at_least: 1}", "", "never more than 0"),
    ],
)  # fmt: skip
def test_zones_that_the_value_never_reaches(
    folder: Path, here: Settings, entries: str, zones: str, more: str, said: str | None
) -> None:
    write(folder, _program(entries, zones, more))
    found = _found(here)
    assert len(found) == (said is not None)
    if said:
        assert found[0].startswith("strikes.yml:11:") and "error: programmes.points.zones[1]." in found[0]
        assert "no account can be in zone shut" in found[0]
        assert all(word in found[0] for word in said.split(", "))


def test_zones_of_programmes_that_are_made_of_others(folder: Path, here: Settings) -> None:
    zones = "{zone: shut, at_least: 2}"
    made = """\
  same: {unit: point, same_as: points, zones: [{zone: good}, {zone: shut, at_least: 12}]}
  score: {unit: point, weighted: [{programme: points, weight: -2}], zones: [{zone: good}, {zone: shut, at_least: 1}]}
  share: {unit: s, ratio: {part: points, whole: points, whole_at_least: 1}, zones: [{zone: a}, {zone: b, at_most: -1}]}
  either: {unit: point, first_of: [measured, points], zones: [{zone: a}, {zone: b, at_most: -1}]}
  measured: {unit: point, metric: points, zones: [{zone: a}, {zone: b, at_most: -1}]}
"""
    write(folder, _program(LATE, zones, ", balance: {at_most: 10}") + made)
    # A metric can be anything, and so can what may be one.
    assert [line.split(": ")[2] for line in _found(here)] == [
        f"programmes.{name}.zones[1].{how}"
        for name, how in (("same", "at_least"), ("score", "at_least"), ("share", "at_most"))
    ]


@pytest.mark.parametrize(
    ("entries", "zones", "skipped"),
    [
        # By twos there is no three.
        (LATE, "{zone: warned, at_least: 3}, {zone: shut, more_than: 3}", "at least 3 and at most 3; * (2)"),
        (LATE, "{zone: warned, at_least: 2}, {zone: shut, more_than: 2}", None),
        # Whole numbers leave nothing between more than 3 and 4.
        (
            "{rule: late, violation_types: [late], amount: 1}",
            "{zone: warned, more_than: 3}, {zone: shut, at_least: 4}",
            "more than 3 and less than 4; * (1)",
        ),
        (
            "{rule: late, violation_types: [late], amount: 0.5}",
            "{zone: warned, more_than: 3}, {zone: shut, at_least: 4}",
            None,
        ),
        # Sums of several amounts: 6 and 4 give neither 1 to 3 nor 5, but they give 10.
        (
            "{rule: late, violation_types: [late], amount_by_severity: {major: 6, minor: 4}}",
            "{zone: warned, at_least: 5}, {zone: shut, at_least: 6}",
            "at least 5 and less than 6; * (4, 6)",
        ),
        # What a training leaves of six is five.
        (
            "{rule: late, violation_types: [late], amount: 6},"
            " {rule: training, activities: [quiz], relief: {takes_from: newest, amount: 1}}",
            "{zone: warned, at_least: 5}, {zone: shut, at_least: 6}",
            None,
        ),
        # Up by four and down by two is every even number.
        (
            f"{LATE.replace('2', '4')}, {{rule: good, activities: [good], amount: -2}}",
            "{zone: warned, at_least: 2}, {zone: shut, more_than: 2}",
            None,
        ),
        (
            f"{LATE.replace('2', '4')}, {{rule: good, activities: [good], amount: -2}}",
            "{zone: warned, at_least: 3}, {zone: shut, more_than: 3}",
            "at least 3 and at most 3; * (-2, 4)",
        ),
        # Doubled for a repeat.
        (
            f"{LATE[:-1]}, multiplied: [{{by: 1.5, from_occurrence: 2, within_days: 30}}]}}",
            "{zone: warned, at_least: 3}, {zone: shut, more_than: 3}",
            None,
        ),
        # Reviewers and quantities can give anything.
        (
            "{rule: late, violation_types: [late], amount_by_reviewer: {at_least: 2, at_most: 6}}",
            "{zone: warned, at_least: 1}, {zone: shut, at_least: 2}",
            None,
        ),
    ],
)  # fmt: skip
def test_ladders_that_go_past_a_zone(
    folder: Path, here: Settings, entries: str, zones: str, skipped: str | None
) -> None:
    write(folder, _program(entries, zones))
    found = _found(here)
    assert len(found) == (skipped is not None)
    if skipped:
        between, amounts = skipped.split("; * ")
        assert "error: programmes.points.zones[1]." in found[0]
        assert f"found zone warned, {between}; expected a zone that a sum of amounts" in found[0]
        assert amounts in found[0]


def test_parts_that_never_come_about(folder: Path, here: Settings) -> None:
    rules = """\
[
    {rule: a, activities: [a], amount: 1, counts_once_per: day, every: {count: 4, within_days: 3}},
    {rule: b, activities: [b], relief: {takes_from: newest, not_with_rules: [a]}}]
"""
    text = _program("", "{zone: shut, at_least: 1}").replace("[\n    \n  ]", rules.strip())
    write(folder, text)
    assert [(line.split(": ")[1], line.split(": ")[2]) for line in _found(here)] == [
        ("error", "programmes.points.entries[0].every.count"),
        ("error", "programmes.points.entries[1].relief.not_with_rules"),
    ]
    first = "activities: [a], amount: 1, counts_once_per: day, every: {count: 4, within_days: 3}"
    nothing_to_take = text.replace(first, "activities: [a], relief: {takes_from: oldest}")
    write(folder, nothing_to_take.replace(", not_with_rules: [a]", ""))
    found = _found(here)
    assert len([line for line in found if "there is nothing to take from" in line]) == 2


def test_a_quiz_that_shortens_nothing(folder: Path, here: Settings) -> None:
    write(folder, changed(("days: 7", "days: 7, shortened_by: {activity: quiz, to_days: 7}")))
    assert _found(here) == [
        "strikes.yml:22:94: error: programmes.health.zones[1].measures[1].shortened_by.to_days: found 7; expected fewer"
        " than days, 7: nothing is shortened"
    ]


def test_a_training_that_never_helps(folder: Path, here: Settings) -> None:
    grace = "copyright]\n        grace: {training: course, same_type_days: 31}"
    text = changed(("copyright, fraud]", grace), ("2026-01-01", "2026-01-01\neffective_until: 2026-01-31"))
    write(folder, text)
    (found,) = _found(here)
    assert found.startswith("strikes.yml:14:51: warning: programmes.health.entries[0].grace.same_type_days: found 31;")
    write(folder, text.replace("same_type_days: 31", "same_type_days: 30"))
    assert _found(here) == []


def test_rules_whose_days_are_not_the_packs(folder: Path, here: Settings) -> None:
    write(folder, changed(("lasts_days: 180", "lasts_days: 180\n        effective_until: 2025-12-31")))
    (found,) = _found(here)
    assert found.startswith(
        "strikes.yml:16:26: warning: programmes.health.entries[0].effective_until: found 2025-12-31; expected a day of"
    )


def test_measures_and_calendars_that_nothing_uses(folder: Path, here: Settings) -> None:
    write(folder, changed(("closed]", "closed, fined]\ncalendars: {mondays: {weekday: monday}}")))
    assert _found(here) == [
        "strikes.yml:6:38: warning: measures[3]: found fined; expected a zone or an eligibility that brings it",
        "strikes.yml:7:13: warning: calendars.mondays: found mondays; expected something that goes by it",
    ]


def test_what_a_base_has_for_others_is_not_told(folder: Path, here: Settings) -> None:
    write(folder, changed(("markets: [world]\n", ""), ("closed]", "closed, fined]")), "base.yml")
    write(folder, "extends: base.yml\npack: gb\nversion: 1\nmarkets: [GB]\neffective_from: 2026-01-01\n", "gb.yml")
    assert _found(here) == []
    # But what can't be is told, at the place in the base.
    write(folder, changed(("markets: [world]\n", ""), ("at_least: 1.5", "at_least: 9.5")), "base.yml")
    (found,) = _found(here)
    assert found.startswith(
        "base.yml:18:19: error: programmes.health.zones[1].at_least: found zone warned, at least 9.5"
    )


def test_balances_that_two_packs_keep_for_each_of_two_things_are_refused(folder: Path, here: Settings) -> None:
    """One balance is read as the sum of several; of one for each type and one for each content, each has a part."""

    def kept(per: str) -> tuple[str, str]:
        return ("    unit: strike\n", f"    unit: strike\n    kept_per: {per}\n")

    write(folder, TEXT, "one.yml")
    elsewhere = (("pack: strikes", "pack: swift"), ("[world]", "[moon]"))
    write(folder, changed(*elsewhere, kept("violation_type")), "other.yml")
    assert _found(here) == []
    write(folder, changed(kept("content")), "one.yml")
    assert _found(here) == [
        "other.yml:10:15: error: programmes.health.kept_per: found violation_type, where version 1 of strikes has"
        " content; expected content or none, or a programme of another name: an entry adds to a balance of one kind,"
        " which the other reads nothing of"
    ]


def test_versions_with_a_gap_or_an_overlap(folder: Path, here: Settings) -> None:
    first = ("effective_from: 2026-01-01", "effective_from: 2026-01-01\neffective_until: 2026-06-30")
    second = (("version: 1", "version: 2"), ("[world]", "[world, moon]"))
    write(folder, changed(first), "v1.yml")
    write(folder, changed(*second, ("2026-01-01", "2026-07-01")), "v2.yml")
    assert _found(here) == []
    write(folder, changed(*second, ("2026-01-01", "2026-07-03")), "v2.yml")
    assert _found(here) == [
        "v2.yml:4:17: warning: effective_from: found 2026-07-03; expected 2026-07-01, the day after version 1 ends: no"
        " pack decides for world in between"
    ]
    write(folder, changed(*second, ("2026-01-01", "2026-06-30")), "v2.yml")
    (found,) = _found(here)
    assert found.startswith("v2.yml:4:17: error: effective_from: found 2026-06-30 for world, where strikes version 1")


def test_a_bonus_gets_another_calendar_only_on_a_day_that_begins_a_period_of_both(folder: Path, here: Settings) -> None:
    pack = """\
pack: posts
version: 1
markets: [world]
effective_from: 2026-01-01
effective_until: 2026-05-31
appeal_route: Write to us.
measures: []
calendars: {weeks: {weekday: monday}}
programmes: {posts: {unit: post, entries: [{rule: posts, activities: [post], amount: 1}]}}
bonuses: {posts: {activity: post, scope: account, pays: 5, per: weeks}}
"""
    # 1 June 2026 is a Monday; 1 July isn't.
    later = pack.replace("version: 1", "version: 2").replace("effective_until: 2026-05-31\n", "")
    later = later.replace("2026-01-01", "2026-06-01").replace("{weekday: monday}", "{day_of_month: 1}")
    write(folder, pack, "v1.yml")
    write(folder, later, "v2.yml")
    assert not [found for found in _found(here) if found.startswith("v")]
    write(folder, pack.replace("2026-05-31", "2026-06-30"), "v1.yml")
    write(folder, later.replace("2026-06-01", "2026-07-01"), "v2.yml")
    assert [found for found in _found(here) if found.startswith("v")] == [
        "v2.yml:9:65: error: bonuses.posts.per: found another calendar than in version 1 from 2026-07-01 on; expected"
        " the change on a day that begins a period of both"
    ]


def test_a_part_that_goes_on_under_another_name(folder: Path, here: Settings) -> None:
    first = ("effective_from: 2026-01-01", "effective_from: 2026-01-01\neffective_until: 2026-06-30")
    second = (("version: 1", "version: 2"), ("2026-01-01", "2026-07-01"))
    write(folder, changed(first), "v1.yml")
    write(folder, changed(*second, ("rule: one_strike", "rule: strike")), "v2.yml")
    assert _found(here) == [
        "v2.yml:11:9: warning: programmes.health.entries[0]: found strike and no longer one_strike, which version 1"
        " has; expected the same name for what goes on, or `was` beside the new one: else nothing does"
    ]
    write(folder, changed(*second, ("rule: one_strike", "rule: strike\n        was: one_strike")), "v2.yml")
    assert _found(here) == []
    write(folder, changed(*second, ("rule: one_strike", "rule: strike\n        was: two_strikes")), "v2.yml")
    assert [found.split(": ")[1] for found in _found(here)] == ["warning"]


def test_a_former_name_that_cannot_be_told_from_another(folder: Path, here: Settings) -> None:
    """It is there still, there again, or two packs go on with it."""
    ends = ("effective_from: 2026-01-01", "effective_from: 2026-01-01\neffective_until: 2026-06-30")
    begins = (("version: 1", "version: 2"), ("2026-01-01", "2026-07-01"))
    rule = "      - rule: one_strike"
    assert rule in TEXT
    both = changed(
        ends, (rule, f"{rule.replace('one_', 'second_')}\n        violation_types: [spam]\n        amount: 1\n{rule}")
    )
    write(folder, both, "v1.yml")
    write(folder, changed(*begins, ("rule: one_strike", "rule: second_strike\n        was: one_strike")), "v2.yml")
    assert [found for found in _found(here) if "error" in found] == [
        "v2.yml:12:9: error: programmes.health.entries[0].was: found one_strike, which version 1 has beside"
        " second_strike; expected a rule that it has under another name"
    ]
    write(folder, changed(ends, ("rule: one_strike", "rule: strike\n        was: one_strike")), "v1.yml")
    write(folder, changed(*begins), "v2.yml")
    assert [found for found in _found(here) if "error" in found] == [
        "v2.yml:11:9: error: programmes.health.entries[0]: found one_strike, which is strike since version 1; expected"
        " a name that no rule had before"
    ]
    write(folder, changed(*begins, ("rule: one_strike", "rule: one_strike\n        was: strike")), "v2.yml")
    assert _found(here) == []
    write(folder, changed(("pack: strikes", "pack: one\ncontinues: [strikes]"), ends), "v1.yml")
    write(folder, changed(("pack: strikes", "pack: other\ncontinues: [strikes]"), begins[1]), "v2.yml")
    assert [found for found in _found(here) if "error" in found] == [
        "v2.yml:9:3: error: programmes.health: found health of strikes, which one version 1 goes on with too;"
        " expected one pack that goes on with it"
    ]
    write(folder, changed(("pack: strikes", "pack: other\ncontinues: [one]"), begins[1]), "v2.yml")
    assert _found(here) == []
    write(folder, changed(("pack: strikes", "pack: other"), begins[1]), "v2.yml")
    assert _found(here) == [
        "v2.yml:1:7: warning: pack: found a new pack for world on the day after one ends; expected continues: [one], if"
        " it takes its place"
    ]


def test_other_policies_of_a_market_lie_beside_each_other_outside_the_nights_folder(
    folder: Path, here: Settings
) -> None:
    (folder / "published").mkdir()
    write(folder / "published", name="one.yml")
    write(folder / "published", changed(("pack: strikes", "pack: other")), "other.yml")
    assert _found(here) == []
    write(folder, name="one.yml")
    write(folder, changed(("pack: strikes", "pack: other")), "other.yml")
    assert any(line.startswith("one.yml:8:3: error: programmes: found health, which other") for line in _found(here))


def test_the_order_of_a_markets_measures_is_of_measures_that_its_packs_have(folder: Path, here: Settings) -> None:
    write(folder)
    order = folder / "measures_order.yml"
    order.write_text("world: [warning, no_life, closed, no_live]\n")
    assert _found(here) == [
        "measures_order.yml:1:18: warning: world: found no_life; expected a measure of a pack of world; did you mean"
        " no_live?",
        "measures_order.yml:1:27: warning: world: found closed as milder than no_live; expected them as strikes version"
        " 1 has them: no_live before closed",
    ]
    order.write_text("world: [warning, warning]\n")
    assert _found(here) == ["measures_order.yml:1:18: error: world[1]: found warning again; expected each only once"]
    order.write_text("moon: 3\n")
    assert _found(here) == ["measures_order.yml:1:7: error: moon: found 3; expected a list"]


def test_violation_types_of_the_marketplace(folder: Path, here: Settings) -> None:
    write(folder)
    (folder / "marketplace.yml").write_text("violation_types:\n  copyright: Copies.\n  spam: Too much of it.\n")
    assert _found(here) == [
        "strikes.yml:7:1: warning: programmes: found no rule for spam, which marketplace.yml names; expected a rule for"
        " it in some programme: in world it has no consequence",
        "strikes.yml:12:38: warning: programmes.health.entries[0].violation_types[1]: found fraud; expected a violation"
        " type of marketplace.yml: copyright, spam",
    ]
    (folder / "marketplace.yml").write_text("violation_types: {copyrigth: Copies., fraud: Lies.}\n")
    assert any("copyrigth; did you" not in line and "did you mean copyrigth?" in line for line in _found(here))
    (folder / "marketplace.yml").write_text("violation_type: {fraud: Lies.}\n")
    assert [line.partition(";")[0] for line in _found(here)] == [
        "marketplace.yml:1:1: error: violation_type: found a key that isn't in the language",
    ]


def test_measures_that_no_receiver_takes(folder: Path, here: Settings) -> None:
    path = write(folder)
    here.receivers.write_text(
        "receivers:\n"
        "  live: {kind: http, connection: live, lists: [penalties], measures: [no_live, warnin]}\n"
        "  shop: {kind: http, connection: shop, lists: [rewards], measures: [badge, closed]}\n"
    )
    assert _found(here, path) == [
        "strikes.yml:6:12: error: measures[0]: found warning; expected one of those that a receiver of penalties in"
        " receivers.yml can carry out: no_live, warnin; did you mean warnin?",
        "strikes.yml:6:30: error: measures[2]: found closed; expected one of those that a receiver of penalties in"
        " receivers.yml can carry out: no_live, warnin",
    ]
    # One that takes whatever there is takes these too; and nobody takes rewards.
    here.receivers.write_text("receivers: {all: {kind: files, connection: all, lists: [penalties]}}\n")
    assert _found(here, path) == [
        "strikes.yml:28:18: error: programmes.health.rewards[0].reward: found badge; expected one of those that a"
        " receiver of rewards in receivers.yml can carry out: there are none"
    ]
    here.receivers.write_text("receivers: {all: {kind: pigeon}}\n")
    assert any("receivers.yml: error: " in line and "kind must be" in line for line in _found(here, path))


def _release(here: Settings, night: date, *packs: ReleasedPack) -> None:
    release = here.releases / f"night={night}"
    release.mkdir(parents=True, exist_ok=True)
    (release / "manifest.json").write_text(manifest_of(night, packs=packs).text())


def test_days_that_a_released_night_has_decided(folder: Path, here: Settings) -> None:
    path = write(folder)
    kept = ReleasedPack(pack="strikes", version=1, sha256=load_pack(path).sha256)
    _release(here, date(2026, 3, 1), kept)
    _release(here, date(2026, 2, 1))
    assert _found(here) == []

    # It may end, but not before the night that it decided; and what it says may not change unseen.
    until = "effective_from: 2026-01-01\neffective_until: "
    write(folder, changed(("effective_from: 2026-01-01", f"{until}2026-03-01")))
    assert _found(here) == []
    write(folder, changed(("effective_from: 2026-01-01", f"{until}2026-02-28")))
    (found,) = _found(here)
    assert found.startswith(
        "strikes.yml:5:18: error: effective_until: found 2026-02-28; expected 2026-03-01, the newest"
    )
    write(folder, changed(("days: 7", "days: 8")))
    (found,) = _found(here)
    assert found.startswith("strikes.yml:2:10: warning: version: found 1 with another text than night 2026-03-01 was")

    # A new version decides from the next day on.
    write(folder, changed(("version: 1", "version: 2"), ("2026-01-01", "2026-03-02")))
    assert _found(here) == []
    write(folder, changed(("version: 1", "version: 2"), ("2026-01-01", "2026-03-01")))
    (found,) = _found(here)
    assert found.startswith(
        "strikes.yml:4:17: error: effective_from: found 2026-03-01; expected a day after 2026-03-01,"
    )


def test_markets_that_no_pack_decides_for(folder: Path, here: Settings) -> None:
    path = write(folder)
    night = here.landing / "creators" / "night=2026-01-01"
    night.mkdir(parents=True)
    (night / "a.csv").write_text("account_id,market\n1,world\n2,wrold\n2,wrold\n3,MY\n")
    (night / "b.csv").write_text("not,a,feed\n1,2,3\n")
    (night / "_SUCCESS").write_text("")
    assert _found(here) == [
        "creators: warning: found 1 accounts of the market MY; expected a pack that decides for it",
        "creators: warning: found 1 accounts of the market wrold; expected a pack that decides for it; did you mean"
        " world?",
    ]
    # Somebody who asks about one pack doesn't ask about all markets.
    assert _found(here, path) == []


def test_mistakes_in_the_language_are_findings_too(folder: Path, here: Settings) -> None:
    write(folder, changed(("version: 1", "version: one"), ("amount: 1", "amount: 0")), "a.yml")
    write(folder, changed(("closed]", "closed, fined]")), "b.yml")
    write(folder.parent, "", "empty.yml")
    assert [line.split(": ")[0:2] for line in _found(here)] == [
        ["a.yml:2:10", "error"],
        ["a.yml:13:17", "error"],
        ["b.yml:6:38", "warning"],
    ]
    assert _found(here, folder / "nowhere")[0].startswith("nowhere: error: found no file that can be read")


def test_the_command_says_it_and_exits_with_1_on_errors(
    folder: Path, here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENHAND_POLICIES", str(folder))
    monkeypatch.setenv("EVENHAND_HOME", str(here.home))
    monkeypatch.setenv("EVENHAND_RECEIVERS", str(here.receivers))
    monkeypatch.setenv("EVENHAND_TRANSLATIONS", str(here.translations))
    monkeypatch.chdir(folder.parent)
    run = CliRunner().invoke
    english = here.translations / "en.po"
    labels = ("rule.one_strike", "violation_type.fraud", "zone.shut")
    english.write_text(english.read_text() + "".join(f'\nmsgid "{name}"\nmsgstr "{name}"\n' for name in labels))
    write(folder, changed(("closed]", "closed, fined]")))
    result = run(app, ["check"])
    assert (result.exit_code, result.output) == (
        0,
        "policies/strikes.yml:6:38: warning: measures[3]: found fined; expected a zone or an eligibility that brings"
        " it\n"
        "1 pack, no errors, 1 warning\n",
    )
    write(folder, TEXT.replace("days: 30", "days: 0"))
    result = run(app, ["check", "policies/strikes.yml"])
    assert (result.exit_code, result.output.splitlines()[-1]) == (1, "1 pack, 1 error, no warnings")
    result = run(app, ["check", "--json"])
    assert result.exit_code == 1
    said = json.loads(result.output)
    assert {**said, "findings": len(said["findings"])} == {"packs": 1, "errors": 1, "warnings": 0, "findings": 1}
    assert said["findings"][0] == {
        "file": "policies/strikes.yml", "line": 21, "column": 54, "severity": "error", "check": "language",
        "said": "programmes.health.zones[1].measures[0].days: found 0; expected at least 1",
    }  # fmt: skip


def test_every_check_of_a_pack_says_what_it_looks_for() -> None:
    assert all((look.__doc__ or "").endswith(".") for look in IN_A_PACK)
