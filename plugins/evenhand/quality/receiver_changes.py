"""Receivers that are otherwise than when nothing was held for them last: nothing is sent to them before it is approved.

A list that is dropped from a receiver removes all its rows there at once, and another that is added sends all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import duckdb


def lay_receivers(
    connection: duckdb.DuckDBPyConnection, before: Mapping[str, Any] | None, now: Mapping[str, Any] | None
) -> dict[str, tuple[str, ...]]:
    """Write `gate.receivers`, and find by receiver what is said otherwise of it than when it was approved.

    Args:
        before: what the last release has of each; None in one of a version that didn't say, or where nothing was
            released: then nothing is compared.
        now: what receivers.yml says of each; None where it can't be read.
    """
    connection.execute("create or replace table gate.receivers (receiver varchar, config varchar, before varchar)")
    configs = now if now is not None else before
    for name, config in sorted((configs or {}).items()):
        was = config if before is None else before.get(name)
        connection.execute(
            "insert into gate.receivers values (?, ?, ?)",
            [name, _text(config), None if was is None else _text(was)],
        )
    if before is None or now is None:
        return {}
    return {name: _said(before.get(name), config) for name, config in sorted(now.items()) if before.get(name) != config}


def _said(before: Any, now: Any) -> tuple[str, ...]:
    if before is None:
        return ("It is a receiver that nobody has approved; all that it should hold would be sent to it",)
    return tuple(
        f"{name} was {_value(before.get(name))} and is {_value(now.get(name))}"
        for name in sorted({*before, *now})
        if before.get(name) != now.get(name)
    )


def _value(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value, sort_keys=True, ensure_ascii=False)


def _text(config: Any) -> str:
    return json.dumps(config, sort_keys=True, ensure_ascii=False)
