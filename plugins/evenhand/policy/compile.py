"""Compile packs to the tables of the warehouse's `policy` schema, which the dbt models join with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from evenhand.policy.load import LoadedPack
from evenhand.policy.pack import Pack

# Each table has a row per market, so that a model joins on market and day and never asks which pack it is.
_EDITION = "market varchar, effective_from date, effective_until date, pack varchar, version integer"
TABLES = {
    "packs": f"{_EDITION}, sha256 varchar, appeal_route varchar",
    "kinds": f"{_EDITION}, kind varchar",
    "entry_rules": (
        f"{_EDITION}, programme varchar, unit varchar, rule varchar, violation_type varchar, amount decimal(18, 2),"
        " counts_once_per varchar, lasts_days integer"
    ),
    "zones": f"{_EDITION}, programme varchar, zone varchar, strictness integer, at_least decimal(18, 2)",
    "effects": (
        f"{_EDITION}, programme varchar, zone varchar, measure varchar, measure_strictness integer, scope varchar,"
        " days integer"
    ),
    "rewards": f"{_EDITION}, programme varchar, zone varchar, reward varchar, scope varchar",
}

Row = tuple[Any, ...]


def compile_packs(packs: Sequence[LoadedPack], warehouse: Path) -> dict[str, int]:
    """Write every pack's rules, replacing what was there, in one transaction.

    Returns:
        Rows per table.
    """
    rows = {
        "packs": [(*e, p.sha256, p.pack.appeal_route) for p in packs for e in _editions(p.pack)],
        "kinds": [(*e, kind) for p in packs for e in _editions(p.pack) for kind in p.pack.applies_to],
        "entry_rules": [row for p in packs for row in _entry_rules(p.pack)],
        "zones": [row for p in packs for row in _zones(p.pack)],
        "effects": [row for p in packs for row in _effects(p.pack)],
        "rewards": [row for p in packs for row in _rewards(p.pack)],
    }
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        connection.execute("create schema if not exists policy")
        for table, columns in TABLES.items():
            connection.execute(f"create or replace table policy.{table} ({columns})")
            if rows[table]:
                marks = ", ".join("?" for _ in rows[table][0])
                connection.executemany(f"insert into policy.{table} values ({marks})", rows[table])
        connection.commit()
    return {table: len(rows[table]) for table in TABLES}


def _editions(pack: Pack) -> Iterable[Row]:
    for market in pack.markets:
        yield market, pack.effective_from, pack.effective_until, pack.pack, pack.version


def _entry_rules(pack: Pack) -> Iterable[Row]:
    for edition in _editions(pack):
        for programme, content in pack.programmes.items():
            for entry in content.entries:
                for violation_type in entry.violation_types:
                    yield (
                        *edition, programme, content.unit, entry.rule, violation_type, entry.amount,
                        entry.counts_once_per, entry.lasts_days,
                    )  # fmt: skip


def _zones(pack: Pack) -> Iterable[Row]:
    for edition in _editions(pack):
        for programme, content in pack.programmes.items():
            for strictness, zone in enumerate(content.zones):
                yield (*edition, programme, zone.zone, strictness, zone.at_least)


def _effects(pack: Pack) -> Iterable[Row]:
    for edition in _editions(pack):
        for programme, content in pack.programmes.items():
            for zone in content.zones:
                for effect in zone.measures:
                    strictness = pack.measures.index(effect.measure)
                    yield (*edition, programme, zone.zone, effect.measure, strictness, effect.scope, effect.days)


def _rewards(pack: Pack) -> Iterable[Row]:
    for edition in _editions(pack):
        for programme, content in pack.programmes.items():
            for reward in content.rewards:
                for zone in reward.zones:
                    yield (*edition, programme, zone, reward.reward, reward.scope)
