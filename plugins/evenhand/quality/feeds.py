"""Gate 1: which rows of each feed a night is decided on, and which are quarantined with their reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evenhand.landing.accepted import accepted_as_of
from evenhand.landing.contracts import FEEDS, Contract
from evenhand.quality.finding import Finding
from evenhand.quality.gate import Gate
from expectations.feeds import ROW_LOCATOR, RecentNights, arrivals_suite, row_suite


@dataclass(frozen=True)
class FeedCounts:
    """Rows of one feed: keys accepted for the night, rows that arrived this night, rows in quarantine."""

    accepted: int
    arrived: int
    quarantined: int


@dataclass(frozen=True)
class FeedsGate:
    """What gate 1 let through.

    Attributes:
        feeds: counts per feed.
        warnings: what a person should look at although the night goes on.
        page: what was found, for people.
    """

    feeds: dict[str, FeedCounts]
    warnings: list[str]
    page: Path


def validate_feeds(warehouse: Path, folder: Path, night: date, may_be_missing: bool = False) -> FeedsGate:
    """Validate every feed as known by `night`; fill the schema `accepted` and the table `quarantine.rows`.

    Both are functions of the landing folder and the night alone: a row leaves the quarantine when a corrected version
    of its key, or the row that it refers to, has landed. A gate that fails leaves nothing in `accepted`, so that
    nothing can be decided on feeds that were half looked at; the quarantine stays, to be read.

    Args:
        warehouse: the night's.
        folder: where the page goes.
        night: the night.
        may_be_missing: whether the night goes on without a feed that always has a file, for its markets are held.

    Raises:
        GateFailed: a feed is broken as a whole.
    """
    gate = Gate("Gate 1", night, folder, warehouse)
    try:
        _create_tables(gate)
        findings: list[Finding] = []
        for contract in FEEDS:
            _find_candidates(gate, contract, night)
            rows = gate.validate(
                f"candidates.{contract.feed}",
                f"{contract.feed}: rows",
                row_suite(contract),
                ROW_LOCATOR,
                "Its rows go into quarantine.",
            )
            _quarantine(gate, contract, rows)
            _accept(gate, contract, night)
            _find_arrivals(gate, contract, night)
            arrivals = gate.validate(
                f"arrivals.{contract.feed}",
                f"{contract.feed}: arrivals",
                arrivals_suite(contract, _recent_nights(gate, contract, night)),
                ROW_LOCATOR,
                "The night stops.",
            )
            findings += [found for found in arrivals if found.failing]
        broken = [found for found in findings if found.blocks]
        if broken and not may_be_missing:
            raise gate.complaint(broken)
        counts = {contract.feed: _count(gate, contract) for contract in FEEDS}
        gate.let_through(
            f"Rows accepted: {sum(each.accepted for each in counts.values()):,}; in quarantine:"
            f" {sum(each.quarantined for each in counts.values()):,}; warnings: {len(findings):,}."
        )
        return FeedsGate(
            feeds=counts,
            warnings=[f"{found.table}: {found.rule} ({found.observed}). {found.remedy}" for found in findings],
            page=gate.page,
        )
    except Exception:
        gate.execute("drop schema if exists accepted cascade")
        raise
    finally:
        gate.close()


def _create_tables(gate: Gate) -> None:
    gate.execute("drop schema if exists accepted cascade")
    for schema in ("candidates", "arrivals", "accepted", "quarantine"):
        gate.execute(f"create schema if not exists {schema}")
    gate.execute(
        "create or replace table quarantine.bad (feed varchar, landed_file varchar, landed_row bigint,"
        " column_name varchar, rule varchar, remedy varchar)"
    )
    gate.execute(
        "create or replace table quarantine.rows (night date, feed varchar, row_key varchar, column_name varchar,"
        " rule varchar, remedy varchar, landed_night date, landed_file varchar, landed_row bigint)"
    )


def _find_candidates(gate: Gate, contract: Contract, night: date) -> None:
    """Every version of every row known by the night; a row that landed twice in one night counts once."""
    columns = ", ".join(contract.column_names)
    gate.execute(
        f"""create or replace table candidates.{contract.feed} as
        select landed_night, landed_file, landed_row, {columns} from landing.{contract.feed}
        where landed_night <= date '{night}'
        qualify row_number() over (partition by landed_night, {columns} order by landed_file, landed_row) = 1
        order by landed_night, landed_file, landed_row"""
    )


def _quarantine(gate: Gate, contract: Contract, findings: list[Finding]) -> None:
    """Write down every bad row of one feed, once per rule it breaks."""
    for finding in findings:
        if finding.rows_query and finding.failing:
            column, rule, remedy = (
                "'" + text.replace("'", "''") + "'" for text in (finding.column, finding.rule, finding.remedy)
            )
            gate.execute(
                f"insert into quarantine.bad"
                f" select '{contract.feed}', landed_file, landed_row, {column}, {rule}, {remedy}"
                f" from ({finding.rows_query})"
            )


def _accept(gate: Gate, contract: Contract, night: date) -> None:
    for table, rows in accepted_as_of(contract, night).items():
        gate.execute(f"create or replace table accepted.{table} as {rows}")
    gate.execute(
        f"""insert into quarantine.rows
        select date '{night}', '{contract.feed}', candidate.{contract.key}, bad.column_name, bad.rule, bad.remedy,
            candidate.landed_night, candidate.landed_file, candidate.landed_row
        from quarantine.bad as bad join candidates.{contract.feed} as candidate using (landed_file, landed_row)
        left join (
            select {contract.key}, max(landed_night) as landed_night
            from candidates.{contract.feed}
            anti join (from quarantine.bad where feed = '{contract.feed}') using (landed_file, landed_row)
            group by all
        ) as newest on newest.{contract.key} = candidate.{contract.key}
        where bad.feed = '{contract.feed}'
            and (newest.landed_night is null or newest.landed_night < candidate.landed_night)
        order by candidate.landed_file, candidate.landed_row, bad.column_name, bad.rule"""
    )


def _find_arrivals(gate: Gate, contract: Contract, night: date) -> None:
    gate.execute(
        f"""create or replace table arrivals.{contract.feed} as
        select landed_file, landed_row, bad.problem, {_happened_on(contract)} as happened_on
        from candidates.{contract.feed}
        left join (
            select landed_file, landed_row,
                string_agg(column_name || ': ' || rule, '; ' order by column_name, rule) as problem
            from quarantine.bad
            where feed = '{contract.feed}'
            group by landed_file, landed_row
        ) as bad using (landed_file, landed_row)
        where landed_night = date '{night}'
        order by landed_file, landed_row"""
    )


def _recent_nights(gate: Gate, contract: Contract, night: date) -> RecentNights:
    ((largest, begun, nights_with_a_file, nights_with_rows, oldest),) = gate.execute(
        f"""with recent as (
            select landed_night, count(*) as arrived, landed_night - max({_happened_on(contract)}) as age
            from candidates.{contract.feed}
            where landed_night between date '{night}' - 28 and date '{night}' - 1
            group by landed_night
        ),
        begin as (select min(night) as night from landing.files where feed = '{contract.feed}')
        select
            -- The first night is a backfill, not a night's worth of rows.
            (select max(arrived) from recent where landed_night > (select night from begin)),
            (select night < date '{night}' from begin),
            (
                select count(distinct night) from landing.files
                where feed = '{contract.feed}' and date '{night}' - night in (7, 14, 21, 28)
            ),
            (select count(*) from recent where date '{night}' - landed_night in (7, 14, 21, 28)),
            (select max(age) from recent where landed_night > (select night from begin) having count(*) >= 7)"""
    )
    return RecentNights(
        night=night,
        largest=int(largest or 0) if begun else None,
        always_a_file=nights_with_a_file == 4,
        always_rows=nights_with_rows == 4,
        oldest=oldest,
    )


def _happened_on(contract: Contract) -> str:
    return f"try_cast({contract.happened_on or 'null'} as date)"


def _count(gate: Gate, contract: Contract) -> FeedCounts:
    ((accepted, arrived, quarantined),) = gate.execute(
        f"""select (select count(*) from accepted.{contract.feed}), (select count(*) from arrivals.{contract.feed}),
            (select count(distinct (landed_file, landed_row)) from quarantine.rows where feed = '{contract.feed}')"""
    )
    return FeedCounts(accepted=int(accepted), arrived=int(arrived), quarantined=int(quarantined))
