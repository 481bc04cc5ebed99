"""Which code decided: a hash that changes when anything does that can change a list, or what leaves of it."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

from evenhand.records.sql_files import sql_file_of

# The modules whose functions decide a night, bring it to receivers and accounts and take what people decide themselves;
# whatever they import, at once or inside a function, writes with them what leaves. What asks and shows is imported by
# others.
BEGINS_IN = ("evenhand.tasks.night", "evenhand.tasks.deliveries", "evenhand.tasks.emergency")
# Rooms of which every file writes what leaves, whoever imports it: notices, emergencies, payloads, statements.
WRITES = ("notices", "emergency", "delivery")
_MODELS = ("dbt_project.yml", "macros/**/*.sql", "models/**/*.sql", "models/**/*.yml")
_ENGINES = ("dbt-core", "dbt-duckdb", "duckdb", "great-expectations")


def code_version(project: Path) -> dict[str, object]:
    """The package's version, a SHA-256 over the deciding files and the versions of the engines that run them."""
    digest = hashlib.sha256()
    for path in deciding_files(project):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(project).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return {
        "evenhand": version("evenhand"),
        "sha256": digest.hexdigest(),
        "engines": {engine: version(engine) for engine in _ENGINES},
    }


@cache
def deciding_files(project: Path) -> tuple[Path, ...]:
    """The files of a checkout that write what leaves: the dbt project, whole rooms, what these import, and its SQL."""
    return _found(project)


def parse_beforehand(project: Path) -> None:
    """Parse the deciding files, so that a process that is forked from here parses only what is otherwise by then.

    A file that can't be read or isn't Python is told to whoever asks for the code's version, and stops nobody here.
    """
    # Of a byte that is none of a text's, Python says ValueError in its older versions.
    with suppress(OSError, SyntaxError, ValueError):
        _found(project)


def _found(project: Path) -> tuple[Path, ...]:
    found: set[Path] = {path for pattern in _MODELS for path in (project / "dbt_project").glob(pattern)}
    open_ends = list(BEGINS_IN)
    followed: set[str] = set()
    for room in WRITES:
        for path in sorted((project / "plugins" / "evenhand" / room).rglob("*")):
            if path.suffix == ".py":
                open_ends.append(".".join(path.relative_to(project / "plugins").with_suffix("").parts))
            elif path.is_file() and "__pycache__" not in path.parts:
                found.add(path)
    while open_ends:
        if (module := open_ends.pop()) in followed:
            continue
        followed.add(module)
        file = _file(project, module)
        if file and file not in found:
            found.add(file)
            if (sql := sql_file_of(file)).is_file():
                found.add(sql)
            open_ends += _imported(file)
    return tuple(sorted(found))


def _file(project: Path, module: str) -> Path | None:
    """The file of a module of ours."""
    for root in (project / "plugins", project):
        path = root.joinpath(*module.split("."))
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.exists():
                return file
    return None


def _imported(path: Path) -> tuple[str, ...]:
    """The modules that a file imports, late ones and packages too, and perhaps names that aren't modules."""
    return _imported_by(path.read_bytes())


@cache
def _imported_by(text: bytes) -> tuple[str, ...]:
    found = []
    for node in _statements(ast.parse(text)):
        named = [name.name for name in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            named = [f"{node.module}.{name.name}" for name in node.names]
        for name in named:
            parts = name.split(".")
            if parts[0] in _OURS:
                found += [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
    return tuple(found)


def _statements(within: ast.AST) -> Iterator[ast.stmt]:
    """All statements of a file, also those within others; what they are made of, which is most of it, isn't looked at.

    An import is a statement, so it is no part of anything else.
    """
    for part in _PARTS:
        for node in getattr(within, part, ()):
            if isinstance(node, ast.stmt):
                yield node
            yield from _statements(node)


# Where statements, and handlers and cases with statements of their own, lie in a statement.
_PARTS = ("body", "orelse", "finalbody", "handlers", "cases")
_OURS = ("evenhand", "expectations")
