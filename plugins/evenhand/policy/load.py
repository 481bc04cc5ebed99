"""Read packs from YAML; every error names file, line and column, what was found there and what was expected."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from evenhand.policy.pack import MARKET, NAME, Pack

Location = Sequence[str | int]


class PackError(Exception):
    """A pack can't be used. The message has a line for every mistake: `file:line:column: key: found …; expected …`."""


@dataclass(frozen=True)
class LoadedPack:
    """A pack and the hash of its text, in hex, by which a release names it."""

    pack: Pack
    path: Path
    sha256: str


def load_packs(folder: Path) -> list[LoadedPack]:
    """Every pack in a folder, ordered by name and version.

    Raises:
        PackError: a pack is wrong, two packs have one name and version, or two judge a market on the same day.
    """
    for path in sorted(folder.glob("*.yaml")):
        raise PackError(f"{path}: found a file that ends in .yaml; expected .yml")
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        raise PackError(f"{folder}: found no pack; expected at least one file that ends in .yml")
    packs, mistakes = [], []
    for path in paths:
        try:
            packs.append(load_pack(path))
        except PackError as error:
            mistakes.append(str(error))
    if mistakes:
        raise PackError("\n".join(mistakes))
    packs.sort(key=lambda loaded: (loaded.pack.pack, loaded.pack.version))
    for one, other in ((a, b) for i, a in enumerate(packs) for b in packs[i + 1 :]):
        _refuse_overlap(one, other)
    return packs


