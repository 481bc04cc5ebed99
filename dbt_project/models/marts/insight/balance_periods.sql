with

standings as (
    select * from {{ ref('int_standings') }}
),

programmes as (
    select * from {{ rules('programmes') }}
),

periods_of_ledgers as (
    select
        {{ night() }} as as_of,
        standings.account_id,
        {{ market_now('standings.market') }} as market,
        standings.programme,
        standings.balance_of,
        standings.valid_from as from_day,
        standings.valid_until as until_day,
        {{ as_number('standings.value') }} as balance,
        standings.zone,
        standings.zone_rank,
        {{ pack_itself('standings.pack') }} as pack,
        standings.version
    from standings
    inner join programmes
        on
            standings.market = programmes.market
            and standings.pack = programmes.pack
            and standings.version = programmes.version
            and standings.programme = programmes.programme
    where not programmes.is_recent
)

select * from periods_of_ledgers
