"""Times that stand beside days: of which day they are, and which aren't used."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from evenhand.landing.contracts import MOMENT, Contract
from evenhand.quality.gate import Gate
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)


def time_zones(gate: Gate, of_marketplace: Mapping[str, str]) -> Mapping[str, str]:
    """The time zone of each market that has one: as a pack of it says, else as marketplace.yml does."""
    if not gate.execute("select 1 from duckdb_tables() where schema_name = 'policy' and table_name = 'packs'"):
        return of_marketplace
    return {**of_marketplace, **dict(gate.execute(_SQL("time_zones")))}


def told_of_times(
    gate: Gate, contract: Contract, night: date, source: str, contradicted: Mapping[str, str]
) -> list[str]:
    """What is told of times of this night that aren't used.

    Args:
        source: the rows that landed, with their `time_zone`.
        contradicted: by the column of a time, SQL for whether its day is another than the one that is said.
    """
    if not contradicted:
        return []
    counts = ", ".join(f"count(*) filter ({sql}), count({name})" for name, sql in contradicted.items())
    ((*found,),) = gate.execute(f"select {counts} from {source} where landed_night = date '{night}'")
    days = {column.name: column.moment_of for column in contract.columns}
    return [
        f"{contract.feed}: {found[2 * place]} of {found[2 * place + 1]} times in {name} are of another day than"
        f" {days[name]} in their market's time zone and aren't used; their rows count by their days. Ask the source"
        " which of the two is right"
        for place, name in enumerate(contradicted)
        if found[2 * place]
    ]


def day_of(column: str) -> str:
    """The day of a moment in the market's time zone; null where it can't be read."""
    return f"cast(cast(timezone(time_zone, try_cast({column} as timestamptz)) as date) as varchar)"


def day_of_time(column: str) -> str:
    """As `_day_of`; null also where it has no time zone."""
    return f"case when regexp_full_match({column}, '{MOMENT}') then {day_of(column)} end"
