"""Receivers that are otherwise than when nothing was held for them last: nothing is sent to them before it is approved.

A list that is dropped from a receiver removes all its rows there at once, and another that is added sends all. To one
that isn't in receivers.yml any more nothing is sent, so that it keeps what it has; that is asked about, too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from evenhand.policy.preapproved import Preapproval
from evenhand.release.manifest import ITEM_LINK

_CALLED = {ITEM_LINK: "EVENHAND_ITEM_LINK"}
_GONE = "It isn't in receivers.yml any more: nothing is sent to it from now on, and what it holds isn't taken back"
# What changes when rows are sent, and not which or to whom.
_NO_ROWS = ("batch_size", "within_minutes", "measures")


def config_sha256(config: Mapping[str, Any]) -> str:
    """What an approval of what receivers.yml says of a receiver is of."""
    return hashlib.sha256(_text(config).encode()).hexdigest()


def lay_receivers(
    connection: duckdb.DuckDBPyConnection,
    before: Mapping[str, Any] | None,
    now: Mapping[str, Any] | None,
    rows: Mapping[str, Sequence[int]] | None = None,
    preapproved: Sequence[Preapproval] = (),
) -> dict[str, tuple[str, ...]]:
    """Write `gate.receivers`, and find by receiver what is said otherwise of it than when it was approved.

    Args:
        before: what the last release has of each; None in one of a version that didn't say, or where nothing was
            released: then nothing is compared.
        now: what receivers.yml says of each; None where it can't be read.
        rows: of each list, how many rows it had on the nights before, the oldest first, and tonight.
        preapproved: what people approved beforehand, each up to so many rows of each list that comes or goes.
    """
    connection.execute("create or replace table gate.receivers (receiver varchar, config varchar, before varchar)")
    configs = now if now is not None else before or {}
    for name in sorted({*configs, *(before or {})}):
        config = configs.get(name)
        was = config if before is None else before.get(name)
        connection.execute(
            "insert into gate.receivers values (?, ?, ?)",
            [name, *(None if each is None else _text(each) for each in (config, was))],
        )
    if before is None or now is None:
        return {}
    found = {}
    for name, config in sorted(now.items()):
        effect = rows_that_come_or_go(before.get(name), config, rows or {})
        said = _said(before.get(name), config)
        if said and not _is_preapproved(name, config, effect, preapproved):
            found[name] = (*said, *(_effect_said(each, counts) for each, counts in effect.items()))
    for name in sorted({*before} - {*now}):
        found[name] = (_GONE, *_left_there(before[name], rows or {}))
    return found


def who_changed(before: Any, now: Any, in_file: Sequence[str], in_deployment: Sequence[str]) -> tuple[str, ...]:
    """Who changed what is said of a receiver: of receivers.yml, of the deployment's setting, or of both.

    Where one of them names nobody, nobody is named: then nobody can approve it.
    """
    keys = {*before, *now} if before and now else set()
    changed = {key for key in keys if before.get(key) != now.get(key)}
    named = [in_deployment] if ITEM_LINK in changed else []
    if changed != {ITEM_LINK}:
        named.append(in_file)
    return tuple(sorted({each for names in named for each in names})) if all(named) else ()


def _left_there(before: Any, rows: Mapping[str, Sequence[int]]) -> tuple[str, ...]:
    """What a receiver that is gone keeps: the rows of its lists on the last night before."""
    sent = [(rows[each][-2], each) for each in before.get("lists", ()) if len(rows.get(each, ())) > 1]
    return tuple(f"{count:,} rows of {each} were released last, and stay there" for count, each in sorted(sent)[::-1])


def rows_that_come_or_go(
    before: Any, now: Any, rows: Mapping[str, Sequence[int]]
) -> dict[tuple[str, str], Sequence[int]]:
    """The lists that come to a receiver or go from it, with their rows on some nights, tonight last."""
    had, has = set((before or {}).get("lists", ())), set(now.get("lists", ()))
    changed = [("would be sent", each) for each in sorted(has - had)]
    changed += [("would lose", each) for each in sorted(had - has)]
    return {(what, each): rows[each] for what, each in changed if each in rows}


def _effect_said(of: tuple[str, str], rows: Sequence[int]) -> str:
    what, name = of
    *earlier, tonight = rows
    if not earlier:
        return f"It {what} {tonight:,} rows of {name} tonight"
    nights = f"of the last {len(earlier)} nights" if len(earlier) > 1 else "of the night before"
    low, high = min(earlier), max(earlier)
    return f"It {what} {tonight:,} rows of {name} tonight; {nights}, {low:,}{f' to {high:,}' if high > low else ''}"


def _is_preapproved(
    name: str, config: Any, effect: Mapping[tuple[str, str], Sequence[int]], preapproved: Sequence[Preapproval]
) -> bool:
    most = max((rows[-1] for rows in effect.values()), default=0)
    return any(
        each.receiver == name and each.text == config_sha256(config) and most <= each.at_most for each in preapproved
    )


def _said(before: Any, now: Any) -> tuple[str, ...]:
    if before is None:
        return ("It is a receiver that nobody has approved; all that it should hold would be sent to it",)
    return tuple(
        f"{_CALLED.get(name, name)} was {_value(before.get(name))} and is {_value(now.get(name))}"
        for name in sorted({*before, *now} - {*_NO_ROWS})
        if before.get(name) != now.get(name)
    )


def _value(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value, sort_keys=True, ensure_ascii=False)


def _text(config: Any) -> str:
    return json.dumps(config, sort_keys=True, ensure_ascii=False)
