"""What the models say of a night out of a whole history is what they say with only what was known that night."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from evenhand.deciding.compiled import CompiledModel
from evenhand.deciding.rehearsal import rehearse
from evenhand.policy.language.examples import Event, Example
from evenhand.policy.load import LoadedPack, load_pack, packs_in
from evenhand.settings import PROJECT


def test_every_day_of_every_example_comes_out_alike_without_what_came_later(models: Sequence[CompiledModel]) -> None:
    packs = [load_pack(path) for path in packs_in(PROJECT / "policies")]
    rounds = max(len(example.expect) for loaded in packs for example in loaded.pack.examples)
    wrong = []
    # In each round every example ends with another of its days; all of them run together.
    for number in range(rounds):
        cut = [_cut(loaded, number) for loaded in packs]
        outcomes = rehearse([loaded for loaded in cut if loaded.pack.examples], models)
        wrong += [f"{o.path.name}: {o.example}: {d}" for o in outcomes for d in o.differences]
    assert rounds > 5
    assert wrong == []


def _cut(loaded: LoadedPack, number: int) -> LoadedPack:
    examples = tuple(
        example.model_copy(
            update={
                "events": tuple(_known_events(example, example.expect[number].on)),
                "expect": (example.expect[number],),
            }
        )
        for example in loaded.pack.examples
        if number < len(example.expect)
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
