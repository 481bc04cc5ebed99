"""What fits the contracts of feeds and packs can't fail later: numbers and days at every bound, through all models."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from evenhand.deciding.build import build_models
from evenhand.landing.accepted import create_accepted
from evenhand.landing.contracts import FEEDS, Column
from evenhand.policy.compile import compile_packs
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import LAST_DAY, MOST, MOST_DAYS
from evenhand.policy.load import LoadedPack, content_of, pack_files, pack_from
from evenhand.release.previous import create_released
from evenhand.settings import PROJECT
from expectations.feed_values import MOST_DIGITS
from made_once import shared_project

# What the number columns of feeds have in them.
Values = dict[tuple[str, str], str]
NIGHT = date(2026, 11, 5)
# Rows of a kind that an account has: more than one, for sums are what grows.
EACH = 3
DAYS = ("0001-01-01", "2026-11-04", str(NIGHT))


def numbers_of(column: Column) -> tuple[str, ...]:
    """What the contract lets through at its bounds; only a quantity can be less than nothing and mean something."""
    most = "9" * MOST_DIGITS + ("." + "9" * column.decimals if column.decimals else "")
    return (most, f"-{most}", "0", "2500000000")


def leaves(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all numbers and days of a pack."""
    if isinstance(content, dict):
        for key, value in content.items():
            if key not in ("examples", "language"):
                yield from leaves(value, (*path, key))
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from leaves(value, (*path, number))
    elif isinstance(content, int | float | date) and not isinstance(content, bool):
        yield path


def at_bounds(content: Any) -> Pack:
    """A pack with each number, one after the other, as large as the language lets it be beside the others."""
    content = deepcopy(content)
    content.pop("examples", None)
    for path in list(leaves(content)):
        at = content
        for step in path[:-1]:
            at = at[step]
        kept = at[path[-1]]
        for bound in (LAST_DAY,) if isinstance(kept, date) else (MOST, MOST_DAYS, 1_000_000, 100):
            if path[-1] in ("effective_from",):
                break
            at[path[-1]] = bound
            try:
                pack_from(content)
                break
            except ValidationError:
                at[path[-1]] = kept
    return pack_from(content)


@pytest.fixture(scope="module")
def packs() -> dict[str, list[Pack]]:
    """Every shipped pack in a market of its own, as it is and with its numbers at their bounds."""
    as_is, largest = [], []
    files = [*(PROJECT / "policies").glob("*.yml"), *(PROJECT / "policies" / "published").glob("*.yml")]
    for number, path in enumerate(pack_files(files)):
        content = content_of(path) | {"markets": [f"M{number}"], "effective_from": date(2026, 1, 1)}
        content.pop("effective_until", None)
        for example in content.get("examples", ()):
            example.pop("market", None)
        as_is.append(pack_from(content))
        largest.append(at_bounds(content))
    return {"as_is": as_is, "largest": largest}


def build(path: Path, packs: list[Pack], value: Values) -> None:
    """Build every model on accounts of each market, whose rows have these values in the columns of feeds."""
    path.unlink(missing_ok=True)
    compile_packs([LoadedPack(pack, Path(pack.pack), pack.pack) for pack in packs], path)
    with duckdb.connect(str(path)) as connection:
        connection.begin()
        create_accepted(connection)
        create_released(connection)
        for pack in packs:
            _fill(connection, pack, value)
        connection.commit()
    build_models(path, shared_project(), NIGHT, path.parent / "models")


def _fill(connection: duckdb.DuckDBPyConnection, pack: Pack, value: Values) -> None:
    (market,) = pack.markets
    named = {
        "violation_type": sorted(
            {each for p in pack.programmes.values() for rule in p.entries for each in rule.violation_types}
        ),
        "activity": sorted(pack.activities_named()),
        "metric": sorted({p.metric for p in pack.programmes.values() if p.metric} | {"followers"}),
    }
    for contract in FEEDS:
        of_feed = next((names for column in contract.columns if (names := named.get(column.name))), ["x"])
        rows = [{"landed_night": str(NIGHT), "landed_file": "f", "landed_row": n} for n in range(EACH * len(of_feed))]
        if contract.feed == "creators":
            rows = rows[:1]
        for number, row in enumerate(rows):
            for column in contract.columns:
                row[column.name] = _value(contract.feed, column, market, number, of_feed, pack, value)
        columns = ", ".join(rows[0])
        line = f"({', '.join('?' for _ in rows[0])})"
        connection.execute(
            f"insert into accepted.{contract.feed} ({columns}) values {', '.join(line for _ in rows)}",
            [each for row in rows for each in row.values()],
        )


def _value(
    feed: str,
    column: Column,
    market: str,
    number: int,
    of_feed: list[str],
    pack: Pack,
    value: dict[tuple[str, str], str],
) -> str | None:
    if column.name == "withdrawn":
        return None
    if column.name in ("account_id", "linked_to"):
        return f"{market}-a"
    if column.name == "kind":
        return pack.applies_to[0] if pack.applies_to else "creator"
    if column.name == "market":
        return market
    if column.name in ("violation_type", "activity", "metric"):
        return of_feed[number % len(of_feed)]
    if column.name == next(each.key for each in FEEDS if each.feed == feed):
        return f"{market}-{number}"
    if column.refers_to:
        return f"{market}-0"
    if column.one_of:
        return column.one_of[number % len(column.one_of)]
    if column.type == "date":
        return DAYS[number % len(DAYS)] if feed != "creators" else ("2026-01-01" if column.required else None)
    if column.type == "moment":
        return f"{DAYS[number % len(DAYS)]}T23:59:59+14:00"
    if column.type == "number":
        return value.get((feed, column.name), numbers_of(column)[0])
    return "en" if column.name == "language" else "x"


@pytest.mark.parametrize("nth", [0, 1])
def test_numbers_at_their_bounds_fail_nowhere(tmp_path: Path, packs: dict[str, list[Pack]], nth: int) -> None:
    value = {(c.feed, each.name): numbers_of(each)[nth] for c in FEEDS for each in c.columns if each.type == "number"}

    build(tmp_path / "night.duckdb", packs["largest"], value)


@seed(20261105)
@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_mixture_of_bounds_fails_nowhere(tmp_path: Path, packs: dict[str, list[Pack]], data: st.DataObject) -> None:
    value = {
        (contract.feed, column.name): data.draw(st.sampled_from(numbers_of(column)))
        for contract in FEEDS
        for column in contract.columns
        if column.type == "number"
    }
    which = data.draw(st.sampled_from(["as_is", "largest"]))

    build(tmp_path / "night.duckdb", packs[which], value)
