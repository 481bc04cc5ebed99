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


def find_markets(gate: Gate, known: Collection[str]) -> None:
    """The markets that an account can be in: those of packs, whenever they are in force, and others that are known.

    Without a single pack nobody decides, and an account can be in any.
    """
    listed = ", ".join(f"({quoted(market)})" for market in sorted(known))
    others = f" union select market from (values {listed}) as listed (market)" if listed else ""
    there = gate.execute("select 1 from duckdb_tables() where schema_name = 'policy' and table_name = 'packs'")
    packs = "select distinct market from policy.packs" if there else "select '' as market where false"
    if not (there and gate.execute("select 1 from policy.packs limit 1")):
        others = " union select distinct market from landing.creators where market is not null"
    gate.execute(f"create or replace table candidates.markets as from ({packs}{others}) order by market")


def markets_without_rules(gate: Gate, night: date) -> list[str]:
    """What is told of markets of which accounts are known and no pack is in force tonight."""
    if not gate.execute("select 1 from duckdb_tables() where schema_name = 'policy' and table_name = 'packs'"):
        return []
    found = gate.execute(
        f"""select market, count(*) from accepted.creators
        where market in (select market from policy.packs) and market not in (
            select market from policy.packs
            where effective_from <= date '{night}' and coalesce(effective_before, date '9999-12-31') > date '{night}'
        )
        group by market order by market"""
    )
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
    moments = {
        name
        for (name,) in gate.execute(
            f"select distinct unnest(moments) from landing.files where feed = '{contract.feed}'"
        )
    }
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
        source = f"({_with_time_zones(contract, time_zones, zone)})"
    repeated = _repeated(contract)
    there = bool(gate.execute(f"from ({repeated}) limit 1"))
    rows = f"""
        {f"with repeated as ({repeated})" if there else ""}
        select landed_night, landed_file, landed_row, {", ".join(columns)}
        from {source} {"anti join repeated using (landed_file, landed_row)" if there else ""}
        where landed_night <= date '{night}'"""
    for kind in gate.execute(
        "select table_type from information_schema.tables"
        f" where table_schema = 'candidates' and table_name = '{contract.feed}'"
    ):
        gate.execute(f"drop {'view' if kind == ('VIEW',) else 'table'} candidates.{contract.feed}")
    if there or moments or times:
        gate.execute(
            f"create table candidates.{contract.feed} as {rows} order by landed_night, landed_file, landed_row"
        )
    else:
        # They are what landed, to a letter that is composed otherwise: to write them down again takes longer than a
        # night's whole check of them.
        gate.execute(f"create view candidates.{contract.feed} as {rows}")
    return told_of_times(gate, contract, night, source, contradicted)


def _repeated(contract: Contract) -> str:
    """The rows that say what an earlier row of their night says; only those that share their key are compared."""
    key, names = contract.key, ", ".join(contract.column_names)
    return f"""
        select landed_file, landed_row from landing.{contract.feed} as rows
        semi join (
            select landed_night, {key} from landing.{contract.feed} group by all having count(*) > 1
        ) as shared on rows.landed_night = shared.landed_night and rows.{key} is not distinct from shared.{key}
        qualify row_number() over (partition by landed_night, {names} order by landed_file, landed_row) > 1
    """


def _with_time_zones(contract: Contract, time_zones: Mapping[str, str], zone: str) -> str:
    """The rows with the time zone of the market that their account was in when they landed."""
    of_market = " ".join(f"when {quoted(name)} then {quoted(each)}" for name, each in sorted(time_zones.items()))
    pick = f"case market {of_market} else {quoted(zone)} end" if of_market else quoted(zone)
    if contract.feed == "creators":
        return f"""
            select rows.*, moments, {pick} as time_zone
            from landing.creators as rows join landing.files using (landed_file)
        """
    return f"""
        select rows.*, moments, {pick} as time_zone
        from landing.{contract.feed} as rows
        join landing.files using (landed_file)
        asof left join (
            select {compared("account_id")} as of_account, landed_night as since, max(market) as market
            from landing.creators where account_id is not null group by all
        ) as creators on of_account = {compared("rows.account_id")} and since <= rows.landed_night
    """
