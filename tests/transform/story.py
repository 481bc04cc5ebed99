"""One account under the versions of a pack: what happens to it, and what its lists say on certain nights."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from evenhand.deciding.compiled import run_models
from evenhand.deciding.project import CompiledModel
from evenhand.deciding.rehearsal import Stage
from evenhand.policy.language.examples import Event, Example, Expectation
from evenhand.policy.load import LoadedPack, pack_from
from made_once import shared_project


class Told(NamedTuple):
    """A row of a list, as far as these tests look at it."""

    programme: str
    measure: str
    starts_on: date | None
    ends_on: date | None
    version: int


def day(text: str) -> date:
    """A day of 2026, as 04-01."""
    return date.fromisoformat(f"2026-{text}")


def versions(content: Mapping[str, Any], *changes: tuple[str, Mapping[str, Any]]) -> list[LoadedPack]:
    """A pack from 2020 on, and later versions of it: each begins on a day, and says these keys instead."""
    written: list[dict[str, Any]] = [
        {
            "pack": "p",
            "version": 1,
            "markets": ["earth"],
            "effective_from": date(2020, 1, 1),
            "applies_to": ["creator"],
            "appeal_route": "Write to us.",
            **content,
        }
    ]
    for begins, change in changes:
        last = written[-1]
        last.setdefault("effective_until", date.fromordinal(day(begins).toordinal() - 1))
        following = {key: value for key, value in last.items() if key != "effective_until"}
        written.append({**following, "version": last["version"] + 1, "effective_from": day(begins), **change})
    return [LoadedPack(pack_from(each), Path(f"p_{each['version']}.yml"), str(each["version"])) for each in written]


def lists_of(
    models: Sequence[CompiledModel], packs: Sequence[LoadedPack], events: Sequence[Event], nights: Sequence[str]
) -> dict[str, list[Told]]:
    """The penalties and rewards of the account on each of the nights, as they are known by the last of them."""
    rows = decided(
        models,
        packs,
        events,
        nights,
        "select as_of, programme, measure, starts_on, ends_on, version from main.int_measures_in_force"
        " join policy.packs using (edition_id) where list = 'penalties' union all"
        " select as_of, programme, reward, starts_on, ends_on, version from main.int_rewards_in_force"
        " join policy.packs using (edition_id)"
        " order by all",
    )
    found: dict[str, list[Told]] = {night: [] for night in nights}
    for as_of, *told in rows:
        if f"{as_of:%m-%d}" in found:
            found[f"{as_of:%m-%d}"].append(Told(*told))
    return found


def decided(
    models: Sequence[CompiledModel],
    packs: Sequence[LoadedPack],
    events: Sequence[Event],
    nights: Sequence[str],
    query: str,
) -> list[tuple[Any, ...]]:
    """What the models come to, with what is known by the last of the nights; the others are asked about too."""
    example = Example(
        example="story",
        events=tuple(events),
        expect=tuple(Expectation(on=day(night), measures=()) for night in nights),
    )
    first, *others = packs
    stage = Stage(
        [LoadedPack(first.pack.model_copy(update={"examples": (example,)}), first.path, first.sha256), *others]
    )
    asked = shared_project().models(leading_to=re.findall(r"\bmain\.(\w+)", query))
    names = {model.name for model in asked}
    with duckdb.connect(config={"threads": 1}) as connection:
        stage.set(connection)
        run_models(connection, [model for model in models if model.name in names], stage.last_day)
        return connection.execute(query).fetchall()
