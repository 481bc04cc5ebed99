"""How much of a pack its examples hold fast: each figure and comparator is changed, and some example should fail.

A change that the language itself refuses is no mutant. Mutants are packs of their own, many in one run of the models.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evenhand.deciding.compiled import compiled_project
from evenhand.deciding.rehearsal import rehearse
from evenhand.policy.load import LoadedPack, load_pack, pack_from, packs_in, with_those_read
from evenhand.policy.texts import merged, read_texts

# So many packs in one run of the models; their examples are a few thousand accounts.
BATCH = 400

_SWAPPED = {"at_least": "more_than", "more_than": "at_least", "at_most": "less_than", "less_than": "at_most"}
_RULES = ("appeals", "calendars", "programmes", "eligibility", "bonuses")
_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Mutant:
    """A file, a pack or what packs extend, with one change; `change` says where, and from what to what."""

    path: Path
    change: str
    content: dict[str, Any]


@dataclass(frozen=True)
class TriedMutants:
    """How many mutants there were, and those that no example noticed."""

    mutants: int
    survivors: tuple[Mutant, ...]

    @property
    def score(self) -> float:
        """The share that some example noticed."""
        return 1 - len(self.survivors) / self.mutants if self.mutants else 1.0


class ExamplesFail(Exception):
    """The examples fail without any change, so that nothing can be said of changes."""


def try_mutants(paths: Sequence[Path], every: int, progress: Callable[[str], None]) -> TriedMutants:
    """Change packs, one figure or comparator at a time, and run their examples on each change.

    Args:
        paths: packs, or folders of them.
        every: of so many changes that can be made, one is.
        progress: told how far it is, for people.

    Raises:
        ExamplesFail: they fail as the packs are.
        PackError: a pack can't be read.
    """
    files = [file for path in paths for file in (packs_in(path) if path.is_dir() else [path])]
    packs = [_Texts(path, [(text.path.resolve(), text.content) for text in read_texts(path)]) for path in files]
    contents = {path: content for pack in packs for path, content in pack.texts}
    mutants = [mutant for path, content in contents.items() for mutant in mutants_of(path, content)][::every]
    models = compiled_project().models()
    if not all(outcome.passed for outcome in rehearse(with_those_read([load_pack(path) for path in files]), models)):
        raise ExamplesFail("examples fail without any change; see evenhand policy test")
    survivors: list[Mutant] = []
    tried = 0
    for first in range(0, len(mutants), BATCH):
        progress(f"{first} of {len(mutants)} changes")
        casts = [
            (mutant, cast)
            for number, mutant in enumerate(mutants[first : first + BATCH])
            if (cast := _cast(f"mutant_{number}", mutant, packs))
        ]
        outcomes = rehearse(with_those_read([loaded for _, cast in casts for loaded in cast]), models)
        failed = {outcome.pack for outcome in outcomes if not outcome.passed}
        tried += len(casts)
        survivors += [mutant for mutant, cast in casts if not any(loaded.pack.pack in failed for loaded in cast)]
    return TriedMutants(tried, tuple(survivors))


@dataclass(frozen=True)
class _Texts:
    """A pack's file and the files that it extends, with what each says by itself."""

    path: Path
    texts: list[tuple[Path, Any]]

    @cached_property
    def content(self) -> Any:
        """What the pack says without any change."""
        return merged([content for _, content in self.texts])

    def with_(self, mutant: Mutant) -> Any:
        """What it says with a change; the same where the change isn't in it."""
        if all(path != mutant.path for path, _ in self.texts):
            return self.content
        return merged([mutant.content if path == mutant.path else content for path, content in self.texts])


def _cast(name: str, mutant: Mutant, packs: list[_Texts]) -> list[LoadedPack]:
    """Every pack that the change is in, and their other versions, under names of their own.

    Nothing if the language refuses one of them.
    """
    changed = [pack for pack in packs if any(path == mutant.path for path, _ in pack.texts)]
    names = {pack.with_(mutant)["pack"] for pack in changed}
    try:
        return [
            LoadedPack(pack_from({**content, "pack": f"{name}_{content['pack']}"}), pack.path, name)
            for pack in packs
            if (content := pack.with_(mutant))["pack"] in names
        ]
    except ValidationError:
        return []


def mutants_of(path: Path, content: dict[str, Any]) -> Iterator[Mutant]:
    for section in _RULES:
        for place, value in _leaves(content.get(section, {}), (section,)):
            if place[-1] == "warned_within":
                # Nothing is decided by it.
                continue
            for change, mutated in _changes(content, place, value):
                yield Mutant(path, f"{'.'.join(map(str, place))}: {change}", mutated)


def _leaves(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*place, key))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*place, number))
    else:
        yield place, value


def _changes(content: dict[str, Any], place: Place, value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        step = _last_digit(value) if isinstance(value, float) else 1
        for other in (value + type(value)(step), value - type(value)(step)):
            # A binary fraction has digits that nobody wrote.
            mutated = _put(content, place, round(other, 6) if isinstance(other, float) else other)
            yield f"{value} is {other:.6g}", mutated
    if place[-1] in _SWAPPED and isinstance(place[-1], str) and not _is_no_comparison(place):
        mutated = copy.deepcopy(content)
        owner = _at(mutated, place[:-1])
        owner[_SWAPPED[place[-1]]] = owner.pop(place[-1])
        yield f"{place[-1]} is {_SWAPPED[place[-1]]}", mutated
    if value in _WEEKDAYS:
        other_day = _WEEKDAYS[(_WEEKDAYS.index(value) + 1) % 7]
        yield f"{value} is {other_day}", _put(content, place, other_day)


def _last_digit(value: float) -> Decimal:
    """One in the last digit that the figure is written with."""
    exponent = Decimal(str(value)).as_tuple().exponent
    # It is a letter where the figure is infinite or none at all, which no pack can say.
    assert isinstance(exponent, int)
    return Decimal(1).scaleb(exponent)


def _is_no_comparison(place: Place) -> bool:
    # Ends of a range and caps have no other comparator.
    return "balance" in place or "amount_by_reviewer" in place or "quota" in place or place[0] in ("appeals", "bonuses")


def _put(content: dict[str, Any], place: Place, value: Any) -> dict[str, Any]:
    mutated = copy.deepcopy(content)
    _at(mutated, place[:-1])[place[-1]] = value
    return mutated


def _at(content: Any, place: Place) -> Any:
    for step in place:
        content = content[step]
    return content
