"""Keys that are otherwise in what no sentence tells: in which order the things of a part stand, and a unit."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from pydantic import BaseModel

# By what items of a list are told apart.
_CALLED = ("rule", "zone", "condition", "measure", "reward", "scope")
_Called = tuple[Any, ...]


def keys_without_words(was: BaseModel, now: BaseModel) -> Iterator[str]:
    """The keys, in the order of the language, in which something is otherwise that nobody is told in words."""
    for key in type(now).model_fields:
        before, after = getattr(was, key), getattr(now, key)
        if before != after and (key == "unit" or _stand_otherwise(before, after)):
            yield key


def _stand_otherwise(before: Any, after: Any) -> bool:
    """Whether what two lists both have stands in another order in one of them, or what that lists."""
    if not (_have_names(before) and _have_names(after)):
        return False
    there = _by_name(before)
    here = _by_name(after, {name for name, _ in there})
    both = [name for name in here if name in there]
    return both != [name for name in there if name in here] or any(
        key for name in both for key in keys_without_words(there[name], here[name])
    )


def _have_names(items: Any) -> bool:
    return isinstance(items, tuple) and all(isinstance(each, BaseModel) and any(_called(each)) for each in items)


def _by_name(items: Sequence[BaseModel], before: Collection[_Called] = ()) -> dict[tuple[_Called, int], BaseModel]:
    """Items by their names, or those that they had before; of several with one name, by which of them each is."""
    names = [_called(each) for each in items]
    for position, each in enumerate(items):
        former = (getattr(each, "was", None), *names[position][1:])
        if names[position] not in before and former in before:
            names[position] = former
    return {(name, names[:position].count(name)): items[position] for position, name in enumerate(names)}


def _called(item: BaseModel) -> _Called:
    """The name of a rule, a zone or a condition; the measure or the reward of an effect, with its scope."""
    return tuple(said for key in _CALLED if (said := getattr(item, key, None)))
