"""Faults that leave the number of rows as it was where their kind allows, each in a market of its own."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

import duckdb

from evenhand.simulation.plan import MARKETS

_TONIGHT = "landed_night = getvariable('night') and account_id in (select account_id from spoilt_accounts)"
_EVENTS = ("violations", "appeals", "orders", "contents", "lives", "trainings", "user_reports")


@dataclass(frozen=True)
class Fault:
    """A fault: what is wrong, for people, the feed that it is in, and the SQL that plants it in `spoilt_accounts`.

    Of one that gate 1 quarantines, the SQL does that too: in these nights it accepts everything else. One that changes
    few of a market's rows is planted in the largest, where they are enough.
    """

    said: str
    feed: str
    sql: tuple[str, ...]
    is_quarantined: bool = False
    in_the_largest: bool = False


def _changed(feed: str, values: str, where: str = "true") -> tuple[str, ...]:
    return (f"update candidates.{feed} set {values} where {_TONIGHT} and {where}",)


def _again(feed: str) -> tuple[str, ...]:
    """Yesterday's rows are tonight's."""
    return (
        f"delete from candidates.{feed} where {_TONIGHT}",
        f"""insert into candidates.{feed}
        select * replace (getvariable('night') as landed_night, landed_file || ' again' as landed_file)
        from candidates.{feed}
        where landed_night = getvariable('night') - 1 and account_id in (select account_id from spoilt_accounts)""",
    )


def _times(times: str) -> tuple[str, ...]:
    each = (
        f"{name} = cast(cast({times} * cast({name} as double) as decimal(18, 2)) as varchar)"
        for name in ("amount", "commission")
    )
    return _changed("orders", ", ".join(each))


_ANYBODY = (
    "account_id = (select other.account_id from spoilt_accounts as other"
    " order by hash(other.account_id || violations.violation_id), other.account_id limit 1)"
)
# Tonight, of those of which each violation adds points.
_MOST_USED = (
    f"select violation_type from candidates.violations where {_TONIGHT} and violation_type != 'low_quality'"
    " group by violation_type order by count(*) desc, violation_type limit 1"
)
# Gate 1 quarantines an account of a market that nobody knows: here it is what does so.
_UNKNOWN_MARKET = (
    """insert into candidates.creators
    select newest.* replace (
        getvariable('night') as landed_night, 'nowhere' as landed_file,
        row_number() over (order by account_id) as landed_row, 'XX' as market
    )
    from (
        from candidates.creators where account_id in (select account_id from spoilt_accounts)
        qualify row_number() over (partition by account_id order by landed_night desc) = 1
    ) as newest
    where hash(account_id) % 20 = 0""",
    "insert into quarantine.bad select 'creators', landed_file, landed_row from candidates.creators"
    " where landed_file = 'nowhere'",
)

FAULTS = {
    "a_day_early": Fault(
        "decisions shifted by a day",
        "violations",
        _changed("violations", "decided_on = cast(cast(decided_on as date) - 1 as varchar)"),
    ),
    "points_doubled": Fault(
        "all points doubled",
        "violations",
        _changed("violations", "points = cast(2 * cast(points as integer) as varchar)"),
    ),
    "graver": Fault(
        "severities raised one level",
        "violations",
        _changed("violations", "severity = case severity when 'low' then 'medium' else 'high' end"),
    ),
    "yesterday": Fault(
        "yesterday's files as today's",
        "violations",
        sum((_again(feed) for feed in _EVENTS), ()),
        in_the_largest=True,
    ),
    "half_lost": Fault(
        "half of the violations lost",
        "violations",
        (f"delete from candidates.violations where {_TONIGHT} and hash(violation_id) % 2 = 0",),
        in_the_largest=True,
    ),
    "one_account": Fault(
        "all of a night's violations on one account",
        "violations",
        _changed("violations", "account_id = (select min(account_id) from spoilt_accounts)"),
    ),
    "unknown_market": Fault("5 % of accounts in an unknown market", "creators", _UNKNOWN_MARKET, is_quarantined=True),
    "renamed": Fault(
        "a violation type renamed",
        "violations",
        _changed("violations", "violation_type = 'fake_goods'", f"violation_type = ({_MOST_USED})"),
        in_the_largest=True,
    ),
    "amounts": Fault("amounts 15,000 times as high", "orders", _times("15000")),
    "one_reviewer": Fault(
        "one reviewer decides everything",
        "violations",
        _changed(
            "violations",
            "decided_by = (select min(decided_by) from candidates.violations where account_id in"
            " (select account_id from spoilt_accounts))",
            "decided_by is not null",
        ),
        in_the_largest=True,
    ),
    "points_at_maximum": Fault(
        "all points at the maximum", "violations", _changed("violations", "points = '7'", "points is not null")
    ),
    "one_day": Fault(
        "all decisions of one day",
        "violations",
        _changed("violations", "decided_on = cast(getvariable('night') - 3 as varchar)", "decided_on is not null"),
    ),
    "shuffled": Fault("accounts shuffled", "violations", _changed("violations", _ANYBODY)),
    "link": Fault(
        "a label with a link",
        "violations",
        _changed("violations", "detected_by = 'Confirm your account at https://pay.example/x'"),
    ),
    "currency": Fault("a currency switched", "orders", _times("0.004")),
}
# As many spoilt runs of a night as are needed for each to have a market of its own.
RUNS = tuple(tuple(FAULTS)[begin : begin + len(MARKETS)] for begin in range(0, len(FAULTS), len(MARKETS)))


def draw_silent(night: date, seed: int, run: int) -> dict[str, str]:
    """The market of each fault of a run."""
    chance = random.Random(f"{seed}/{night}/{run}")
    by_violations = sorted(MARKETS, key=lambda market: market.share * market.violating, reverse=True)
    in_the_largest = [name for name in RUNS[run] if FAULTS[name].in_the_largest]
    others = [name for name in RUNS[run] if name not in in_the_largest]
    names = [market.name for market in by_violations]
    largest, smaller = names[: len(in_the_largest)], names[len(in_the_largest) :]
    return {
        **dict(zip(in_the_largest, chance.sample(largest, len(largest)), strict=True)),
        **dict(zip(others, chance.sample(smaller, len(others)), strict=True)),
    }


def plant(connection: duckdb.DuckDBPyConnection, fault: Fault, market: str, night: date) -> None:
    """Plant a fault in what landed tonight of a market."""
    connection.execute(f"set variable night = date '{night}'")
    connection.execute(
        "create or replace temp table spoilt_accounts as select account_id from candidates.creators"
        f" group by account_id having arg_max(market, landed_night) = '{market}'"
    )
    for statement in fault.sql:
        connection.execute(statement)
