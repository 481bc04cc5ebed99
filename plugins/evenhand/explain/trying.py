"""All ways on which an account may be restored, tried some at a time: of many, something is known before all are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

import duckdb

from evenhand.deciding.night_range import ask_about
from evenhand.deciding.project import CompiledModel
from evenhand.deciding.provenance import lay_rules_in_words_of_today
from evenhand.explain.restoring import DAY, NIGHTS, TONIGHT, CannotBeTried, TriedWay, try_at_once
from evenhand.explain.ways import Way, ways_to_try
from evenhand.records.databases import quoted

# So many ways are tried in one run of the models, beside nothing at all: nearly all accounts have fewer.
AT_ONCE = 12
_ALL = Way("all")


@dataclass(frozen=True)
class SoFar:
    """What was found of an account until now.

    Attributes:
        tried: the ways that were tried; the first is nothing at all.
        left: those that weren't; empty too while it isn't known which there are.
        step: models that were built.
        steps: models to build for all ways; 0 while it isn't known how many.
    """

    tried: tuple[TriedWay, ...] = ()
    left: tuple[Way, ...] = ()
    step: int = 0
    steps: int = 0


def _tell_nobody(so_far: SoFar) -> None:
    pass


def _tell_of_step(tell: Callable[[SoFar], None], begun: SoFar, built: int) -> None:
    tell(replace(begun, step=begun.step + built))


def what_restores(
    release: Path,
    warehouse: Path,
    models: Sequence[CompiledModel],
    night: date,
    account: str,
    nights: int = NIGHTS,
    before: Sequence[TriedWay] = (),
    tell: Callable[[SoFar], None] = _tell_nobody,
) -> list[TriedWay]:
    """Every way by itself, and all of them together where none by itself restores everything.

    Args:
        release: the night's, whose rules are taken.
        warehouse: the night's, for what gate 1 accepted; it is only read.
        models: those that decide.
        before: what was tried before, which isn't tried again.
        tell: is told what was found so far, after each model.

    Raises:
        CannotBeTried: the night's work is gone, or the account's market isn't decided on the night.
    """
    if not warehouse.exists():
        raise CannotBeTried(said_where_work_is_gone(str(night)))
    with _of_night(release, warehouse, night, nights) as connection:
        _refuse_if_held(connection, night, account)
        single = ways_to_try(connection, TONIGHT, night, account)
    tried = list(before)
    left = [way for way in _all_of(single) if all(way != each.way for each in tried)]
    batches = [tuple(left[first : first + AT_ONCE]) for first in range(0, len(left), AT_ONCE)]
    if not tried:
        # The run that tries nothing at all tells what there is to restore.
        batches = batches or [()]
    steps = len(batches) * len(models)
    for number, batch in enumerate(batches):
        if batch == (_ALL,) and not _lacking(tried):
            continue
        so_far = SoFar(
            tuple(tried), tuple(way for each in batches[number:] for way in each), number * len(models), steps
        )
        tell(so_far)
        with _of_night(release, warehouse, night, nights) as connection:
            found = try_at_once(
                connection, models, night, nights, account, batch, single, partial(_tell_of_step, tell, so_far)
            )
        tried += found if not tried else found[1:]
    everything_else = [each for each in tried if each.way.kind != "all"]
    return tried if _lacking(everything_else) else everything_else


def said_where_work_is_gone(night: str) -> str:
    """Why nothing can be tried on a night, and what to do."""
    return f"the work of night {night} is gone (only the newest nights' is kept); run evenhand nightly {night} again"


def _all_of(single: Sequence[Way]) -> list[Way]:
    return [*single, _ALL] if len(single) > 1 else list(single)


def _lacking(tried: Sequence[TriedWay]) -> set[str]:
    """What no way restores."""
    restored = {what.what for each in tried for what in each.restored if what.outcome == "on"}
    return {what.what for what in tried[0].restored} - restored


@contextmanager
def _of_night(release: Path, warehouse: Path, night: date, nights: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """The night's work and rules, with the nights to come."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"attach {quoted(warehouse)} as {TONIGHT} (read_only)")
        lay_rules_in_words_of_today(release, connection)
        ask_about(connection, [night + day * DAY for day in range(nights + 1)])
        yield connection


def _refuse_if_held(connection: duckdb.DuckDBPyConnection, night: date, account: str) -> None:
    if connection.execute(f"select 1 from {TONIGHT}.held.accounts where account_id = ?", [account]).fetchone():
        raise CannotBeTried(f"its market isn't decided on {night}; correct what holds it and run the night again")
