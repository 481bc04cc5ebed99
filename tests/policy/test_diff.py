"""`evenhand policy diff`: what a person would have to be told, and nothing that they need not hear."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from evenhand.commands.policy import app
from evenhand.deciding.mutants import mutants_of
from evenhand.policy.diff import diff
from evenhand.policy.load import content_of, load_pack, pack_from, packs_in
from evenhand.settings import PROJECT
from policy.packs import TEXT, changed, write

OURS = packs_in(PROJECT / "policies")


def _diff(folder: Path, *changes: tuple[str, str], before: str = TEXT) -> list[str]:
    old = load_pack(write(folder, before, "old.yml")).pack
    text = before
    for one, other in changes:
        assert text.count(one) == 1, one
        text = text.replace(one, other)
    new = load_pack(write(folder, text, "new.yml")).pack
    return [f"{change.about.removeprefix('programme ')}: {change.said}" for change in diff(old, new)]


def test_the_same_is_no_difference(folder: Path) -> None:
    assert _diff(folder) == []
    # Neither is what nobody is decided by, nor how it is written.
    examples = "examples: [{example: none, expect: [{on: 2026-01-01, measures: []}]}]\nversion: 2"
    assert _diff(folder, ("version: 1", examples), ("days: 7}", "days: 7}  # a week")) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        # Who is affected, and from when.
        ("[world]", "[world, GB]", "who is affected: the market GB is new"),
        ("markets", "applies_to: [creator, seller]\nmarkets", "who is affected: the kind of account seller is new"),
        ("[world]", "[GB]", "who is affected: the market world is no longer in it"),
        ("2026-01-01", "2026-02-01", "from when: it judges what is decided from 2026-02-01 on, not from 2026-01-01"),
        (
            "2026-01-01",
            "2026-01-01\neffective_until: 2026-06-30",
            "from when: it is in force until 2026-06-30 instead of without an end",
        ),
        (
            "markets",
            "timezone: Asia/Jakarta\nmarkets",
            "from when: the time zone of its days is Asia/Jakarta (before: none of its own)",
        ),
        ("Write to us.", "Call us.", "appeals: the way to appeal is now: Call us."),
        (
            "measures: [w",
            "appeals: {file_within_days: 30}\nmeasures: [w",
            "appeals: a first appeal counts if it is filed within 30 days of the decision (before: whenever",
        ),
        ("[warning, no_live, closed]", "[no_live, warning, closed]", "measures: from the mildest to the strictest"),
        ("closed]", "closed, fined]", "measures: fined is new"),
        ("markets", "ends_running: [closed]\nmarkets", "measures: closed that is running ends on 2026-01-01"),
        ("markets", "stops_sales: [closed]\nmarkets", "stages: its sales are stopped by closed (before: nothing)"),
        ("markets", "holds_commission: [closed]\nmarkets", "stages: its commission is held by closed (before:"),
        ("markets", "stages: {pilot_days: 9}\nmarkets", "stages: then it is a pilot for 9 days (before: at no time)"),
        ("at_least: 10", "at_least: 10\n        warned_within: 2", "health: new: zone shut: is near within 2 of it"),
        # What is called otherwise.
        ("  health:", "  points:\n    was: health", "points: was called health, and goes on with what that had"),
        (
            "rule: one_strike",
            "rule: strike\n        was: one_strike",
            "health: rule strike was called one strike, and goes on with what that had",
        ),
        (
            "zone: shut",
            "zone: over\n        was: shut",
            "health: zone over was called shut, and goes on with what that had",
        ),
        ("markets", "continues: [strikes_sg]\nmarkets", "from when: it goes on with what the pack strikes_sg had"),
        # What counts, and how long.
        ("amount: 1", "amount: 2", "health: rule one strike: brings 2 strikes (before: 1 strike)"),
        ("lasts_days: 180", "lasts_days: 90", "health: rule one strike: lasts 90 days (before: 180 days)"),
        ("        lasts_days: 180\n", "", "health: rule one strike: lasts for ever (before: 180 days)"),
        (
            "[copyright, fraud]",
            "[copyright, piracy]",
            "health: rule one strike: counts violation copyright or piracy (before: violation copyright or fraud)",
        ),
        (
            "        counts_once_per: batch\n",
            "",
            "health: no longer: rule one strike: counts once per batch",
        ),
        (
            "lasts_days: 180",
            "lasts_days: 180\n        effective_until: 2026-06-30",
            "health: new: rule one strike: counts events until 2026-06-30",
        ),
        (
            "    zones:",
            "      - {rule: late, activities: [late], amount: 0.5, every: {count: 2, within_days: 7}}\n    zones:",
            "health: rule late is new: counts activity late; brings 0.5 strikes; takes 2 of them within 7 days to make"
            " one entry; lasts for ever",
        ),
        ("rule: one_strike", "rule: a_strike", "health: rule one strike is no more"),
        # What follows.
        ("at_least: 1.5", "at_least: 2", "health: zone warned: holds at least 2 strikes (before: at least 1.5"),
        (
            "at_least: 1.5",
            "more_than: 1.5",
            "health: zone warned: holds more than 1.5 strikes (before: at least 1.5 strikes)",
        ),
        (
            "days: 7",
            "days: 14",
            "health: zone warned: brings no live for 14 days (before: for 7 days)",
        ),
        (
            "          - {measure: no_live, scope: live, days: 7}\n",
            "",
            "health: no longer: zone warned: brings no live for 7 days",
        ),
        (
            "scope: live, days: 7",
            "scope: campaign, days: 7",
            "health: new: zone warned: brings no live on campaign for 7 days",
        ),
        (
            "- zone: shut",
            "- {zone: watched, at_least: 5, measures: [{measure: closed, scope: ads, permanent: true}]}"
            "\n      - zone: shut",
            "health: zone watched is new, for at least 5 and less than 10 strikes: brings closed on ads for good",
        ),
        ("zone: shut", "zone: closed", "health: zone shut is no more"),
        (
            "zones: [good, warned]",
            "zones: [good]",
            "health: rewards: bring badge on showcase in zone good (before: in zone good or warned)",
        ),
        # How it is read.
        ("unit: strike", "unit: strike\n    balance: {at_most: 20}", "health: new: is never more than 20 strikes"),
        (
            "unit: strike",
            "unit: strike\n    falls_after_days: 30",
            "health: new: a stricter zone holds on for 30 days after it is left",
        ),
    ],
)  # fmt: skip
def test_what_is_said_of_a_change(folder: Path, old: str, new: str, said: str) -> None:
    found = _diff(folder, (old, new))
    assert any(line.startswith(said) for line in found), found
    assert len(found) <= 2


ELIGIBILITY = """\
eligibility:
  campaign:
    conditions:
      - {condition: few, programme: health, at_most: 1}
    while_eligible: [{reward: campaign, scope: campaign}]
