"""`evenhand policy brief` on days: what lasts so long, and what lies so far from something else, has examples too."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.test_brief import MORE, _pack, _said


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
            "Zone limited, no live after quiz: on day 4 it is over; before, no number of days ended it.",
        ),
        (
            "scope: live, days: 7,",
            "scope: live, appeal_days: 40,",
            "Zone limited, no live without an appeal: on day 41 it is over; before, no number of days ended it.",
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
            "Rule fakes, days from the first to the last event of one entry: 30 days is within the bound; before,",
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
    assert MORE.count(was) == 1
    found = _said(_pack(tmp_path, MORE), _pack(tmp_path, MORE.replace(was, now)))
    assert any(each.startswith(said) for each in found), found
    assert len(found) >= 2


def test_a_rule_that_is_called_otherwise_goes_on_with_its_days(tmp_path: Path) -> None:
    renamed = MORE.replace("rule: fakes", "rule: fake, was: fakes").replace("lasts_days: 90,", "lasts_days: 60,")
    assert _said(_pack(tmp_path, MORE), _pack(tmp_path, renamed)) == [
        "Rule fake, an entry: on day 60 it goes on, as before.",
        "Rule fake, an entry: on day 61 it is over; before, it went on.",
        "Rule fake, an entry: on day 90 it is over; before, it went on.",
        "Rule fake, an entry: on day 91 it is over, as before.",
    ]
