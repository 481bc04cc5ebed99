"""Six faults that reach the lists of a market, each as it would come about."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from ruamel.yaml import YAML

from evenhand.landing.contracts import FEEDS
from evenhand.simulation.plan import MARKETS
from gates.rules import STEP, steps

_YAML = YAML()
SMALLEST = min(MARKETS, key=lambda market: market.share).name
EVENTS = tuple(contract for contract in FEEDS if contract.feed != "creators")
# Of the thresholds of the marketplace's ladder, what is left once they are lowered by 60 %.
LOWERED = 0.4


@dataclass(frozen=True)
class Night:
    """Which fault is planted in which market on a night; each in a market of its own."""

    night: date
    doubled: str
    lowered: str
    missing: str
    tenfold: str
    wrong_pack: str
    empty: str
    emptied: str
    """The list that is empty."""

    def market_of(self, fault: str) -> str:
        market: str = getattr(self, fault)
        return market


FAULTS = {
    "doubled": "events doubled in one market",
    "lowered": "a threshold lowered by 60 %",
    "missing": "40 % of a market's rows missing",
    "tenfold": "ten times the rows in the smallest market",
    "wrong_pack": "the wrong market's pack",
    "empty": "an empty list",
}


def draw(night: date, seed: int) -> Night:
    """The markets of a night's faults."""
    chance = random.Random(f"{seed}/{night}")
    others = [market.name for market in MARKETS if market.name != SMALLEST]
    doubled, lowered, missing, wrong_pack, empty = chance.sample(others, 5)
    return Night(night, doubled, lowered, missing, SMALLEST, wrong_pack, empty, chance.choice(("penalties", "rewards")))


def spoil_what_landed(faults: Night) -> Callable[[duckdb.DuckDBPyConnection], None]:
    """Double events, withdraw accounts, and bring ten times the violations."""

    def spoil(connection: duckdb.DuckDBPyConnection) -> None:
        _double(connection, faults.doubled, faults.night)
        _lose(connection, faults.missing, faults.night)
        _multiply(connection, faults.tenfold, faults.night)

    return spoil


def spoil_lists(faults: Night) -> Callable[[duckdb.DuckDBPyConnection], None]:
    """Empty a list, as a join does that finds nothing."""

    def spoil(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(f"delete from main.{faults.emptied} where market = ?", [faults.empty])

    return spoil


def spoil_policies(faults: Night, policies: Path, folder: Path) -> Path:
    """Lower the thresholds of one market's pack, and give another the text of some other market's."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(policies, folder, ignore=shutil.ignore_patterns("published"))
    of = {market.name: folder / f"creators_{market.name.lower()}.yml" for market in MARKETS}
    _lower(of[faults.lowered])
    other = next(market.name for market in MARKETS if market.name not in (faults.wrong_pack, faults.lowered))
    text = of[other].read_text().replace(f"creators_{other.lower()}", f"creators_{faults.wrong_pack.lower()}")
    of[faults.wrong_pack].write_text(text.replace(f"markets: [{other}]", f"markets: [{faults.wrong_pack}]"))
    return folder


def _double(connection: duckdb.DuckDBPyConnection, market: str, night: date) -> None:
    for contract in EVENTS:
        connection.execute(
            f"""
            insert into candidates.{contract.feed}
            select rows.* replace (rows.{contract.key} || '-again' as {contract.key})
            from candidates.{contract.feed} as rows
            where landed_night = ? and account_id in (select account_id from candidates.creators where market = ?)
            """,
            [night, market],
        )


def _lose(connection: duckdb.DuckDBPyConnection, market: str, night: date) -> None:
    connection.execute(
        """
        insert into candidates.creators
        select newest.* replace (?::date as landed_night, landed_file || '!' as landed_file, 'yes' as withdrawn)
        from (
            from candidates.creators
            qualify row_number() over (partition by account_id order by landed_night desc) = 1
        ) as newest
        where market = ? and hash(account_id) % 10 < 4
        """,
        [night, market],
    )
    connection.execute(
        """
        delete from candidates.creators
        where landed_night = ? and withdrawn is null and account_id in (
            select account_id from candidates.creators where landed_file like '%!'
        )
        """,
        [night],
    )


def _multiply(connection: duckdb.DuckDBPyConnection, market: str, night: date) -> None:
    ((rows,),) = connection.execute(
        "select count(*) from released.last_penalties where market = ?", [market]
    ).fetchall()
    connection.execute(
        """
        insert into candidates.violations
        with template as (
            from candidates.violations where decided_on is not null and withdrawn is null order by violation_id limit 1
        )
        select template.* replace (
            ?::date as landed_night, 'ten times' as landed_file, accounts.position as landed_row,
            'ten times/' || accounts.account_id as violation_id, accounts.account_id as account_id,
            null as content_id, null as live_id, null as batch_id,
            'counterfeit' as violation_type, 'medium' as severity, '3' as points, ? as detected_on, ? as decided_on
        )
        from template cross join (
            select account_id, row_number() over (order by hash(account_id)) as position
            from candidates.creators where market = ?
                and account_id not in (select account_id from released.last_penalties)
            group by account_id
        ) as accounts
        where accounts.position <= ?
        """,
        [night, str(night), str(night), market, 9 * max(rows, 1)],
    )


def _lower(path: Path) -> None:
    pack = _YAML.load(path)
    ladder = pack.setdefault("programmes", {}).setdefault("account_health", {})
    ladder["zones"] = steps(LOWERED * STEP)
    _YAML.dump(pack, path)
