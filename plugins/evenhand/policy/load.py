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

from evenhand.policy.pack import Pack
from evenhand.policy.part import MARKET, NAME

Location = Sequence[str | int]


class PackError(Exception):
    """A pack can't be used. The message has a line for every mistake: `file:line:column: key: found …; expected …`."""


@dataclass(frozen=True)
class LoadedPack:
    """A pack and the hash of its text and of the texts that it extends, in hex, by which a release names it."""

    pack: Pack
    path: Path
    sha256: str


@dataclass(frozen=True)
class _Text:
    """One file: its path, its bytes, its nodes (which know where they stand) and its plain values."""

    path: Path
    text: bytes
    root: Node | None
    content: Any


def load_packs(folder: Path) -> list[LoadedPack]:
    """Every pack in a folder, ordered by name and version.

    Raises:
        PackError: a pack is wrong, two packs have one name and version, or two judge a market on the same day.
    """
    for path in sorted(folder.glob("*.yaml")):
        raise PackError(f"{path}: found a file that ends in .yaml; expected .yml")
    paths = _without_bases(sorted(folder.glob("*.yml")))
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


def packs_in(folder: Path) -> list[Path]:
    """Every pack in a folder and the folders in it; what only serves others to extend is none."""
    return _without_bases(sorted(folder.rglob("*.yml")))


def _without_bases(paths: list[Path]) -> list[Path]:
    bases = set()
    for path in paths:
        try:
            content = _parse(path, path.read_bytes())[1]
        except PackError:
            # It is told when the file is loaded.
            continue
        base = content.get("extends") if isinstance(content, dict) else None
        if isinstance(base, str):
            bases.add((path.parent / base).resolve())
    return [path for path in paths if path.resolve() not in bases]


def load_pack(path: Path) -> LoadedPack:
    """Read one pack.

    Raises:
        PackError: the file isn't there, isn't YAML or isn't a pack.
    """
    texts = _texts(path)
    content = _merged([text.content for text in texts])
    digest = hashlib.sha256(b"\0".join(text.text for text in texts)).hexdigest()
    try:
        return LoadedPack(Pack.model_validate(_frozen(content)), path, digest)
    except ValidationError as error:
        problems = error.errors()
        complaints = {
            (_position(texts, content, *_place(problem)), _explain(problem))
            for problem in problems
            # A mistake inside a list is reported for the list once more; the innermost report is enough.
            if not any(other["loc"][: len(problem["loc"])] == problem["loc"] != other["loc"] for other in problems)
        }
        raise PackError(
            "\n".join(f"{file}:{line}:{column}: {complaint}" for (file, line, column), complaint in sorted(complaints))
        ) from error


def _texts(path: Path, above: tuple[Path, ...] = ()) -> list[_Text]:
    """A pack's file, then the file that it extends, then that one's."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise PackError(f"{path}: found no file that can be read ({error.strerror}); expected a pack") from error
    own = _Text(path, text, *_parse(path, text))
    base = own.content.get("extends") if isinstance(own.content, dict) else None
    if not isinstance(base, str):
        return [own]
    line, column = _walk(own.root, ("extends",), False)[1]
    other = (path.parent / base).resolve()
    if other in (*above, path.resolve()):
        raise PackError(
            f"{path}:{line}:{column}: extends: found {base!r}; expected a file that doesn't extend this one"
        )
    if not other.is_file():
        raise PackError(
            f"{path}:{line}:{column}: extends: found {base!r}; expected a file, relative to the folder of this one:"
            f" there is no {path.parent / base}"
        )
    return [own, *_texts(path.parent / base, (*above, path.resolve()))]


# What a pack says of itself; what it extends doesn't say it for it.
_OF_ITS_OWN = ("pack", "version", "markets", "effective_from", "effective_until", "extends", "examples")
# Lists whose items have a name are merged item by item.
_IDENTITIES = ("rule", "zone", "condition")


def _merged(contents: Sequence[Any]) -> Any:
    own, *bases = contents
    for base in bases:
        if isinstance(base, dict) and isinstance(own, dict):
            own = _over({key: value for key, value in base.items() if key not in _OF_ITS_OWN}, own)
    return own


def _over(base: Any, own: Any) -> Any:
    """What holds where `own` is written over `base`. A key without a value, or an item with `removed`, takes away."""
    if isinstance(base, dict) and isinstance(own, dict):
        merged = {**base, **{key: _over(base[key], value) if key in base else value for key, value in own.items()}}
        return {key: value for key, value in merged.items() if value is not None or key not in base}
    identity = _identity(base) if isinstance(own, list) and _identity(own) == _identity(base) else None
    if not identity:
        return own
    names = [item[identity] for item in base]
    named = {item[identity]: item for item in base}
    removed = {item[identity] for item in own if item.get("removed")}
    for item in own:
        name = item[identity]
        named[name] = _over(named[name], item) if name in named else item
    own_names = [item[identity] for item in own]
    # Who names all of them says their order.
    order = own_names if set(names) <= set(own_names) else [*names, *(name for name in own_names if name not in names)]
    return [named[name] for name in order if name not in removed]


def _identity(items: Any) -> str | None:
    """The key by which the items of a list are told apart, if each has one of its own."""
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        return None
    for key in _IDENTITIES:
        names = [item.get(key) for item in items]
        if all(isinstance(name, str) for name in names) and len(set(names)) == len(names):
            return key
    return None


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
    line, column = _walk(root, (key,), False)[1]
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


def _position(texts: Sequence[_Text], content: Any, location: Location, of_key: bool) -> tuple[str, int, int]:
    """File, line and column of the innermost part of the location that stands in one of the texts."""
    path: list[str | int | tuple[str, str]] = []
    at = content
    for step in location:
        # The numbers of items are those of the merged list; their names are the same in every file.
        identity = _identity(at) if len(texts) > 1 and isinstance(step, int) else None
        path.append((identity, at[step][identity]) if identity and isinstance(step, int) else step)
        try:
            at = at[step]
        except (KeyError, IndexError, TypeError):
            at = None
    found = [(_walk(text.root, path, of_key), text) for text in texts]
    (_, (line, column)), text = max(found, key=lambda each: each[0][0])
    return str(text.path), line, column


def _walk(root: Node | None, path: Sequence[str | int | tuple[str, str]], of_key: bool) -> tuple[int, tuple[int, int]]:
    """How many steps of a path stand in a text, and line and column of the last of them."""
    node, mark = root, root.start_mark if root else None
    depth = 0
    for step in path:
        if isinstance(node, MappingNode):
            found = next((pair for pair in node.value if str(pair[0].value) == str(step)), None)
        elif isinstance(node, SequenceNode):
            item = _item(node, step)
            found = (item, item) if item else None
        else:
            found = None
        if not found:
            break
        key, node = found
        depth += 1
        # What is more than one word, or none, is pointed at by its key.
        mark = node.start_mark if isinstance(node, ScalarNode) and node.value and not of_key else key.start_mark
    return depth, (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _item(node: SequenceNode, step: str | int | tuple[str, str]) -> Node | None:
    if isinstance(step, int):
        return node.value[step] if step < len(node.value) else None
    for item in node.value:
        if isinstance(item, MappingNode):
            for key, value in item.value:
                if (key.value, value.value) == step:
                    return item
    return None


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
    "less_than_equal": "at most {le}",
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
