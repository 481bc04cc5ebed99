"""`evenhand policy brief` on days: what lasts so long, and what lies so far from something else, has examples too."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.briefs import MORE, assert_said, pack_of, said_of


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        (
            "scope: live, days: 7,",
            "scope: live, days: 9,",
            "Zone limited, no live: on day 8 it goes on; before, it was over.",
        ),
        (
            "scope: live, days: 7,",
            "scope: live, permanent: true,",
            "Zone limited, no live: on day 8 no number of days ends it; before, it was over.",
        ),
        (
            "scope: live, days: 7,",
            "scope: live, days: 7, starts_after_days: 2,",
            "Zone limited, days until no live begins: 1 day is beyond the bound; before, there was no bound.",
        ),
        (
            "scope: live, days: 7,",
            "scope: live, days: 7, shortened_by: {activity: quiz, to_days: 3},",
            "Zone limited, days of no live that quiz doesn't end: 4 days is beyond the bound; before,",
        ),
        (
            "scope: live, days: 7,",
            "scope: live, appeal_days: 40,",
            "Zone limited, no live without an appeal: on day 41 it goes on; before, it was over.",
        ),
        ("lasts_days: 90,", "lasts_days: 60,", "Rule fakes, an entry: on day 61 it is over; before, it went on."),
        (
            "lasts_days: 90,",
            "lasts_days: 90, not_again_within_days: 30,",
            "Rule fakes, days from one event that counts to the next: 29 days is beyond the bound; before, there was",
        ),
        (
            "lasts_days: 90,",
            "lasts_days: 90, every: {count: 3, within_days: 30},",
            "Rule fakes, days from the first to the last event of one entry, both included: 30 days is within",
        ),
        (
            "lasts_days: 90,",
            "lasts_days: 90, grace: {training: course, same_type_days: 14},",
            "Rule fakes, days in which one of the same type is no warning: 15 days is beyond the bound; before, there",
        ),
        ("within_days: 9,", "within_days: 5,", "Rule fakes, days in which occurrences are counted: 6 days is beyond"),
        (
            "  quality:",
            "  quality:\n    falls_after_days: 30\n    zones: [{zone: any}, {zone: bad, at_least: 0.05}]",
            "Quality, a stricter zone that was left: on day 30 it goes on; before, no number of days ended it.",
        ),
        (
            "appeals: {file_within_days: 30}",
            "appeals: {file_within_days: 30, decide_within_days: 14}",
            "Appeals, days until an appeal is decided: 15 days is beyond the bound; before, there was no bound.",
        ),
        (
            "appeals: {file_within_days: 30}",
            "appeals: {file_within_days: 30}\nstages: {onboarding_days: 20}",
            "Stages, onboarding: on day 15 it goes on; before, it was over.",
        ),
    ],
)
def test_a_number_of_days_has_examples_on_both_sides(tmp_path: Path, was: str, now: str, said: str) -> None:
    assert_said(tmp_path, was, now, said)


def test_what_is_over_when_no_appeal_can_be_filed_any_more_is_over_on_the_day_after(tmp_path: Path) -> None:
    """As in the models: from 10 March and with 30 days, the last day to file is 9 April, and 10 April is free of it."""
    appealable = MORE.replace("scope: live, days: 7,", "scope: live, appeal_days: 40,")
    assert said_of(pack_of(tmp_path, MORE), pack_of(tmp_path, appealable)) == [
        "Zone limited, no live without an appeal: on day 7 it goes on, as before.",
        "Zone limited, no live without an appeal: on day 8 it goes on; before, it was over.",
        "Zone limited, no live without an appeal: on day 41 it goes on; before, it was over.",
        "Zone limited, no live without an appeal: on day 42 it is over, as before.",
    ]


@pytest.mark.parametrize(
    ("plain", "more", "part", "what"),
    [
        ("scope: live, days: 7,", "and_until: quiz,", "Zone limited", "days of no live that quiz doesn't end"),
        ("scope: live, days: 7,", "overlap: extend,", "Zone limited", "days of no live for each time it is brought"),
        ("lasts_days: 90,", "clock_starts_with: course,", "Rule fakes", "days of an entry from course on"),
        ("lasts_days: 90,", "ends_only_after: course,", "Rule fakes", "days of an entry that course doesn't end"),
        ("lasts_days: 90,", "paused_by: leave,", "Rule fakes", "days of an entry, those of leave left out"),
        (
            "lasts_days: 90,",
            "paused_by: leave, ends_only_after: course,",
            "Rule fakes",
            "days of an entry that course doesn't end, those of leave left out",
        ),
    ],
)
def test_of_days_that_alone_end_nothing_it_is_not_said_on_which_it_is_over(
    tmp_path: Path, plain: str, more: str, part: str, what: str
) -> None:
    assert MORE.count(plain) == 1
    key, length = plain.rstrip(",").rsplit(": ", 1)
    days, whole = int(length), "no live" if part == "Zone limited" else "an entry"
    shorter = f"{key}: {days - 2}, {more}"
    old, new = (pack_of(tmp_path, MORE.replace(plain, now)) for now in (f"{plain} {more}", shorter))
    assert said_of(pack_of(tmp_path, MORE), old) == [
        f"{part}, {what}: {days} days is within the bound; before, there was no bound.",
        f"{part}, {what}: {days + 1} days is beyond the bound; before, there was no bound.",
        f"{part}, {whole}: on day {days} no number of days ends it; before, it went on.",
        f"{part}, {whole}: on day {days + 1} no number of days ends it; before, it was over.",
    ]
    assert said_of(old, new) == [
        f"{part}, {what}: {days - 2} days is within the bound, as before.",
        f"{part}, {what}: {days - 1} days is beyond the bound; before, it was within.",
        f"{part}, {what}: {days} days is beyond the bound; before, it was within.",
        f"{part}, {what}: {days + 1} days is beyond the bound, as before.",
    ]


def test_days_that_another_activity_ends_are_another_bound(tmp_path: Path) -> None:
    old, new = (
        pack_of(tmp_path, MORE.replace("lasts_days: 90,", f"lasts_days: 90, ends_only_after: {activity},"))
        for activity in ("course", "school")
    )
    said = said_of(old, new)
    assert len(said) == 4
    assert "Rule fakes, days of an entry that course doesn't end: 90 days has no bound; before, it was within." in said


def test_a_rule_that_is_called_otherwise_goes_on_with_its_days(tmp_path: Path) -> None:
    renamed = MORE.replace("rule: fakes", "rule: fake, was: fakes").replace("lasts_days: 90,", "lasts_days: 60,")
    assert said_of(pack_of(tmp_path, MORE), pack_of(tmp_path, renamed)) == [
        "Rule fake, an entry: on day 60 it goes on, as before.",
        "Rule fake, an entry: on day 61 it is over; before, it went on.",
        "Rule fake, an entry: on day 90 it is over; before, it went on.",
        "Rule fake, an entry: on day 91 it is over, as before.",
    ]
