"""Nights that are decided to try packs: on which days, and whose fault it is where one fails."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from evenhand.commands.policy_nights import findings
from evenhand.deciding.trial_nights import FailedNight, days_to_try, try_nights
from evenhand.policy.load import LoadedPack, load_pack
from made_once import shared_project
from policy.packs import changed, write

FIRST = date(2026, 4, 1)


def versions(folder: Path) -> list[LoadedPack]:
    """Two versions, of which the second begins on the first of April and has a rule that ends with the tenth."""
    first = changed(("effective_from: 2026-01-01", "effective_from: 2026-01-01\neffective_until: 2026-03-31"))
    second = changed(("version: 1", "version: 2"), ("2026-01-01", str(FIRST))).replace(
        "        lasts_days: 180", "        lasts_days: 180\n        effective_until: 2026-04-10"
    )
    return [load_pack(write(folder, first, "one.yml")), load_pack(write(folder, second, "two.yml"))]


def test_nights_are_decided_where_a_version_in_force_or_a_part_of_it_begins_or_ends(tmp_path: Path) -> None:
    packs = versions(tmp_path)

    # The version that has ended has no days of its own.
    of_the_second = [FIRST, date(2026, 4, 5), date(2026, 4, 10), date(2026, 4, 11)]
    assert days_to_try(packs, date(2026, 4, 5)) == of_the_second
    of_the_first = [date(2026, 1, 1), date(2026, 3, 31)]
    assert days_to_try(packs, date(2026, 3, 31)) == [*of_the_first, FIRST, date(2026, 4, 10), date(2026, 4, 11)]


def test_versions_that_decide_for_one_day_break_its_night_and_are_named(tmp_path: Path) -> None:
    one, two = versions(tmp_path)
    # What reading them together would refuse. Where nothing has landed, nobody is judged twice.
    day = date(2026, 3, 31)
    begins_early = LoadedPack(two.pack.model_copy(update={"effective_from": day}), two.path, two.sha256)
    told: list[str] = []

    (failed,) = try_nights([one, begins_early], shared_project(), [day], tell=told.append)

    assert told == ["night 2026-03-31, nothing lands", "night 2026-03-31, random rows"]
    assert (failed.night, failed.is_empty) == (day, False)
    assert [loaded.path.name for loaded in failed.packs] == ["one.yml", "two.yml"]
    assert "account_standings" in failed.said


def test_a_night_that_fails_is_an_error_of_its_pack_with_file_line_and_version(tmp_path: Path) -> None:
    one, two = versions(tmp_path)
    nights = [FailedNight(FIRST, True, (two,), "penalties: 2 rows"), FailedNight(FIRST, False, (two,), "penalties: 3")]
    both = FailedNight(date(2026, 3, 31), False, (one, two), "int_zones: out of range")

    alone, *together = findings([*nights, both])

    assert str(alone) == (
        f"{two.path}:2:10: error: night 2026-04-01 can't be decided with strikes version 2, though nothing has landed:"
        " penalties: 2 rows"
    )
    assert [str(each) for each in together] == [
        f"{mine.path}:2:10: error: night 2026-03-31 can't be decided with strikes version {mine.pack.version} beside"
        f" {other.path}, on a few random rows: int_zones: out of range"
        for mine, other in ((one, two), (two, one))
    ]
