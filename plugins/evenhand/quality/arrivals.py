"""What gate 1 looks at of what arrived, in the night's warehouse:

arrivals.accounts   the market that an account is in, as far as anybody knows
arrivals.<feed>     a row per row or line that arrived this night, with its market and what is wrong with it
arrivals.silences   how long ago anything of a feed and a market landed
arrivals.usual      what was usual of a feed and a market in the four weeks before
"""

from __future__ import annotations

from datetime import date

from evenhand.landing.contracts import FEEDS, Contract
from evenhand.landing.names import compared
from evenhand.quality.gate import Gate
from evenhand.quality.whose_file import File, markets_of_file
from evenhand.records.databases import quoted


def find_accounts(gate: Gate) -> None:
    """The market of every account: the one that it is accepted in, else the one that it was said to be in."""
    gate.execute(
        """create or replace table arrivals.accounts as
        select account_id, market from accepted.creators
        union all
        select account_id, arg_max(market, (landed_night, market)) from candidates.creators
        where market in (select market from candidates.markets)
            and account_id not in (select account_id from accepted.creators)
        group by account_id
        order by account_id"""
    )


def find_arrivals(gate: Gate, contract: Contract, night: date) -> None:
    """What arrived of a feed this night, lines that can't be read included."""
    feed = contract.feed
    own = "rows.market" if feed == "creators" else "null"
    gate.execute(
        f"""create or replace table arrivals.{feed} as
        with

        problems as (
            select landed_file, landed_row,
                string_agg(if(column_name = '', '', column_name || ': ') || rule, '; ' order by column_name, rule)
                    as problem
            from quarantine.bad where feed = '{feed}' group by all
        ),

        -- Of a line that can't be read, the account that is named in it.
        named as (
            select landed_file, landed_row, min(market) as market
            from (
                select landed_file, landed_row,
                    {compared("unnest(string_split(regexp_replace(text, chr(34), '', 'g'), ','))")} as account_id
                from landing.bad_rows where feed = '{feed}' and night = date '{night}' and column_name = ''
            )
            join arrivals.accounts using (account_id)
            group by all
        ),

        arrived as (
            select rows.landed_file, rows.landed_row, problem,
                coalesce(accounts.market, if({own} in (select market from candidates.markets), {own}, null)) as market,
                {_happened_on(contract)} as happened_on
            from candidates.{feed} as rows
            left join problems using (landed_file, landed_row)
            left join arrivals.accounts as accounts using (account_id)
            where landed_night = date '{night}'
            union all
            select landed_file, landed_row, problem, market, null
            from problems
            semi join (
                from landing.bad_rows
                where feed = '{feed}' and night = date '{night}' and column_name = ''
            ) using (landed_file, landed_row)
            left join named using (landed_file, landed_row)
        )

        from arrived order by landed_file, landed_row"""
    )
    for (file,) in gate.execute(f"select distinct landed_file from arrivals.{feed} where market is null order by all"):
        if len(markets := markets_of_file(gate, File(feed, night, str(file)))) == 1:
            gate.execute(
                f"update arrivals.{feed} set market = {quoted(markets[0])}"
                f" where market is null and landed_file = {quoted(str(file))}"
            )


def find_usual(gate: Gate, night: date) -> None:
    """What was usual of each feed and market in the 28 nights before, and before it fell silent if it did."""
    _find_habits(gate, night)
    gate.execute(
        "create or replace table arrivals.usual (feed varchar, market varchar, largest bigint, fewest bigint,"
        " oldest integer, newest date)"
    )
    for contract in FEEDS:
        feed = contract.feed
        # Of a table that is ordered by night no more is read than of the market that has been silent longest.
        ((since,),) = gate.execute(f"select min(newest) - 27 from arrivals.habits where feed = '{feed}'")
        gate.execute(
            f"""insert into arrivals.usual
            with

            begun as (select min(night) as night from landing.files where feed = '{feed}'),

            recent as (
                select accounts.market, landed_night, newest, count(*) as arrived,
                    landed_night - max({_happened_on(contract)}) as age
                from candidates.{feed} as rows
                join arrivals.accounts as accounts using (account_id{", market" if feed == "creators" else ""})
                join (from arrivals.habits where feed = '{feed}') as habits on habits.market = accounts.market
                where landed_night between newest - 27 and date '{night}' - 1
                    and landed_night >= date '{since or night}'
                group by accounts.market, landed_night, newest
            ),

            usual as (
                select
                    market,
                    max(arrived) filter (landed_night > begun.night and landed_night >= date '{night}' - 28) as largest,
                    case
                        when count(*) filter (landed_night > begun.night) >= 7
                            then max(age) filter (landed_night > begun.night)
                    end as oldest
                -- The first night is a backfill, not a night's worth of rows.
                from recent, begun
                group by market
            )

            -- A market without a row in four weeks is compared with nothing, unless the feed has just begun.
            select '{feed}', market, coalesce(largest, 0), fewest, oldest, newest
            from candidates.markets
            left join usual using (market)
            left join (from arrivals.habits where feed = '{feed}') as habits using (market)
            where (select night from begun) < date '{night}'
            order by market"""
        )


def _find_habits(gate: Gate, night: date) -> None:
    """When anything of each feed and market landed last, and the fewest rows of four such weekdays up to then.

    However long a market has been silent, what it did before is what is expected of it. After a week of silence a file
    of its own without rows says that there are none.
    """
    gate.execute(
        f"""create or replace table arrivals.habits as
        with

        newest as (
            select feed, market, max(night) as newest, date '{night}' - max(night) as days
            from landing.arrived where night < date '{night}' group by all
        ),

        weekdays as (
            select feed, market, min(rows) as fewest
            from landing.arrived join newest using (feed, market)
            where (date '{night}' - night) % 7 = 0
                and date '{night}' - night between ((days + 6) // 7) * 7 and ((days + 6) // 7) * 7 + 21
            group by all having count(*) = 4
        ),

        said_to_be_none as (
            select distinct feed, market
            from landing.files join candidates.markets
                on lower(regexp_extract(landed_file, '(?i)/market=([^/]*)/', 1)) = lower({compared("market")})
            where rows = 0 and night between date '{night}' - 6 and date '{night}'
        )

        select feed, market, newest, if(days > 7 and said_to_be_none.market is not null, null, fewest) as fewest
        from newest
        left join weekdays using (feed, market)
        left join said_to_be_none using (feed, market)
        order by feed, market"""
    )


def find_silences(gate: Gate, night: date) -> None:
    """How long ago anything of each feed and market landed, and how long it was usual to wait, whatever the gap."""
    gate.execute(
        f"""create or replace table arrivals.silences as
        with

        arrivals as (
            select feed, market, night, night - lag(night) over (partition by feed, market order by night) as waited
            from landing.arrived
            where night <= date '{night}' and market in (select market from candidates.markets)
        ),

        -- Of the last of them, for what was usual long ago isn't any more.
        last_arrivals as (
            from arrivals qualify row_number() over (partition by feed, market order by night desc) <= 28
        )

        select feed, market, max(night) as newest, date '{night}' - max(night) as days, max(waited) as longest,
            count(waited) as waits
        from last_arrivals group by feed, market order by feed, market"""
    )


def _happened_on(contract: Contract) -> str:
    return f"try_cast({contract.happened_on or 'null'} as date)"
