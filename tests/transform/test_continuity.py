"""Packs with several versions, late rows, corrections and appeals, held to the oracle of what goes on over them.

The long form is one of `make soak`; below tests/, `python -m transform.continuity --seed 7 --shrink` runs it by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from evenhand.deciding.project import CompiledModel
from transform.continuity.__main__ import main
from transform.continuity.appeals import helps
from transform.continuity.compare import differences
from transform.continuity.draw import FEATURES, draw, nights_of
from transform.continuity.drawn_changes import CHANGES
from transform.continuity.drawn_packs import Content
from transform.continuity.engine import Engine
from transform.continuity.facts import History
from transform.continuity.held import followers
from transform.continuity.standing import Brought

SEED = 20261128


@pytest.mark.parametrize("nights", [1, pytest.param(2, marks=pytest.mark.soak)])
def test_every_night_is_what_the_oracle_says(
    models: Sequence[CompiledModel], monkeypatch: pytest.MonkeyPatch, nights: int
) -> None:
    histories = [draw(SEED, number, sorted(FEATURES)) for number in range(60)]
    # Among all features, next to none of what is held is decided by the night or has run out.
    of_appeals = ("appeal_days", "appeals", "late_rows", "versions")
    histories += [each for number in range(2220, 2580) if _holds(each := draw(SEED, number, of_appeals))]
    came_to = _spied(monkeypatch)

    assert [str(each) for each in differences(models, histories, nights_of(SEED, 0, nights))] == []

    assert came_to.keys() == {"helped", "denied", "followed"}


def _holds(history: History) -> bool:
    """Whether a pack holds something for as long as one can appeal."""
    programmes = [programme for pack in history.packs for programme in pack.programmes.values()]
    return any(effect.appeal_days for each in programmes for zone in each.zones for effect in zone.measures)


def _spied(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts what becomes of what is held, as the oracle says it."""
    came_to: Counter[str] = Counter()

    def helped(*of: Any) -> bool:
        came_to["helped" if (does := helps(*of)) else "denied"] += 1
        return does

    def followed(*of: Any) -> Iterator[Brought]:
        for each in followers(*of):
            came_to["followed"] += 1
            yield each

    monkeypatch.setattr("transform.continuity.held.helps", helped)
    monkeypatch.setattr("transform.continuity.settled.followers", followed)
    return came_to


@pytest.mark.soak
def test_two_thousand_histories_are_what_the_oracle_says(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        assert main(["--histories", "2000", "--features", ",".join(sorted(FEATURES))]) == 0


def test_versions_word_for_word_the_first_leave_lists_as_they_are(models: Sequence[CompiledModel]) -> None:
    """In all columns, but that a reason names the version of its row's first day."""
    # A gap, a move, another name, order or relief are no version word for word. What starts or follows days after it
    # was brought is told by the version that brought it, and what bonuses pay is of a version each.
    others = {"gap", "moves", "bonuses", "renamed", "continued", "later_start", "appeal_days"}
    others |= {"reordered", "relief_before", "regrouped"}
    drawn = sorted(FEATURES - CHANGES.keys() - others)
    several = [draw(SEED, number, drawn) for number in range(30)]
    night = nights_of(SEED, 1, 1)[0]

    of_several, of_one = (
        _lists(models, histories, night) for histories in (several, [_first_alone(each) for each in several])
    )

    begins = [(pack.pack, pack.version, pack.effective_from) for each in several for pack in each.packs]
    for reason in of_several["reasons"]:
        day = reason["starts_on"]
        assert reason["pack_version"] == max(v for of, v, first in begins if of == reason["pack"] and first <= day)
        reason["pack_version"] = 1
    assert of_several == of_one
    assert len({reason["market"] for reason in of_one["reasons"]}) > 15


def _lists(models: Sequence[CompiledModel], histories: Sequence[History], night: date) -> dict[str, list[Content]]:
    engine = Engine(models, histories)
    engine.run(night)
    lists = engine.lists("penalties", "rewards", "reasons")
    engine.close()
    return lists


def _first_alone(history: History) -> History:
    """With the first version of each of its packs, which stays."""
    first = [pack for pack in history.packs if pack.version == 1]
    return replace(history, packs=tuple(pack.model_copy(update={"effective_until": None}) for pack in first))
