"""Nights that weren't decided in order: each says what to run again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from evenhand.release.manifest import LastRelease
from evenhand.release.order import decided_too_early, to_run_again
from release.manifests import manifest_of

FIRST, SECOND, THIRD, FOURTH = (date(2026, 3, day) for day in (1, 2, 3, 4))


def _release(releases: Path, night: date, follows: date | None, told_since: date | None = None) -> None:
    folder = releases / f"night={night}"
    folder.mkdir(parents=True, exist_ok=True)
    last = LastRelease(night=told_since, release_id="x") if told_since else None
    manifest = manifest_of(night).model_copy(update={"follows": follows, "told_since": last})
    (folder / "manifest.json").write_text(manifest.named().text())


def test_nights_in_order_are_right_as_they_are(tmp_path: Path) -> None:
    _release(tmp_path, FIRST, None)
    _release(tmp_path, SECOND, FIRST)
    _release(tmp_path, THIRD, SECOND)
    assert [decided_too_early(tmp_path, night) for night in (FIRST, SECOND, THIRD)] == [None, None, None]
    assert [to_run_again(tmp_path, night) for night in (FIRST, SECOND, THIRD)] == [[], [], []]


def test_a_night_that_came_late_says_which_to_run_again_and_they_say_it_themselves(tmp_path: Path) -> None:
    _release(tmp_path, FIRST, None)
    _release(tmp_path, THIRD, FIRST)
    _release(tmp_path, FOURTH, THIRD)
    _release(tmp_path, SECOND, FIRST)
    assert to_run_again(tmp_path, SECOND) == [THIRD, FOURTH]
    assert decided_too_early(tmp_path, THIRD) == SECOND
    assert decided_too_early(tmp_path, FOURTH) is None
    # Run again, what it tells still goes on from what it told before; it came in order all the same.
    _release(tmp_path, THIRD, SECOND, told_since=FIRST)
    assert to_run_again(tmp_path, SECOND) == []
    assert decided_too_early(tmp_path, THIRD) is None


def test_a_first_night_that_comes_after_the_second_does_so_too(tmp_path: Path) -> None:
    _release(tmp_path, SECOND, None)
    _release(tmp_path, FIRST, None)
    assert to_run_again(tmp_path, FIRST) == [SECOND]
    assert decided_too_early(tmp_path, SECOND) == FIRST


@pytest.mark.parametrize(("told_since", "wrong"), [(FIRST, SECOND), (SECOND, None)])
def test_of_a_release_of_before_it_was_written_down_what_it_told_counts(
    tmp_path: Path, told_since: date, wrong: date | None
) -> None:
    _release(tmp_path, FIRST, None)
    _release(tmp_path, SECOND, FIRST)
    _release(tmp_path, THIRD, None, told_since)
    assert decided_too_early(tmp_path, THIRD) == wrong
