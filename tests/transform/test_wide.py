"""The models against a day-by-day oracle, over the breadth of the language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evenhand.deciding.compiled import CompiledModel
from evenhand.deciding.rehearsal import rehearse
from evenhand.policy.language.examples import Event, Example, Expectation
from evenhand.policy.language.pack import Pack
from evenhand.policy.load import LoadedPack
from transform.day_by_day import say
from transform.wide_packs import packs, stories

# As many stories as make one run of the models worth its time.
STORIES = 60


@settings(derandomize=True, deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(pack=packs(), told=st.lists(stories(), min_size=STORIES, max_size=STORIES), seed=st.integers(0, 99))
def test_every_day_is_what_the_oracle_says(
    models: Sequence[CompiledModel], pack: Pack, told: list[list[Event]], seed: int
) -> None:
    examples = tuple(
        Example(
            example=f"story {number}",
            events=tuple(events),
            expect=tuple(_expected(pack, events, day) for day in _some_days(events, seed + number)),
        )
        for number, events in enumerate(told)
    )
    loaded = LoadedPack(pack.model_copy(update={"examples": examples}), Path("wide.yml"), "wide")

    wrong = [f"{o.example}: {d}" for o in rehearse([loaded], models) for d in o.differences]

    assert wrong == []


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
