"""What a manifest says to who sees single markets: what is of them, or counted of their rows, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from evenhand.console.seen import rows_seen, texts
from evenhand.policy.named_days import named_days_of
from evenhand.records.databases import parquet, reading
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.release.causes import causes_counted
from evenhand.release.manifest import (
    CauseCount,
    Manifest,
    MeasureChanges,
    Quarantined,
    ReleasedFile,
    StageCount,
    ZoneCount,
    read_manifest,
)

_SQL = SqlFile(__file__)

# What is the same for every market.
_AS_IT_IS = (
    *("release_id", "format", "night", "known_at", "measures_order", "compared", "not_compared", "time_zone"),
    *("told_since", "told_before", "follows", "reversed", "code"),
)
# What has a market of its own.
_OF_MARKETS = ("words_without_effect", "held_back", "held_lists", "held_markets", "power", "first_nights")
# What is of all markets together.
_OF_ALL: Mapping[str, Any] = {
    **dict.fromkeys(("packs", "metrics", "notices", "emergencies", "forgotten"), ()),
    "feeds": {},
    "inputs": {},
    "receivers": None,
}
# What is counted of rows, by their name: `last` are the penalties of the release before, `quarantine` the rows of some
# files.
_COUNTED: Mapping[str, tuple[type[Any], Callable[[Mapping[str, Sql]], Sql]]] = {
    "causes": (CauseCount, lambda rows: causes_counted(rows["changes"])),
    "zones": (ZoneCount, lambda rows: _SQL("zones", standings=rows["standings"])),
    "stages": (StageCount, lambda rows: _SQL("stages", profiles=rows["account_profiles"])),
    "penalties": (MeasureChanges, lambda rows: penalties_counted(rows["penalties"], rows["last"])),
    "quarantined": (Quarantined, lambda rows: _SQL("quarantined", quarantine=rows["quarantine"])),
}
_TABLES = ("changes", "standings", "account_profiles", "penalties")


# Revisions' folders never change.
@lru_cache(maxsize=128)
def manifest_seen(folder: Path, markets: frozenset[str], newest: Path, before: Path | None) -> Manifest:
    """A release's manifest for who sees some markets.

    Args:
        newest: the folder of the newest release.
        before: that of the release before this one.
    """
    whole = read_manifest(folder)
    said: dict[str, Any] = {name: getattr(whole, name) for name in _AS_IT_IS}
    said |= {name: tuple(each for each in getattr(whole, name) if each.market in markets) for name in _OF_MARKETS}
    said |= _OF_ALL
    said |= {name: how(whole, markets) for name, how in _PARTLY.items()}
    sources = {
        name: Sql(rows_seen(folder, name, markets, newest)) for name in _TABLES if f"{name}.parquet" in whole.files
    }
    sources["last"] = Sql(
        rows_seen(before, "penalties", markets, newest)
        if before and (before / "penalties.parquet").exists()
        else f"(from {sources['penalties']} limit 0)"
    )
    if "quarantine.parquet" in whole.files:
        names = texts(frozenset(each.lower() for each in markets))
        quarantine = Sql(parquet(folder / "quarantine.parquet"))
        sources["quarantine"] = Sql(f"({_SQL('of_folders', quarantine=quarantine, folders=Sql(names))})")
    with reading() as connection:
        for name, (kind, counted) in _COUNTED.items():
            try:
                found = connection.execute(counted(sources))
            except (KeyError, duckdb.BinderException):
                # Of an earlier version, or of a history, that has no such file or column.
                said[name] = ()
                continue
            columns = [column for column, *_ in found.description or ()]
            said[name] = tuple(kind(**dict(zip(columns, row, strict=True))) for row in found.fetchall())
    return Manifest.model_construct(**said)


def penalties_counted(penalties: Sql, last: Sql) -> Sql:
    """What became of the penalties of each measure against those of another night."""
    return _SQL("penalties", penalties=penalties, last=last)


def _files(whole: Manifest, _: frozenset[str]) -> dict[str, ReleasedFile]:
    # Which files there are; how many rows they have is of all markets.
    return {name: ReleasedFile(rows=0, sha256="") for name in whole.files}


def _targets(whole: Manifest, markets: frozenset[str]) -> Mapping[str, Any]:
    return {name: [each for each in some if each["market"] in markets] for name, some in whole.targets.items()}


def _review_budgets(whole: Manifest, markets: frozenset[str]) -> Mapping[str, int] | None:
    said = whole.review_budgets
    return None if said is None else {market: items for market, items in said.items() if market in markets}


def _named_days(whole: Manifest, markets: frozenset[str]) -> Mapping[str, Any]:
    theirs = named_days_of(whole.named_days).seen_in(markets)
    return theirs.model_dump(mode="json", exclude_none=True)


def _history(whole: Manifest, _: frozenset[str]) -> Any:
    return whole.history.model_copy(update={"unusual": ()}) if whole.history else None


_PARTLY: Mapping[str, Callable[[Manifest, frozenset[str]], Any]] = {
    "files": _files,
    "targets": _targets,
    "named_days": _named_days,
    "review_budgets": _review_budgets,
    "history": _history,
}
# Every field of a manifest is one of these, so that a new one is thought about.
FIELDS = frozenset((*_AS_IT_IS, *_OF_MARKETS, *_OF_ALL, *_COUNTED, *_PARTLY))
