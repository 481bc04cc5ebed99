"""Read packs from YAML; every error names file, line, column and what to write instead."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from evenhand.policy.pack import Pack


class PackError(Exception):
    """A pack can't be used. The message names file, line and column of every mistake."""


@dataclass(frozen=True)
class LoadedPack:
    """A pack and the hash of its text, in hex, by which a release names it."""

    pack: Pack
    path: Path
    sha256: str


def load_packs(folder: Path) -> list[LoadedPack]:
    """Every pack in a folder, ordered by name and version.

    Raises:
        PackError: a pack is wrong, two packs have one name and version, or two judge a market at the same time.
    """
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        raise PackError(f"{folder}: no pack (*.yml) here; without one no market has a policy")
    packs = sorted((load_pack(path) for path in paths), key=lambda loaded: (loaded.pack.pack, loaded.pack.version))
    for one, other in ((a, b) for i, a in enumerate(packs) for b in packs[i + 1 :]):
        _refuse_overlap(one, other)
    return packs


def load_pack(path: Path) -> LoadedPack:
    """Read one pack.

    Raises:
        PackError: the text isn't YAML or isn't a pack.
    """
    text = path.read_bytes()
    try:
        content = YAML(typ="rt").load(text)
        # Round-trip types carry line numbers; Pydantic, which is strict, wants plain ones.
        return LoadedPack(Pack.model_validate(_plain(content)), path, hashlib.sha256(text).hexdigest())
    except MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise PackError(f"{where}: not YAML: {error.problem}") from error
    except ValidationError as error:
        problems = error.errors()
        complaints = [
            f"{path}:{_position(content, problem['loc'])}: {_explain(problem['loc'], problem['msg'], problem['type'])}"
            for problem in problems
            # A mistake inside a list is reported for the list once more; the innermost report is enough.
            if not any(other["loc"][: len(problem["loc"])] == problem["loc"] != other["loc"] for other in problems)
        ]
        raise PackError("\n".join(complaints)) from error


def _refuse_overlap(one: LoadedPack, other: LoadedPack) -> None:
    a, b = one.pack, other.pack
    if (a.pack, a.version) == (b.pack, b.version):
        raise PackError(f"{other.path}: {b.pack} version {b.version} is also {one.path}; count the version up")
    shared = sorted(set(a.markets) & set(b.markets))
    apart = (a.effective_until and a.effective_until < b.effective_from) or (
        b.effective_until and b.effective_until < a.effective_from
    )
    if a.pack == b.pack and shared and not apart:
        raise PackError(
            f"{other.path}: version {b.version} judges {', '.join(shared)} from {b.effective_from} while version"
            f" {a.version} ({one.path}) still does; give that one an effective_until before {b.effective_from}"
        )


def _plain(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _plain(value) for key, value in content.items()}
    if isinstance(content, list):
        return tuple(_plain(value) for value in content)
    if isinstance(content, float):
        return Decimal(str(content))
    return content


def _position(content: Any, location: Sequence[str | int]) -> str:
    """Line and column of the innermost part of the location that stands in the text."""
    line, column = 1, 1
    for step in location:
        if isinstance(content, CommentedMap) and step in content:
            line, column = (number + 1 for number in content.lc.key(step))
        elif isinstance(content, CommentedSeq) and isinstance(step, int) and step < len(content):
            line, column = (number + 1 for number in content.lc.item(step))
        else:
            break
        content = content[step]
    return f"{line}:{column}"


def _explain(location: Sequence[str | int], message: str, kind: str) -> str:
    name = str(location[-1]) if location else "pack"
    if kind == "extra_forbidden":
        nearest = difflib.get_close_matches(name, _words(), n=1)
        return f"{name!r} is not a word of the language" + (f"; did you mean {nearest[0]!r}?" if nearest else "")
    return f"{name}: {message.removeprefix('Value error, ')}"


def _words() -> list[str]:
    schema = Pack.model_json_schema()
    return sorted({word for part in (schema, *schema["$defs"].values()) for word in part.get("properties", {})})
