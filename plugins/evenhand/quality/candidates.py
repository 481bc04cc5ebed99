"""What gate 1 looks at, in the night's warehouse:

candidates.markets  every market that a pack is of, or that marketplace.yml lists
candidates.<feed>   every version of every row known by the night
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from evenhand.landing.contracts import Contract
from evenhand.landing.names import compared
from evenhand.quality.gate import Gate
from evenhand.quality.times import day_of, day_of_time, told_of_times
from evenhand.records.databases import quoted
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)


def find_markets(gate: Gate, known: Collection[str]) -> None:
    """The markets that an account can be in: those of packs, whenever they are in force, and others that are known.

    Without a single pack nobody decides, and an account can be in any.
    """
    there = gate.execute("select 1 from duckdb_tables() where schema_name = 'policy' and table_name = 'packs'")
    if there and gate.execute("select 1 from policy.packs limit 1"):
        gate.execute(_SQL("markets_of_packs"), {"known": sorted(known)})
    else:
        gate.execute(_SQL("markets_of_accounts"))


def markets_without_rules(gate: Gate, night: date) -> list[str]:
    """What is told of markets of which accounts are known and no pack is in force tonight."""
    if not gate.execute("select 1 from duckdb_tables() where schema_name = 'policy' and table_name = 'packs'"):
        return []
    found = gate.execute(_SQL("markets_without_rules"), {"night": night})
    return [
        f"{market}: no pack is in force on {night}, and {accounts} accounts are in it" for market, accounts in found
    ]


def columns_without_values(gate: Gate, contract: Contract) -> frozenset[str]:
    """The columns that files may lack and in which no row that is looked at has a value: nothing of them can be bad."""
    optional = [column.name for column in contract.columns if column.may_be_absent]
    counts = ", ".join(f"count({name})" for name in optional)
    ((*found,),) = gate.execute(f"select {counts} from landing.{contract.feed}")
    return frozenset(name for name, values in zip(optional, found, strict=True) if not values)


def find_candidates(
    gate: Gate, contract: Contract, night: date, time_zones: Mapping[str, str], zone: str, empty: Collection[str] = ()
) -> list[str]:
    """Every version of every row known by the night; a row that landed twice in one night counts once.

    A day that isn't said is that of its time, in the time zone of the row's market. A time whose day there is another
    than the one that is said isn't used.

    Args:
        time_zones: by market.
        zone: that of the other markets.
        empty: columns without a value.

    Returns:
        What is told of times of this night that aren't used.
    """
    files = gate.execute(
        "select distinct unnest(moments) from landing.files where feed = $feed", {"feed": contract.feed}
    )
    moments = {name for (name,) in files}
    times = {
        column.moment_of: column.name for column in contract.columns if column.moment_of and column.name not in empty
    }
    days, contradicted, columns = {}, {}, []
    for column in contract.columns:
        sql = compared(column.name) if column.name in contract.names else column.name
        if column.type == "date" and column.name in moments:
            sql = (
                f"case when list_contains(moments, '{column.name}') then coalesce({day_of(column.name)},"
                f" {column.name}) else {column.name} end"
            )
        if column.name in times:
            days[column.name] = sql
            sql = f"coalesce({sql}, {day_of_time(times[column.name])})"
        if column.moment_of in times:
            contradicted[column.name] = f"coalesce({day_of_time(column.name)} <> {days[column.moment_of]}, false)"
            sql = f"case when not {contradicted[column.name]} then {column.name} end"
        columns.append(f"{sql} as {column.name}" if sql != column.name else sql)
    source = f"landing.{contract.feed}"
    if moments or times:
        source = Sql(f"({_with_time_zones(contract, time_zones, zone)})")
    repeated = _SQL("repeated", landed=f"landing.{contract.feed}", key=contract.key, columns=contract.column_names)
    there = bool(gate.execute(f"from ({repeated}) limit 1"))
    of_feed = {"feed": contract.feed}
    for (kind,) in gate.execute(_SQL("kind_of_table"), of_feed):
        gate.execute(f"drop {'view' if kind == 'VIEW' else 'table'} candidates.{contract.feed}")
    candidates = f"candidates.{contract.feed}"
    if there or moments or times:
        # Where nothing is repeated, there is nothing to look for.
        without = repeated if there else _SQL("none_repeated")
        rows = _SQL(
            "candidates", candidates=candidates, repeated_rows=without, columns=map(Sql, columns), source=source
        )
        gate.execute(rows, {"night": night})
    else:
        # They are what landed, to a letter that is composed otherwise: to write them down again takes longer than a
        # night's whole check of them.
        as_landed = map(Sql, columns)
        until = quoted(night)
        gate.execute(_SQL("as_landed", candidates=candidates, columns=as_landed, source=source, night=until))
    return told_of_times(gate, contract, night, source, contradicted)


def _with_time_zones(contract: Contract, time_zones: Mapping[str, str], zone: str) -> Sql:
    """The rows with the time zone of the market that their account was in when they landed."""
    of_market = " ".join(f"when {quoted(name)} then {quoted(each)}" for name, each in sorted(time_zones.items()))
    pick = Sql(f"case market {of_market} else {quoted(zone)} end") if of_market else quoted(zone)
    if contract.feed == "creators":
        return _SQL("creators_with_time_zones", zone=pick)
    return _SQL(
        "with_time_zones",
        zone=pick,
        landed=f"landing.{contract.feed}",
        account=Sql(compared("account_id")),
        account_of_row=Sql(compared("rows.account_id")),
    )