calendars: {mondays: {weekday: monday}}
bonuses:
  posts: {activity: post, scope: short_video, pays: 1.5, per: mondays, budget: 100}
"""
FOR_CAMPAIGN = "eligibility for campaign"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("at_most: 1}", "less_than: 1}", f"{FOR_CAMPAIGN}: condition: few: health is less than 1 strike (before: "),
        ("condition: few", "condition: none", f"{FOR_CAMPAIGN}: no longer: condition: few: health is at most 1 strike"),
        ("while_eligible", "stays_eligible: true\n    while_eligible", f"{FOR_CAMPAIGN}: new: once eligible it"),
        ("[{reward: campaign", "[{reward: badge", f"{FOR_CAMPAIGN}: new: brings badge on campaign"),
        ("budget: 100", "budget: 50", "bonus posts: for all together at most 50 (before: at most 100)"),
        ("weekday: monday", "day_of_month: 20", "bonus posts: begins anew day 20 of every month (before: every"),
        ("  posts:", "  videos:", "bonus posts: is no more"),
        ("  campaign:\n", "  sale:\n", "eligibility for sale: is new: brings campaign while eligible"),
        ("  health:\n", "  health:\n    evaluated: mondays\n", "health: new: is looked at on every Monday"),
    ],
)  # fmt: skip
def test_what_is_said_of_eligibility_bonuses_and_calendars(folder: Path, old: str, new: str, said: str) -> None:
    found = _diff(folder, (old, new), before=TEXT + ELIGIBILITY)
    assert any(line.startswith(said) for line in found), found


def test_a_programme_that_is_new_is_told_as_a_whole(folder: Path) -> None:
    rules = "[{rule: spam, violation_types: [spam], amount: 1}]"
    other = f"  spam:\n    unit: point\n    entries: {rules}\n    zones: [{{zone: any}}]\n"
    assert _diff(folder, ("programmes:\n", f"programmes:\n{other}")) == [
        "spam: is new: is a balance of entries",
        "spam: rule spam: counts violation spam; brings 1 point; lasts for ever",
        "spam: zone any, for any: brings nothing",
    ]


LONGER = ("scope: live, days: 7", "scope: live, days: 9")
TOLD = "health: zone warned: brings no live for 9 days (before: for 7 days)"
WARNING = "          - {measure: warning, scope: account, days: 30}\n"
NO_LIVE = "          - {measure: no_live, scope: live, days: 7}\n"
TWO_RULES = TEXT.replace("    zones:\n", "      - {rule: other, violation_types: [spam], amount: 1}\n    zones:\n")


@pytest.mark.parametrize(
    ("before", "change", "key"),
    [
        (TEXT, ("unit: strike", "unit: point"), "unit"),
        (TEXT, (WARNING + NO_LIVE, NO_LIVE + WARNING), "zones"),
        (TWO_RULES, None, "entries"),
    ],
)
def test_what_has_no_words_is_named_beside_what_has_them(
    folder: Path, before: str, change: tuple[str, str] | None, key: str
) -> None:
    if change is None:
        first = before[before.index("      - rule: one_strike") : before.index("      - {rule: other")]
        other = before[before.index("      - {rule: other") : before.index("    zones:")]
        change = (first + other, other + first)
    alone, both = _diff(folder, change, before=before), _diff(folder, change, LONGER, before=before)
    assert alone[-1] == both[-1] == f"health: is otherwise in {key}"
    assert TOLD in both and TOLD not in alone
    assert _diff(folder, LONGER, before=before) == [TOLD]


def test_another_order_of_conditions_is_named_beside_another_bound(folder: Path) -> None:
    """What was called otherwise stands where it stood."""
    calm, fine, more = (
        f"      - {{condition: {each}, programme: health, less_than: {number}}}\n"
        for each, number in (("calm", 3), ("fine", 9), ("fine", 8))
    )
    effects = "    while_eligible: [{reward: badge, scope: showcase}]\n"
    before = f"{TEXT}eligibility:\n  shop:\n    conditions:\n{calm}{fine}{effects}"
    told = (
        "eligibility for shop: condition: fine: health is less than 8 strikes (before: health is less than 9 strikes)"
    )
    assert _diff(folder, (fine, more), before=before) == [told]
    assert _diff(folder, (calm + fine, more + calm), before=before) == [
        told,
        "eligibility for shop: is otherwise in conditions",
    ]
    renamed = calm.replace("calm", "quiet, was: calm")
    assert "eligibility for shop: is otherwise in conditions" not in _diff(
        folder, (calm + fine, renamed + more), before=before
    )


def test_days_that_nobody_judges_are_told(folder: Path) -> None:
    old = changed(("2026-01-01", "2026-01-01\neffective_until: 2026-03-31"))
    changes = (("version: 1", "version: 2"), ("2026-01-01\neffective_until: 2026-03-31", "2026-05-01"))
    assert _diff(folder, *changes, before=old)[-1] == "from when: nothing is judged from 2026-04-01 until 2026-04-30"


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_no_figure_or_comparator_of_our_packs_changes_in_silence(path: Path) -> None:
    content = content_of(path)
    old = pack_from(content)
    for mutant in mutants_of(path, content):
        try:
            new = pack_from(mutant.content)
        except ValidationError:
            continue
        found = diff(old, new)
        assert found, mutant.change
        # In words, not by the name of a key.
        assert not any("is otherwise in" in change.said for change in found), (mutant.change, found)


def test_the_command_takes_files_names_and_versions(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENHAND_POLICIES", str(folder))
    run = CliRunner().invoke
    until = "2026-01-01\neffective_until: 2026-03-31"
    write(folder, changed(("2026-01-01", until)), "v1.yml")
    write(
        folder, changed(("version: 1", "version: 2"), ("2026-01-01", "2026-04-01"), ("days: 7", "days: 14")), "v2.yml"
    )
    expected = """\
From strikes version 1: creators in world, from 2026-01-01 until 2026-03-31
  to strikes version 2: creators in world, from 2026-04-01 on

from when
  it judges what is decided from 2026-04-01 on, not from 2026-01-01

programme health
  zone warned: brings no live for 14 days (before: for 7 days)
"""
    assert run(app, ["diff", "strikes@1", "strikes"]).output == expected
    assert run(app, ["diff", str(folder / "v1.yml"), "strikes@2"]).output == expected
    assert run(app, ["diff", "strikes", "strikes"]).output.endswith("\nBoth decide the same.\n")
    said = json.loads(run(app, ["diff", "strikes@1", "strikes", "--json"]).output)
    assert said[1]["about"] == "programme health"
    unknown = run(app, ["diff", "strike", "strikes"])
    assert unknown.exit_code == 1
    assert "expected one of strikes@1, strikes@2; did you mean strikes?" in unknown.output