def load_pack(path: Path) -> LoadedPack:
    """Read one pack.

    Raises:
        PackError: the file isn't there, isn't YAML or isn't a pack.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise PackError(f"{path}: found no file that can be read ({error.strerror}); expected a pack") from error
    root, content = _parse(path, text)
    try:
        return LoadedPack(Pack.model_validate(_frozen(content)), path, hashlib.sha256(text).hexdigest())
    except ValidationError as error:
        problems = error.errors()
        complaints = {
            (_position(root, *_place(problem)), _explain(problem))
            for problem in problems
            # A mistake inside a list is reported for the list once more; the innermost report is enough.
            if not any(other["loc"][: len(problem["loc"])] == problem["loc"] != other["loc"] for other in problems)
        }
        raise PackError(
            "\n".join(f"{path}:{line}:{column}: {complaint}" for (line, column), complaint in sorted(complaints))
        ) from error


def _parse(path: Path, text: bytes) -> tuple[Node | None, Any]:
    """The YAML as nodes, which know where they stand, and as plain values."""
    try:
        decoded = text.decode()
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        column = error.start - text.rfind(b"\n", 0, error.start)
        raise PackError(f"{path}:{line}:{column}: found {text[error.start]:#x}; expected UTF-8") from error
    root: Node | None = None
    try:
        root = YAML(typ="safe", pure=True).compose(decoded)
        return root, YAML(typ="safe", pure=True).load(decoded)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise PackError(f"{where}: not YAML: {error.problem}") from error
    except ReaderError as error:
        line = decoded.count("\n", 0, error.position) + 1
        column = error.position - decoded.rfind("\n", 0, error.position)
        raise PackError(f"{path}:{line}:{column}: not YAML: found the character U+{error.character:04X}") from error
    except ValueError as error:
        # A day that doesn't exist: ruamel says neither where nor which.
        for scalar in _scalars(root):
            if str(scalar.tag).endswith(":timestamp") and not _is_a_day(scalar.value[:10]):
                line, column = scalar.start_mark.line + 1, scalar.start_mark.column + 1
                message = f"{path}:{line}:{column}: found {scalar.value!r}; expected a day that exists"
                raise PackError(message) from error
        raise PackError(f"{path}: not YAML: {error}") from error


def _refuse_overlap(one: LoadedPack, other: LoadedPack) -> None:
    a, b = one.pack, other.pack
    if (a.pack, a.version) == (b.pack, b.version):
        raise PackError(
            f"{_where(other, 'version')}: version: found {b.version}, which {b.pack} also is in {one.path}; expected"
            " another: the version counts up"
        )
    shared = sorted(set(a.markets) & set(b.markets))
    apart = (a.effective_until and a.effective_until < b.effective_from) or (
        b.effective_until and b.effective_until < a.effective_from
    )
    if shared and not apart:
        raise PackError(
            f"{_where(other, 'effective_from')}: effective_from: found {b.effective_from} for {', '.join(shared)},"
            f" where {a.pack} version {a.version} ({one.path}) decides {_days(a)}; expected one pack for a market and"
            " day: end one with effective_until before the other begins"
        )


def _days(pack: Pack) -> str:
    return f"from {pack.effective_from}" + (f" until {pack.effective_until}" if pack.effective_until else " on")


def _where(loaded: LoadedPack, key: str) -> str:
    root, _ = _parse(loaded.path, loaded.path.read_bytes())
    line, column = _position(root, (key,), False)
    return f"{loaded.path}:{line}:{column}"


def _frozen(content: Any) -> Any:
    # The model is strict, and its lists are tuples.
    if isinstance(content, dict):
        return {key: _frozen(value) for key, value in content.items()}
    return tuple(_frozen(item) for item in content) if isinstance(content, list) else content


def _scalars(node: Node | None) -> Iterator[ScalarNode]:
    if isinstance(node, ScalarNode):
        yield node
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            yield from (*_scalars(key), *_scalars(value))
    elif isinstance(node, SequenceNode):
        for item in node.value:
            yield from _scalars(item)


def _is_a_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _place(problem: ErrorDetails) -> tuple[Location, bool]:
    """Where a problem is, and whether it is about the key there rather than the value."""
    location: tuple[str | int, ...] = problem["loc"]
    if problem["type"] == "mistake":
        return (*location, *problem["ctx"]["at"]), False
    return location, problem["type"] in ("extra_forbidden", "invalid_key", "missing")


def _position(root: Node | None, location: Location, of_key: bool) -> tuple[int, int]:
    """Line and column of the innermost part of the location that stands in the text."""
    node, mark = root, root.start_mark if root else None
    for step in location:
        if isinstance(node, MappingNode):
            found = next((pair for pair in node.value if str(pair[0].value) == str(step)), None)
        elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = (node.value[step], node.value[step])
        else:
            found = None
        if not found:
            break
        key, node = found
        # What is more than one word, or none, is pointed at by its key.
        mark = node.start_mark if isinstance(node, ScalarNode) and node.value and not of_key else key.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _explain(problem: ErrorDetails) -> str:
    location, context = _place(problem)[0], problem.get("ctx", {})
    kind, found = problem["type"], problem["input"]
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    name = path.removeprefix(".") or "pack"
    if kind == "mistake":
        choices = context["choices"]
        expected = f"{context['expected']}: {', '.join(choices)}" if choices else context["expected"]
        return f"{name}: found {context['found']}; expected {expected}{_nearest(context['found'], choices)}"
    if kind == "extra_forbidden":
        words = list(_part_at(location[:-1]).model_fields)
        hint = _nearest(str(location[-1]), words)
        return f"{name}: found a key that isn't in the language; expected one of {', '.join(words)}{hint}"
    if kind == "missing":
        return f"{name}: found nothing; expected this key"
    if kind == "literal_error":
        choices = context["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        return f"{name}: found {_shown(found)}; expected one of {', '.join(choices)}{_nearest(str(found), choices)}"
    if kind == "string_pattern_mismatch":
        return f"{name}: found {_shown(found)}; expected {_NAMES[context['pattern']]}"
    expected = _EXPECTED.get(kind, problem["msg"]).format(**context)
    return f"{name}: found {_shown(found)}; expected {expected}"


_EXPECTED = {
    "bool_type": "true or false",
    "date_type": "a day as 2026-01-31, without quotes",
    "decimal_max_digits": "a number of at most {max_digits} digits",
    "decimal_max_places": "a number with at most {decimal_places} decimals",
    "decimal_whole_digits": "a number with at most {whole_digits} digits before the point",
    "dict_type": "keys with values",
    "finite_number": "a number",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "int_type": "a whole number",
    "invalid_key": "a word as key",
    "is_instance_of": "a number",
    "model_type": "keys with values",
    "string_too_short": "a text",
    "string_type": "a text",
    "too_short": "at least {min_length}",
    "tuple_type": "a list",
}


_NAMES = {
    NAME: "a name of small letters, digits and _ that begins with a letter",
    MARKET: "a market's name of letters, digits, _ and - that begins with a letter",
}


def _nearest(found: str, choices: Sequence[str]) -> str:
    nearest = difflib.get_close_matches(found, choices, n=1)
    return f"; did you mean {nearest[0]}?" if nearest else ""


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


def _part_at(location: Location) -> type[BaseModel]:
    """The part of the language that a location is in."""
    part: type[BaseModel] = Pack
    for step in location:
        field = part.model_fields.get(str(step))
        part = (field and _part_in(field.annotation)) or part
    return part


def _part_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((part for inner in get_args(annotation) if (part := _part_in(inner))), None)
