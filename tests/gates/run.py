"""Judge simulated nights, clean and with all six faults at once, each in a market of its own; and real nights."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from evenhand.landing.takedowns import LAST_NIGHT, land_takedowns
from evenhand.local.installation import TAKEDOWNS
from evenhand.quality.held_lists import HeldList
from evenhand.release.rows import rows_of_lists
from evenhand.settings import PROJECT
from evenhand.simulation.marketplace import simulate
from evenhand.simulation.plan import MARKETS, Plan
from gates.nights import Judged, Nights
from gates.planted import FAULTS, Night, draw, spoil_lists, spoil_policies, spoil_what_landed

LISTS = ("penalties", "rewards")
# Nights that land before the first is decided, as many as a night looks at; and nights that are released before the
# first is judged, for what is usual.
LANDED_BEFORE, RELEASED_BEFORE = 36, 14


@dataclass(frozen=True)
class Outcome:
    """What was held on one night.

    Attributes:
        held_clean: the lists that were held although nothing was wrong, with why.
        caught: fault to whether every list that it changes was held; one that changes none counts if any was held.
        escaped: fault to rows that would have gone out otherwise than they should.
        said: fault to what was said of its market.
    """

    night: date
    held_clean: tuple[tuple[str, str, tuple[str, ...]], ...]
    caught: dict[str, bool]
    escaped: dict[str, int]
    said: dict[str, tuple[str, ...]]

    @property
    def told(self) -> str:
        """One line for people."""
        missed = [f"{name} missed, {self.escaped[name]} rows" for name, caught in self.caught.items() if not caught]
        clean = [f"{name} of {market} held: {'; '.join(why)}" for name, market, why in self.held_clean]
        return f"{self.night}: {', '.join([*missed, *clean]) or 'all faults held, nothing else'}"


@dataclass(frozen=True)
class RealNight:
    """A night of the real history: how many rows it changed, and the lists that were held."""

    night: date
    changed: int
    held: tuple[HeldList, ...]

    @property
    def told(self) -> str:
        """One line for people."""
        held = [f"{each.list} of {each.market} held: {'; '.join(each.why)}" for each in self.held]
        return f"{self.night}: {self.changed} rows changed, {', '.join(held) or 'nothing held'}"


def run(home: Path, seed: int, nights: int, creators: int, compiled: Path) -> Iterator[Outcome]:
    """Judge so many nights of one marketplace, each after the one before was released clean."""
    plan = Plan(creators, LANDED_BEFORE + RELEASED_BEFORE + nights, seed=seed)
    simulate(plan, home / "landing", lambda made: None)
    simulated = Nights(home, compiled, PROJECT / "policies")
    for number in range(plan.nights - LANDED_BEFORE):
        night = plan.first_night + timedelta(days=LANDED_BEFORE + number)
        landed = simulated.land(night)
        clean = simulated.judge(landed, night, "clean")
        if number >= RELEASED_BEFORE:
            yield _with_faults(simulated, landed, clean, draw(night, seed))
        simulated.release(clean, night)
        simulated.forget(night)
    shutil.rmtree(home)


def all_of(home: Path, seed: int, nights: int, creators: int) -> list[Outcome]:
    """The same, in a folder with the compiled project, telling of each night as it is judged."""
    outcomes = []
    for outcome in run(home / str(seed), seed, nights, creators, home / "dbt"):
        outcomes.append(outcome)
        print(f"seed {seed}, {outcome.told}", file=sys.stderr, flush=True)
    return outcomes


def real_history(home: Path, nights: int) -> list[RealNight]:
    """Judge the last nights of the takedown example, in a folder with the compiled project."""
    land_takedowns(PROJECT / TAKEDOWNS, home / "real" / "landing")
    real = Nights(home / "real", home / "dbt", PROJECT / "policies")
    outcomes = []
    for number in range(-RELEASED_BEFORE, nights):
        night = date.fromisoformat(LAST_NIGHT) - timedelta(days=nights - 1 - number)
        judged = real.judge(real.land(night), night)
        if number >= 0:
            outcomes.append(RealNight(night, sum(judged.causes.values()), tuple(judged.held)))
            print(f"real history, {outcomes[-1].told}", file=sys.stderr, flush=True)
        real.release(judged, night)
        real.forget(night)
    return outcomes


def _with_faults(simulated: Nights, landed: Path, clean: Judged, faults: Night) -> Outcome:
    spoilt = simulated.judge(
        landed,
        faults.night,
        "spoilt",
        policies=spoil_policies(faults, simulated.policies, simulated.home / "policies"),
        spoil_what_landed=spoil_what_landed(faults),
        spoil_lists=spoil_lists(faults),
    )
    caught, escaped, said = {}, {}, {}
    wrong = _wrong_rows(clean.warehouse, spoilt.warehouse)
    for fault in FAULTS:
        market = faults.market_of(fault)
        changed = [name for name in LISTS if wrong.get((name, market))]
        held = [name for name in LISTS if spoilt.is_held(name, market)]
        caught[fault] = all(name in held for name in changed) if changed else bool(held)
        escaped[fault] = sum(wrong[name, market] for name in changed if name not in held)
        said[fault] = tuple(why for each in spoilt.held if each.market == market for why in each.why)
    return Outcome(
        faults.night, tuple((each.list, each.market, each.why) for each in clean.held), caught, escaped, said
    )


def _wrong_rows(clean: Path, spoilt: Path) -> dict[tuple[str, str], int]:
    """Rows of each list and market that a fault adds, removes or changes."""
    with duckdb.connect() as connection:
        columns = "list, market, row_key, measure, amount, starts_on, ends_on"
        for name, path in (("clean", clean), ("spoilt", spoilt)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
            connection.execute(f"create table {name}_rows as select {columns} from ({rows_of_lists(f'{name}.main')})")
        found = connection.execute(
            """
            select list, market, count(distinct row_key) from (
                (from clean_rows except from spoilt_rows) union all (from spoilt_rows except from clean_rows)
            ) group by all
            """
        ).fetchall()
    return {(name, market): number for name, market, number in found}


def list_nights(outcomes: Sequence[Outcome]) -> int:
    """How many lists of a market were judged clean."""
    return len(outcomes) * len(LISTS) * len(MARKETS)
