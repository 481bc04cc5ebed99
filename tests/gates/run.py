"""Judge simulated nights, clean and with faults, each in a market of its own; and real nights.

Every night is spoilt several times, for there are more faults than markets. A run that was stopped goes on: what came
of a night is written beside its release.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import duckdb

from evenhand.landing.contracts import BY_NAME
from evenhand.landing.takedowns import LAST_NIGHT, land_takedowns
from evenhand.local.installation import TAKEDOWNS
from evenhand.quality.held_lists import HeldList
from evenhand.release.rows import COMPARED, rows_that_leave
from evenhand.settings import PROJECT
from evenhand.simulation.marketplace import simulate
from evenhand.simulation.plan import MARKETS, Plan
from gates.known import Known
from gates.nights import Judged, Nights
from gates.planted import FAULTS, Night, draw, spoil_lists, spoil_policies, spoil_what_landed
from gates.rules import lay_rules
from gates.silent import FAULTS as SILENT
from gates.silent import RUNS, draw_silent, plant

LISTS = ("penalties", "rewards")
# Nights that land before the first is decided, as many as a night looks at; and nights that are decided in one go
# before the first is judged, for what is usual, as many as of an example.
LANDED_BEFORE, RELEASED_BEFORE = 36, 28
# Of few creators a silent fault changes many rows where they break rules twelve times as often as others.
BREACHES = 12
# A silent fault of this size has to be held: so many rows of a list, and such a share of what the night adds to it and
# takes from it; or, where it changes no list, so many rows of a feed, or all that its market has of it.
FEWEST_ROWS, FEWEST_SHARE, FEWEST_LANDED = 20, 0.1, 100
ALL_SILENT = tuple(range(len(RUNS)))


@dataclass(frozen=True)
class Outcome:
    """What was held on one night.

    Attributes:
        held_clean: the lists that were held although nothing was wrong, with why.
        caught: fault to whether every list that it changes was held; one that changes none counts if any was held.
        escaped: fault to rows that would have gone out otherwise than they should.
        said: fault to what was said of its market.
        sized: the silent faults that were of the size at which they have to be held.
    """

    night: date
    held_clean: tuple[tuple[str, str, tuple[str, ...]], ...]
    caught: dict[str, bool]
    escaped: dict[str, int]
    said: dict[str, tuple[str, ...]]
    sized: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """One line for people."""
        missed = [
            f"{name} missed, {self.escaped[name]} rows"
            for name, caught in self.caught.items()
            if not caught and (name in FAULTS or name in self.sized)
        ]
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


def run(
    home: Path,
    seed: int,
    nights: int,
    creators: int,
    compiled: Path,
    silent: Sequence[int] = ALL_SILENT,
) -> Iterator[Outcome]:
    """Judge so many nights of one marketplace, each after the one before was released clean.

    Args:
        silent: which of the runs with silent faults each night is spoilt by; by default, all of them.
    """
    of_all = LANDED_BEFORE + RELEASED_BEFORE + nights
    plan = Plan(creators, of_all, seed=seed, breaches=BREACHES, is_planted=False)
    simulate(plan, home / "landing", lambda made: None)
    simulated = Nights(home, compiled, lay_rules(PROJECT / "policies", home / "rules"), says_effects=False)
    told = home / "outcomes"
    told.mkdir(exist_ok=True)
    all_nights = [plan.first_night + timedelta(days=day) for day in range(LANDED_BEFORE, plan.nights)]
    learnt, judged = all_nights[:RELEASED_BEFORE], all_nights[RELEASED_BEFORE:]
    if not simulated.is_released(learnt[-1]):
        simulated.learn(learnt)
        simulated.forget(learnt[-1])
    for night in judged:
        outcome = told / f"{night}.json"
        if simulated.is_released(night):
            yield _read_outcome(outcome)
            continue
        landed = simulated.land(night)
        known = Known(landed.with_suffix(".known"))
        clean = simulated.judge(landed, night, "clean", known=known)
        found = _with_faults(simulated, landed, clean, known, draw(night, seed), seed, silent)
        # What is there is whole: another process may read it meanwhile, and a kill leaves no half of it.
        draft = outcome.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(found), default=str))
        draft.replace(outcome)
        yield found
        simulated.release(clean, night)
        simulated.forget(night)


def all_of(home: Path, seed: int, nights: int, creators: int) -> list[Outcome]:
    """The same, in a folder with the compiled project, telling of each night as it is judged.

    What came of the nights stays when all are judged, and nothing else: done again, it is read.
    """
    folder = home / str(seed)
    # Of a run that was stopped while its folder was cleared, all outcomes are there and not all of the rest.
    if len(judged_so_far(home, seed)) < nights:
        for outcome in run(folder, seed, nights, creators, home / "dbt"):
            print(f"seed {seed}, {outcome.told}", file=sys.stderr, flush=True)
    for each in folder.iterdir():
        if each.name != "outcomes":
            shutil.rmtree(each) if each.is_dir() else each.unlink()
    return judged_so_far(home, seed)


def judged_so_far(home: Path, seed: int) -> list[Outcome]:
    """What came of the nights of a marketplace that are judged, by this run or one before."""
    return [_read_outcome(each) for each in sorted((home / str(seed) / "outcomes").glob("*.json"))]


def real_history(home: Path, nights: int) -> list[RealNight]:
    """Judge the last nights of the takedown example, in a folder with the compiled project."""
    shutil.rmtree(home / "real", ignore_errors=True)
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


def _with_faults(
    simulated: Nights, landed: Path, clean: Judged, known: Known, faults: Night, seed: int, silent: Sequence[int]
) -> Outcome:
    spoilt = simulated.judge(
        landed,
        faults.night,
        "spoilt",
        policies=spoil_policies(faults, simulated.policies, simulated.home / "policies"),
        spoil_what_landed=spoil_what_landed(faults),
        spoil_lists=spoil_lists(faults),
        known=known,
    )
    held_clean = tuple((each.list, each.market, each.why) for each in clean.held)
    outcome = Outcome(faults.night, held_clean, {}, {}, {})
    _look(outcome, clean, spoilt, {fault: faults.market_of(fault) for fault in FAULTS})
    sized: list[str] = []
    for run in silent:
        markets = draw_silent(faults.night, seed, run)

        def spoil(connection: duckdb.DuckDBPyConnection, markets: dict[str, str] = markets) -> None:
            for fault, market in markets.items():
                plant(connection, SILENT[fault], market, faults.night)

        judged = simulated.judge(landed, faults.night, f"silent-{run}", spoil_what_landed=spoil, known=known)
        wrong = _look(outcome, clean, judged, markets)
        sized += _sized(clean, judged, markets, wrong, faults.night)
        judged.warehouse.unlink()
    return replace(outcome, sized=tuple(sized))


def _look(outcome: Outcome, clean: Judged, spoilt: Judged, markets: dict[str, str]) -> dict[tuple[str, str], int]:
    """Note what was held of each fault in its market; returns the rows of each list and market that are otherwise."""
    wrong = _wrong_rows(clean.warehouse, spoilt.warehouse)
    for fault, market in markets.items():
        changed = [name for name in LISTS if wrong.get((name, market))]
        held = [name for name in LISTS if spoilt.is_held(name, market)]
        # What is quarantined changes nothing, and is told.
        is_quarantined = fault in SILENT and SILENT[fault].is_quarantined
        outcome.caught[fault] = all(name in held for name in changed) if changed else bool(held) or is_quarantined
        outcome.escaped[fault] = sum(wrong[name, market] for name in changed if name not in held)
        outcome.said[fault] = tuple(why for each in spoilt.held if each.market == market for why in each.why)
    return wrong


def _wrong_rows(clean: Path, spoilt: Path) -> dict[tuple[str, str], int]:
    """Rows of each list and market that differ in anything that leaves."""
    with duckdb.connect() as connection:
        for name, path in (("clean", clean), ("spoilt", spoilt)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
            rows = rows_that_leave(f"{name}.main", "", COMPARED, f"{name}.accepted.creators")
            connection.execute(f"create table {name}_rows as {rows}")
        found = connection.execute(
            """
            select list, market, count(distinct row_key) from (
                (from clean_rows except from spoilt_rows) union all (from spoilt_rows except from clean_rows)
            ) group by all
            """
        ).fetchall()
    return {(name, market): number for name, market, number in found}


def _sized(
    clean: Judged, spoilt: Judged, markets: dict[str, str], wrong: dict[tuple[str, str], int], night: date
) -> list[str]:
    """The faults that are of the size at which they have to be held. What gate 1 quarantines is held there."""
    sized = []
    with duckdb.connect() as connection:
        connection.execute(f"attach '{clean.warehouse}' as clean (read_only)")
        connection.execute(f"attach '{spoilt.warehouse}' as spoilt (read_only)")
        moved = {
            (name, market): number
            for name, market, number in connection.execute(
                "select list, market, count(*) from clean.gate.changes"
                " where change in ('added', 'removed') group by all"
            ).fetchall()
        }
        for fault, market in markets.items():
            by_list = [
                (wrong[name, market], moved.get((name, market), 0)) for name in LISTS if wrong.get((name, market))
            ]
            if by_list:
                if any(rows >= FEWEST_ROWS and rows >= FEWEST_SHARE * of for rows, of in by_list):
                    sized.append(fault)
                continue
            names = ", ".join(BY_NAME[SILENT[fault].feed].column_names)
            tonight = (
                f"(select {names} from {{}}.candidates.{SILENT[fault].feed} where landed_night = date '{night}'"
                " and account_id in (select account_id from clean.candidates.creators group by account_id"
                f" having arg_max(market, landed_night) = '{market}'))"
            )
            ((lost, come, of),) = connection.execute(
                f"select (select count(*) from (from {tonight.format('clean')} except all"
                f" from {tonight.format('spoilt')})), (select count(*) from (from {tonight.format('spoilt')} except all"
                f" from {tonight.format('clean')})), (select count(*) from {tonight.format('clean')})"
            ).fetchall()
            rows = max(lost, come)
            if rows >= FEWEST_LANDED or (rows >= of and rows > 0):
                sized.append(fault)
    return sized


def _read_outcome(path: Path) -> Outcome:
    said = json.loads(path.read_text())
    return Outcome(
        date.fromisoformat(said["night"]),
        tuple((name, market, tuple(why)) for name, market, why in said["held_clean"]),
        said["caught"],
        said["escaped"],
        {fault: tuple(why) for fault, why in said["said"].items()},
        tuple(said["sized"]),
    )


def list_nights(outcomes: Sequence[Outcome]) -> int:
    """How many lists of a market were judged clean."""
    return len(outcomes) * len(LISTS) * len(MARKETS)
