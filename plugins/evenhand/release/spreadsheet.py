"""A file of a release as CSV for people: what they open it with may run what begins like a formula.

What receivers of kind `files` get is for machines, and has values as they are.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from io import StringIO
from math import isfinite
from pathlib import Path

import duckdb

from evenhand.records.databases import parquet

# What a spreadsheet takes for a formula, in signs of full width too, after blanks and quotes too.
_RUN = re.compile(r"[\s'\"]*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212\t\r\n]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_AT_ONCE = 10_000


def as_csv(file: Path) -> Iterator[str]:
    """A Parquet file as CSV with a header, some rows at a time."""
    return rows_as_csv(f"from {parquet(file)}")


def rows_as_csv(query: str) -> Iterator[str]:
    """What a query gives, likewise."""
    with duckdb.connect() as connection:
        found = connection.execute(query)
        yield lines([[column[0] for column in found.description or ()]])
        while rows := found.fetchmany(_AT_ONCE):
            yield lines(rows)


def lines(rows: Iterable[Sequence[object]]) -> str:
    """Rows as lines of CSV."""
    text = StringIO()
    csv.writer(text).writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def cell(value: object) -> str:
    """A value as text. What isn't a number and begins like a formula has an apostrophe before it."""
    text = "" if value is None else str(value)
    if isinstance(value, int | float | Decimal) and isfinite(value):
        # A small one has an exponent, which a text with a sign before it isn't believed.
        return text
    return f"'{text}" if _RUN.match(text) and not _NUMBER.fullmatch(text) else text
