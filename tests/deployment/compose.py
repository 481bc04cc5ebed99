"""What docker-compose.yml, .env.example, Dockerfile and .dockerignore say, as Docker would read them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from evenhand.settings import PROJECT

COMPOSE = PROJECT / "docker-compose.yml"
EXAMPLE = PROJECT / ".env.example"

_VARIABLE = re.compile(r"\$(?:(?P<escaped>\$)|\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\})")


def compose(values: Mapping[str, str], places: Mapping[str, str] | None = None) -> dict[str, Any]:
    """docker-compose.yml with its variables filled in.

    Args:
        values: of the variables; a required one that is missing or empty is an AssertionError.
        places: what to write in the place of other texts, before values are filled in.
    """

    def fill_in(text: str) -> str:
        if places:
            text = re.sub("|".join(map(re.escape, places)), lambda found: places[found[0]], text)
        return _VARIABLE.sub(lambda found: _value(found, values), text)

    content: dict[str, Any] = _with_texts(YAML(typ="safe").load(COMPOSE), fill_in)
    return content


def variables() -> dict[str, str | None]:
    """The default of every variable that docker-compose.yml uses; None for a required one."""
    return {
        found["name"]: found["rest"] if found["kind"] == "-" else None
        for text in texts(YAML(typ="safe").load(COMPOSE))
        for found in _VARIABLE.finditer(text)
        if found["name"]
    }


def texts(content: object) -> Iterator[str]:
    """Every string of a document, keys left out."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from texts(value)


def example() -> dict[str, str]:
    """What .env.example sets."""
    return {name: value for name, value, _ in _example()}


def how_to_make() -> dict[str, str]:
    """The command that .env.example gives for each secret."""
    return {name: said.rpartition(": ")[2] for name, _, said in _example() if "openssl" in said}


def dockerfile() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, in order, with its arguments as they are by default."""
    text = (PROJECT / "Dockerfile").read_text().replace("\\\n", " ")
    for name, value in re.findall(r"^ARG (\w+)=(\S+)$", text, re.MULTILINE):
        text = text.replace(f"${{{name}}}", value)
    lines = [line.strip() for line in text.splitlines()]
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines if line and not line.startswith("#")]


def copy_context(into: Path) -> None:
    """Copy what `COPY . .` copies: the project without what .dockerignore leaves out."""
    patterns = [line for line in (PROJECT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    for path in sorted(PROJECT.rglob("*")):
        name = path.relative_to(PROJECT).as_posix()
        # Folders that are left out whole, and large, first: a walk through them takes seconds.
        if not name.startswith((".", "examples")) and path.is_file() and not _ignored(name, patterns):
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, into / name)


def make_read_only(folder: Path) -> None:
    """Have nobody but who may do everything write there."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)


def _example() -> Iterator[tuple[str, str, str]]:
    said = ""
    for line in EXAMPLE.read_text().splitlines():
        if line.startswith("#"):
            said = line.lstrip("# ")
        elif line:
            name, _, value = line.partition("=")
            yield name, value.strip("'"), said


def _ignored(name: str, patterns: list[str]) -> bool:
    ignored = False
    for pattern in patterns:
        # The last pattern that matches a file, or a folder that it is in, decides.
        if re.match(_expression(pattern.removeprefix("!")), name):
            ignored = not pattern.startswith("!")
    return ignored


def _expression(pattern: str) -> str:
    parts = re.split(r"(\*\*/|\*)", pattern)
    inner = {"**/": "(?:.*/)?", "*": "[^/]*"}
    return "".join(inner.get(part, re.escape(part)) for part in parts) + "(?:/|$)"


def _with_texts(content: Any, change: Callable[[str], str]) -> Any:
    if isinstance(content, str):
        return change(content)
    if isinstance(content, dict):
        return {key: _with_texts(value, change) for key, value in content.items()}
    if isinstance(content, list):
        return [_with_texts(value, change) for value in content]
    return content


def _value(found: re.Match[str], values: Mapping[str, str]) -> str:
    if found["escaped"]:
        return "$"
    value = values.get(found["name"], "")
    assert value or found["kind"] != "?", f"{found['name']}: {found['rest']}"
    return value or found["rest"] or ""
