"""The models against a day-by-day oracle, over the breadth of the language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import strategies as st

from evenhand.deciding.project import CompiledModel
from evenhand.deciding.rehearsal import rehearse
from evenhand.policy.language.examples import Event, Example, Expectation
from evenhand.policy.language.pack import Pack
from evenhand.policy.load import LoadedPack
from transform.day_by_day import say
from transform.together import drawn, in_batches
from transform.wide_packs import packs, stories

# Packs that are tried in one run of the models, and the stories that each is told.
PACKS = 20
STORIES = 60


@pytest.mark.parametrize("tried", [PACKS, pytest.param(2 * PACKS, marks=pytest.mark.soak)])
def test_every_day_is_what_the_oracle_says(models: Sequence[CompiledModel], tried: int) -> None:
    told_of = st.tuples(packs(), st.lists(stories(), min_size=STORIES, max_size=STORIES), st.integers(0, 99))
    for batch in in_batches(drawn(told_of, tried), PACKS):
        loaded = [_loaded(number, *each) for number, each in enumerate(batch)]
        found = rehearse(loaded, models)
        assert len(found) == PACKS * STORIES
        assert [f"{each.pack}, {each.example}: {what}" for each in found for what in each.differences] == []


def _loaded(number: int, pack: Pack, told: Sequence[Sequence[Event]], seed: int) -> LoadedPack:
    examples = tuple(
        Example(
            example=f"story {at}",
            events=tuple(events),
            expect=tuple(_expected(pack, events, day) for day in _some_days(events, seed + at)),
        )
        for at, events in enumerate(told)
    )
    name = f"{pack.pack}_{number}"
    return LoadedPack(pack.model_copy(update={"pack": name, "examples": examples}), Path(f"{name}.yml"), name)


def _expected(pack: Pack, events: Sequence[Event], day: date) -> Expectation:
    said = say(pack, events, day)
    return Expectation(
        on=day,
        balances=dict(said.balances),
        zones=said.zones,
        measures=tuple(sorted(said.measures)),
        failed={eligibility: tuple(failed) for eligibility, failed in said.failed.items()},
    )


def _some_days(events: Sequence[Event], seed: int) -> list[date]:
    """Days on which something may turn: what happens, what lasts 1, 3, 4, 7 or 10 days from it; and beside."""
    turns = {
        event.on + timedelta(days=days + beside)
        for event in events
        for days in (0, 1, 3, 4, 7, 10)
        for beside in (-1, 0)
    }
    days = sorted(turns)
    return sorted({days[(seed * 7 + step * 13) % len(days)] for step in range(4)})
