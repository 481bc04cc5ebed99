"""What is wrong with a pack, in words: what was found, what was expected, and the nearest word that is right."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from evenhand.policy.language.former import called_today
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import LANGUAGE, LONGEST_KEY, MARKET, NAME
from evenhand.policy.texts import IDENTITIES, Location, Mistake, PackError, Text, position


def place_of(problem: ErrorDetails) -> tuple[Location, bool]:
    """Where a problem is, and whether it is about the key there rather than the value."""
    location: tuple[str | int, ...] = problem["loc"]
    if problem["type"] == "mistake":
        return (*location, *problem["ctx"]["at"]), False
    return location, problem["type"] in ("extra_forbidden", "invalid_key", "missing")


def explain(problem: ErrorDetails, root: type[BaseModel] = Pack, content: Any = None) -> str:
    """A problem that validation found, as `key: found …; expected …`.

    Args:
        root: what was validated against.
        content: what was validated, where names beside the problem can help.
    """
    location, context = place_of(problem)[0], problem.get("ctx", {})
    kind, found = problem["type"], problem["input"]
    if location and location[-1] == _OF_KEYS:
        key = found if isinstance(found, str) else _shown(found)
        return f"{dotted(location[:-2], root)}: found the key {key}; expected {_name(str(key))}"
    name = dotted(location, root)
    if not location and kind in ("model_type", "dict_type"):
        return f"{name}: found {'an empty file' if found is None else _shown(found)}; expected {_what_it_needs(root)}"
    if kind == "mistake":
        choices = context["choices"]
        expected = f"{context['expected']}: {', '.join(choices)}" if choices else context["expected"]
        return f"{name}: found {context['found']}; expected {expected}{nearest(context['found'], choices)}"
    if kind == "extra_forbidden":
        return f"{name}: {_unknown_key(location, root, content)}"
    if kind == "missing":
        part = part_at(location[:-1], root)
        meaning = part.model_fields[str(location[-1])].description if part else None
        return f"{name}: found nothing; expected this key{f': {_first_sentence(meaning)}' if meaning else ''}"
    if kind == "literal_error":
        choices = context["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        return f"{name}: found {_shown(found)}; expected one of {', '.join(choices)}{nearest(str(found), choices)}"
    if kind == "string_pattern_mismatch":
        return f"{name}: found {_shown(found)}; expected {_NAMES[context['pattern']]}"
    expected = _EXPECTED.get(kind, problem["msg"]).format(**context)
    return f"{name}: found {_shown(found)}; expected {expected}"


def _name(key: str) -> str:
    """What a key of a pack is, for one that is none."""
    return _NAMES[NAME] if len(key) <= LONGEST_KEY else _EXPECTED["string_too_long"].format(max_length=LONGEST_KEY)


def pack_error(
    error: ValidationError, texts: Sequence[Text], content: Any, root: type[BaseModel] = Pack, names: Any = None
) -> PackError:
    """What validation found in a file, each mistake with its file, line and column.

    Args:
        texts: the file, then the files that it extends with theirs.
        content: what was validated.
        root: what it was validated against.
        names: where names beside a problem can help, what was validated once more.
    """
    problems = error.errors()
    mistakes = {
        Mistake(*position(texts, content, *place_of(problem)), explain(problem, root, names))
        for problem in problems
        # A mistake inside a list is reported for the list once more; the innermost report is enough.
        if not any(other["loc"][: len(problem["loc"])] == problem["loc"] != other["loc"] for other in problems)
    }
    return PackError(*sorted(mistakes))


def dotted(location: Location, root: type[BaseModel] = Pack) -> str:
    """A place as people write it: `programmes.health.zones[1].at_least`; of all of it what it is, such as `pack`."""
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return path.removeprefix(".") or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", root.__name__).lower()


def nearest(found: str, choices: Sequence[str]) -> str:
    """The word that was probably meant, as the end of a message."""
    words = difflib.get_close_matches(found, choices, n=1)
    return f"; did you mean {words[0]}?" if words else ""


def _unknown_key(location: Location, root: type[BaseModel], content: Any) -> str:
    key = str(location[-1])
    if key == "removed" and isinstance(location[-2], int):
        own, *others = _names_beside(content, location[:-1])
        return f"found removed; expected a name that the extended file has: {', '.join(others)}{nearest(own, others)}"
    if root is Pack and (word := called_today(location)):
        return f"found a key that is called {word} now; evenhand policy migrate renames it, with all else as it is"
    part = part_at(location[:-1], root)
    words = list(part.model_fields) if part else []
    hint = nearest(key, words)
    if not hint and (elsewhere := _home_of(key)):
        hint = f"; {key} is a key of {' and of '.join(elsewhere)}"
    return f"found a key that isn't in the language; expected one of {', '.join(words)}{hint}"


def _names_beside(content: Any, location: Location) -> list[str]:
    """The name of a list's item, then those of the others."""
    *above, position = location
    for step in above:
        content = content[step]
    names = [str(next(iter([item[key] for key in IDENTITIES if key in item]), "")) for item in content]
    return [names[int(position)], *(name for i, name in enumerate(names) if i != position)]


