"""A list as a spreadsheet has it: before the keys of a column, what they are called, for who reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from evenhand.console.reader import say
from evenhand.console.tables import Column
from evenhand.console.values import label, market


def header(columns: Sequence[Column]) -> list[str]:
    """What stands above each column."""
    return [name for each in columns for name in ((say(each.label),) if _called(each) else ()) + (each.heading,)]


def named(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    """The rows, with the names beside the keys: a market by its name and code, a key as the catalogues call it."""
    called = [_called(each) for each in columns]
    names = [each and cache(each) for each in called]
    for row in rows:
        yield tuple(
            each
            for name, value in zip(names, row, strict=True)
            for each in ((value if value is None else name(str(value)), value) if name else (value,))
        )


def said(column: Column, value: str) -> str:
    """A value of a column that was chosen, as it is called, with its key where that is another word."""
    called = _called(column)
    name = called(value) if called and value else value
    return name if name == value or column.kind == "market" else f"{name} ({value})"


def _called(column: Column) -> Callable[[str], str] | None:
    if column.kind == "market":
        return market
    return (lambda value: label(column.names, value)) if column.kind == "label" else None
