"""Parquet columns as text: what each type's values are in a feed, and which of them can't be used.

A number that pandas made a float is the whole number that it was; a flag is yes or no, or yes or empty where a feed
knows no other value; bytes are UTF-8. What isn't whole where a key is expected, a moment where a day is, and what isn't
UTF-8 stays as it is and is told of, so that gate 1 quarantines its row.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb

from evenhand.landing.contracts import Column
from evenhand.landing.files import LandedFile
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)

# What a file begins and ends with, and one that is encrypted; and the fewest bytes of one.
_MARK, _ENCRYPTED = b"PAR1", b"PARE"
_SHORTEST = 12
NESTED = "nested"
# A moment with its time zone, as text: its day depends on the market.
MOMENT = "TIMESTAMP WITH TIME ZONE"
# Whole numbers from here on aren't told apart any more.
_EXACT_BELOW = {"FLOAT": 2**24, "DOUBLE": 2**53}


@dataclass(frozen=True)
class Reading:
    """How a column is read.

    Attributes:
        text: SQL of its value as text.
        is_bad: SQL of whether the value can't be used as it is; empty where each can.
        rule: what holds of the values that can be used, for people.
        remedy: what to do about the others.
    """

    text: str
    is_bad: str = ""
    rule: str = ""
    remedy: str = ""


def reading(column: Column, sql: str, kind: str) -> Reading:
    """How a value of a Parquet type is read where a feed has a column.

    Args:
        sql: the column in SQL, quoted.
        kind: its type, as DuckDB calls it.
    """
    name, base = column.name, kind.partition("(")[0]
    plain = f"{sql}::varchar"
    if base == "NULL":
        return Reading("null::varchar")
    if base == "BOOLEAN" and column.one_of == ("yes",):
        return Reading(f"case when {sql} then 'yes' end")
    if base == "BOOLEAN":
        return Reading(f"case {sql} when true then 'yes' when false then 'no' end")
    if base == "JSON":
        # What is no text or number by itself holds several.
        return Reading(
            f"case when json_type({sql}) in ('ARRAY', 'OBJECT') then {plain} else {sql}->>'$' end",
            f"json_type({sql}) in ('ARRAY', 'OBJECT')",
            f"{name} is a single value",
            "Several values in one are none of a feed's; land the row again with a single one.",
        )
    if base == "BLOB":
        return Reading(
            f"coalesce(try(decode({sql})), {plain})",
            f"{sql} is not null and try(decode({sql})) is null",
            f"{name} is text in UTF-8",
            "The bytes aren't UTF-8; land the row again with text.",
        )
    if base == MOMENT:
        # What is no moment, such as infinity, isn't one without a value.
        text = f"coalesce(strftime(make_timestamp(epoch_us({sql})), '%Y-%m-%dT%H:%M:%SZ'), {plain})"
        return Reading(text)
    if base.startswith("TIMESTAMP") and column.type == "date":
        return Reading(
            f"case when {sql} = date_trunc('day', {sql}) then {sql}::date::varchar else {plain} end",
            f"{sql} is not null and {sql} != date_trunc('day', {sql})",
            f"{name} is a day, or a moment with its time zone",
            "A moment without a time zone is no day; land the row again with a day, as DATE or YYYY-MM-DD.",
        )
    if base in ("FLOAT", "DOUBLE", "DECIMAL"):
        return _number(column, sql, base, kind)
    return Reading(plain)


def _number(column: Column, sql: str, base: str, kind: str) -> Reading:
    plain = f"{sql}::varchar"
    whole = f"{sql} = trunc({sql})" + ("" if base == "DECIMAL" else f" and isfinite({sql}) and abs({sql}) < 1e30")
    as_whole = f"case when {whole} then {sql}::hugeint::varchar else {plain} end"
    if column.type == "number" and base == "DECIMAL" and column.decimals:
        if int(kind.rstrip(")").rpartition(",")[2]) <= column.decimals:
            return Reading(plain)
        # A column of money has as many digits as the source likes; those that say nothing are left out.
        short = f"{sql}::decimal(38, {column.decimals})"
        return Reading(f"case when {sql} = round({sql}, {column.decimals}) then {short}::varchar else {plain} end")
    if column.type == "number":
        # DuckDB writes a small float as 1e-05, which is none that a feed has.
        digits = f"try_cast({sql} as decimal(38, {column.decimals}))"
        in_digits = f"when contains({plain}, 'e') and try_cast({digits} as {kind}) = {sql} then {digits}::varchar"
        return Reading(f"case when {whole} then {sql}::hugeint::varchar {in_digits} else {plain} end")
    exact = f"{whole} and abs({sql}) < {_EXACT_BELOW[base]}" if base in _EXACT_BELOW else whole
    return Reading(
        as_whole,
        f"{sql} is not null and not ({exact})",
        f"{column.name} is text or a whole number",
        "A number with a point, or one so large that its last digits are lost, names nothing; have the source land the"
        " column as text.",
    )


def columns_of(files: Sequence[LandedFile]) -> dict[str, list[tuple[str, str]] | str]:
    """Columns and their types, by file, or why it can't be read. One query opens all: there can be thousands."""
    if not files:
        return {}
    names = {str(file.path): file.name for file in files}
    try:
        with duckdb.connect() as connection:
            found = connection.execute(_SQL("columns"), {"paths": [glob.escape(path) for path in names]}).fetchall()
    except duckdb.Error:
        if len(files) > 1:
            return {name: columns for file in files for name, columns in columns_of([file]).items()}
        return {files[0].name: _why(files[0])}
    parts: dict[str, list[tuple[str, str, int]]] = {file.name: [] for file in files}
    for path, name, kind, children in found:
        parts[names[path]].append((name, kind, children))
    return {name: list(_outermost(iter(of_file))) for name, of_file in parts.items()}


def _outermost(parts: Iterator[tuple[str, str, int]]) -> Iterator[tuple[str, str]]:
    for name, kind, children in parts:
        _skip(parts, children)
        yield name, NESTED if children else kind.strip('"')


def _skip(parts: Iterator[tuple[str, str, int]], children: int) -> None:
    for _ in range(children):
        _skip(parts, next(parts)[2])


def _why(file: LandedFile) -> str:
    try:
        content = file.path.read_bytes()
    except OSError:
        return "it can't be read"
    if not content:
        return "it is empty, without a single byte"
    if content.startswith(_ENCRYPTED) or content.endswith(_ENCRYPTED):
        return "it is encrypted Parquet, and no key is known here"
    if not content.startswith(_MARK):
        return "it isn't Parquet: such a file begins with PAR1"
    if not content.endswith(_MARK) or len(content) < _SHORTEST:
        return "it was cut: the end of the Parquet file is missing"
    return "it is damaged: what it says of its columns, at its end, can't be read"