_EXPECTED = {
    "bool_type": "true or false",
    "date_type": "a day as 2026-01-31, without quotes",
    "decimal_max_digits": "a number of at most {max_digits} digits",
    "decimal_max_places": "a number with at most {decimal_places} decimals",
    "decimal_whole_digits": "a number with at most {whole_digits} digits before the point",
    "dict_type": "keys with values",
    "finite_number": "a number",
    "greater_than": "more than {gt}",
    "less_than_equal": "at most {le}",
    "greater_than_equal": "at least {ge}",
    "int_type": "a whole number",
    "invalid_key": "a word as key",
    "is_instance_of": "a number",
    "model_type": "keys with values",
    "string_too_short": "a text",
    "string_too_long": "at most {max_length} characters",
    "string_type": "a text",
    "too_short": "at least {min_length}",
    "tuple_type": "a list",
}


# The end of a place that is a key, and no value.
_OF_KEYS = "[key]"

_NAMES = {
    NAME: "a name of small letters, digits and _ that begins with a letter",
    LANGUAGE: "a language as a file of translations/ spells it, such as en or pt_BR",
    MARKET: "a market's name of letters, digits, _ and - that begins with a letter",
}


def _shown(found: Any) -> str:
    if isinstance(found, dict):
        return "keys with values"
    if isinstance(found, tuple):
        return f"a list of {len(found)}"
    if found is None:
        return "nothing"
    if isinstance(found, bool):
        return str(found).lower()
    return repr(found) if isinstance(found, str) else str(found)


def _what_it_needs(root: type[BaseModel]) -> str:
    needed = ", ".join(name for name, field in root.model_fields.items() if field.is_required())
    begin = "; evenhand policy new writes a pack to begin with" if root is Pack else ""
    return f"keys with values{f', at least {needed}' if needed else ''}{begin}"


def _first_sentence(text: str) -> str:
    return " ".join(text.split()).partition(". ")[0].removesuffix(".")


def part_at(location: Location, root: type[BaseModel] = Pack) -> type[BaseModel] | None:
    """The part of the language whose keys stand at a location."""
    annotation: Any = root
    for step in location:
        part = _part_in(annotation)
        if get_origin(annotation) is dict:
            # A name of the author's own, which may well be a word of the language too.
            annotation = get_args(annotation)[1]
        elif isinstance(step, int):
            annotation = next((arg for arg in get_args(annotation) if arg is not Ellipsis), None)
        elif part and step in part.model_fields:
            annotation = _without_none(part.model_fields[step].annotation)
        else:
            return None
    return _part_in(annotation)


def _without_none(annotation: Any) -> Any:
    choices = [arg for arg in get_args(annotation) if arg is not type(None)]
    return choices[0] if type(None) in get_args(annotation) and len(choices) == 1 else annotation


def _part_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((part for inner in get_args(annotation) if (part := _part_in(inner))), None)


def _home_of(key: str) -> list[str]:
    """Where in a pack a key belongs."""
    return [place or "the pack" for place, part in parts() if key in part.model_fields][:3]


@cache
def parts() -> list[tuple[str, type[BaseModel]]]:
    """Every place in a pack where a part of the language stands, and the part; `a.b` is the key `b` in the key `a`."""
    return list(_parts_below("", Pack))


def _parts_below(place: str, part: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    yield place, part
    for name, field in part.model_fields.items():
        if inner := _part_in(field.annotation):
            yield from _parts_below(f"{place}.{name}".removeprefix("."), inner)
