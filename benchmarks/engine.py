"""How long the models take for a year of a whole marketplace, beside the barest SQL that only adds up balances.

Every night's standings and measures come out of the one run: a stretch of days is a row, not each night.

    python -m benchmarks.engine [--accounts 1000000] [--events 10000000] [--memory 14GB]
"""

from __future__ import annotations

import argparse
import resource
import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from evenhand.deciding.compiled import compiled_project, run_models
from evenhand.landing.accepted import create_accepted
from evenhand.policy.compile import compile_packs
from evenhand.policy.language.pack import Pack
from evenhand.policy.load import LoadedPack

MARKETS = ("ID", "SG", "VN", "TH", "MY", "PH", "US", "BR")
FIRST_DAY, LAST_DAY = date(2025, 1, 1), date(2025, 12, 31)
RULES = 50


def main() -> None:
    """Generate, run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--memory", default="14GB")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        models = compiled_project(Path(folder) / "dbt").models()
        with duckdb.connect(str(Path(folder) / "bench.duckdb")) as connection:
            connection.execute(f"set memory_limit = '{asked.memory}'; set temp_directory = '{folder}/spill'")
            compile_packs([LoadedPack(_pack(), Path("bench.yml"), "bench")], connection)
            _generate(connection, asked.accounts, asked.events)
            print(f"{asked.accounts:,} accounts, {asked.events:,} events, {RULES} rules in {len(MARKETS)} markets")
            bare = _timed("barest SQL: running balances alone", lambda: connection.execute(_BARE))
            took = []
            for model in models:
                began = time.monotonic()
                run_models(connection, [model], LAST_DAY)
                took.append((time.monotonic() - began, model.name))
            whole = sum(seconds for seconds, _ in took)
            for seconds, name in sorted(took, reverse=True)[:12]:
                print(f"  {seconds:6.1f} s  {name}")
            print(f"{whole:6.1f} s  all models; {whole / bare:.1f} times the barest SQL")
            for table in ("int_entries_counted", "int_standings", "int_measure_periods", "penalties"):
                print(f"  {_count(connection, table):>12,} rows  {table}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"{peak:6.1f} GiB at the peak")


def _pack() -> Pack:
    def rule(number: int, **rest: Any) -> dict[str, Any]:
        return {
            "rule": f"rule_{number}", "violation_types": (f"type_{number}",), "lasts_days": (30, 90, 180)[number % 3],
            **rest,
        }  # fmt: skip

    def zone(name: str, measure: str, days: int, **bound: Any) -> dict[str, Any]:
        return {"zone": name, "measures": ({"measure": measure, "scope": "account", "days": days},), **bound}

    return Pack.model_validate(
        {
            "pack": "bench",
            "version": 1,
            "markets": MARKETS,
            "effective_from": date(2020, 1, 1),
            "appeal_route": "Write to us.",
            "measures": ("warning", "pause", "stop"),
            "programmes": {
                "points": {
                    "unit": "point",
                    "entries": tuple(
                        rule(n, amount_by_reviewer={"at_least": Decimal(1), "at_most": Decimal(24)}) for n in range(20)
                    ),
                    "zones": (
                        {"zone": "good"},
                        zone("warned", "warning", 7, at_least=12),
                        zone("held", "pause", 14, at_least=24),
                        zone("out", "stop", 60, at_least=36),
                    ),
                },
                "score": {
                    "unit": "point",
                    "balance": {"start": Decimal(200), "at_least": Decimal(0), "at_most": Decimal(1000)},
                    "entries": tuple(rule(n, amount=Decimal(-15)) for n in range(20, 35)),
                    "zones": (
                        {"zone": "green"},
                        zone("orange", "warning", 7, at_most=150),
                        zone("red", "pause", 28, at_most=100),
                        zone("black", "stop", 90, at_most=0),
                    ),
                },
                "strikes": {
                    "unit": "strike",
                    "entries": tuple(rule(n, amount=1, counts_once_per="batch") for n in range(35, RULES)),
                    "zones": (
                        {"zone": "none"},
                        zone("first", "warning", 7, at_least=1),
                        zone("second", "pause", 14, at_least=2),
                        zone("third", "stop", 60, at_least=3),
                    ),
                },
            },
        }
    )


def _generate(connection: duckdb.DuckDBPyConnection, accounts: int, events: int) -> None:
    """A power law of accounts, one event in fifty appealed, half of those granted."""
    create_accepted(connection)
    landed = "date '2025-01-01', 'bench', 1"
    markets = ", ".join(f"'{market}'" for market in MARKETS)
    connection.execute(
        "insert into accepted.creators"
        " (landed_night, landed_file, landed_row, account_id, market, kind, language, onboarded_on)"
        f" select {landed}, 'a' || i, [{markets}][1 + i % {len(MARKETS)}], 'creator', 'en', '2024-01-01'"
        f" from range({accounts}) as t(i)"
    )
    connection.execute(
        f"""insert into accepted.violations by name
        select date '2025-01-01' as landed_night, 'bench' as landed_file, i as landed_row, 'v' || i as violation_id,
            'a' || cast(floor({accounts} * pow((hash(i) % 1000003) / 1000003.0, 2)) as bigint) as account_id,
            'type_' || (hash(i + 7) % {RULES}) as violation_type, 'b' || (i // 5) as batch_id,
            cast(date '2025-01-01' + cast(hash(i + 13) % 365 as integer) as varchar) as decided_on,
            cast(1 + hash(i + 17) % 8 as varchar) as points
        from range({events}) as t(i)"""
    )
    connection.execute(
        f"""insert into accepted.appeals by name
        select date '2025-01-01' as landed_night, 'bench' as landed_file, 1 as landed_row,
            'p' || violation_id as appeal_id, violation_id, account_id, decided_on as filed_on,
            case when landed_row % 100 = 0 then 'granted' else 'denied' end as outcome,
            cast(cast(decided_on as date) + 20 as varchar) as decided_on
        from accepted.violations where landed_row % 50 = 0 and decided_on <= '{LAST_DAY.replace(day=11)}'"""
    )


# Each amount comes and goes; nothing is void, nothing counts once, no zone is looked at.
_BARE = """
    create or replace table bare as
    with entries as (
        select account_id, cast(decided_on as date) as on_day, cast(points as decimal(18, 2)) as amount
        from accepted.violations
    ),
    changes as (
        select account_id, on_day, amount from entries
        union all
        select account_id, on_day + 90, -amount from entries
    ),
    by_day as (select account_id, on_day, sum(amount) as change from changes group by all)
    select account_id, on_day, sum(change) over (partition by account_id order by on_day) as balance from by_day
"""


def _timed(what: str, do: Any) -> float:
    began = time.monotonic()
    do()
    took = time.monotonic() - began
    print(f"{took:6.1f} s  {what}")
    return took


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from main.{table}").fetchone()
    assert row is not None
    return int(row[0])


if __name__ == "__main__":
    main()
