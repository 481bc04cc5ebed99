"""What the models say of a night out of a whole history is what they say with only what was known that night."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from evenhand.deciding.project import CompiledModel
from evenhand.deciding.rehearsal import rehearse
from evenhand.policy.language.examples import Event, Example
from evenhand.policy.load import LoadedPack, load_pack, packs_in
from evenhand.settings import PROJECT


def test_every_day_of_every_example_comes_out_alike_without_what_came_later(models: Sequence[CompiledModel]) -> None:
    packs = [load_pack(path) for path in packs_in(PROJECT / "policies")]
    asked = [wanted.on for loaded in packs for example in loaded.pack.examples for wanted in example.expect]
    days = sorted(set(asked))
    outcomes = []
    # An example ends with each of its days, as an account of its own. Every account is decided on every day that is
    # asked about, so that those of a few days together are quicker than all.
    for first in range(0, len(days), some := -(-len(days) // 3)):
        outcomes += rehearse([_cut(loaded, days[first : first + some]) for loaded in packs], models)
    assert len(outcomes) == len(asked) > 300
    assert [f"{o.path.name}: {o.example}: {d}" for o in outcomes for d in o.differences] == []


def _cut(loaded: LoadedPack, days: Sequence[date]) -> LoadedPack:
    examples = tuple(
        example.model_copy(update={"events": tuple(_known_events(example, wanted.on)), "expect": (wanted,)})
        for example in loaded.pack.examples
        for wanted in example.expect
        if wanted.on in days
    )
    return LoadedPack(loaded.pack.model_copy(update={"examples": examples}), loaded.path, loaded.sha256)


def _known_events(example: Example, day: date) -> list[Event]:
    known = []
    for event in example.events:
        if event.on <= day:
            known.append(event)
        elif event.appeal and event.filed_on and event.filed_on <= day:
            # It was filed and not yet decided.
            known.append(event.model_copy(update={"on": event.filed_on, "outcome": "pending", "points": None}))
    return known
