"""The SQL of a module, in a file beside it: `quality/anomalies.py` has `quality/sql/anomalies.sql`.

A file has statements, each below its name and ended by a semicolon:

    -- name: kept_accounts
    select account_id from gate.kept_accounts where list = $list and market = $market order by account_id;

Values go beside a statement, as parameters of the database (`$list`). What a database takes no parameter for, the name
of a table or a part that other code writes, stands as `{{ name }}` where one name could stand, and is given by keyword:
plain names as texts, anything else as `Sql`, so that no value comes in unseen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_PART = re.compile(r"\{\{ (\w+) \}\}")
# A name as SQL takes it without quotes, perhaps with those of its schema and database before it.
_PLAIN = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*){0,2}")


class Sql(str):
    """A text that is SQL: of a file, or put together by code that has quoted what it was given."""

    __slots__ = ()


class SqlFileError(Exception):
    """A module asks its file for what isn't there, or leaves out what a statement needs."""


class SqlFile:
    """The statements of a module's file, read when the first of them is asked for."""

    def __init__(self, module: str) -> None:
        """
        Args:
            module: `__file__` of the module.
        """
        self.path = sql_file_of(Path(module))

    def __call__(self, name: str, **parts: str | Iterable[str]) -> Sql:
        """The statement of that name.

        Args:
            name: below `-- name:` in the file.
            parts: what stands for each `{{ name }}`: a plain name, several, or SQL.

        Raises:
            SqlFileError: there is no such statement, a part is missing or too many, or is neither a name nor SQL.
        """
        found = _statements(self.path)
        if name not in found:
            raise SqlFileError(f"{self.path} has no statement {name}. It has: {', '.join(found)}.")
        statement = found[name]
        wanted = set(_PART.findall(statement))
        if wanted != set(parts):
            raise SqlFileError(
                f"{self.path}: {name} is given {_listed(parts)} and needs {_listed(wanted)}. Give it each of them."
            )
        if not parts:
            return Sql(statement)
        written = {part: self._written(name, part, value) for part, value in parts.items()}
        return Sql(_PART.sub(lambda place: written[place[1]], statement))

    def _written(self, name: str, part: str, value: str | Iterable[str]) -> str:
        if isinstance(value, Sql):
            return value
        names = [value] if isinstance(value, str) else list(value)
        for each in names:
            if not isinstance(each, Sql) and not _PLAIN.fullmatch(each):
                raise SqlFileError(
                    f"{self.path}: {each!r} as {part} of {name} is no plain name. Give values as parameters ($name),"
                    " and SQL as Sql."
                )
        return ", ".join(names)


def sql_file_of(module: Path) -> Path:
    """Where the SQL of a module lies, if it has any."""
    return module.parent / "sql" / f"{module.stem}.sql"


def parts_of(text: str) -> dict[str, str]:
    """The statements of a file's text by name, in its order.

    Raises:
        SqlFileError: two have one name, or one doesn't end with a semicolon.
    """
    _, *rest = _NAME.split(text)
    found: dict[str, str] = {}
    for name, statement in zip(rest[::2], rest[1::2], strict=True):
        if name in found:
            raise SqlFileError(f"two statements are called {name}. Give one of them another name.")
        if not statement.rstrip().endswith(";"):
            raise SqlFileError(f"{name} doesn't end with a semicolon. End it with one.")
        found[name] = statement.strip().removesuffix(";").rstrip()
    return found


@cache
def _statements(path: Path) -> dict[str, str]:
    try:
        return parts_of(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SqlFileError(f"{path} isn't there. It belongs beside its module, in the package as installed.") from error
    except SqlFileError as error:
        raise SqlFileError(f"{path}: {error}") from error


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
