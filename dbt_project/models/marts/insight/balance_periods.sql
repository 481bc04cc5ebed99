with

standings as (
    select * from {{ ref('int_standings') }}
),

packs as (
    select * from {{ rules('packs') }}
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
        case when standings.balance_of = {{ kept_for_nothing() }} then '' else standings.balance_of end as balance_of,
        standings.valid_from as from_day,
        standings.valid_until as until_day,
        {{ as_number('standings.value') }} as balance,
        standings.zone,
        standings.zone_rank,
        packs.pack,
        packs.version
    from standings
    inner join packs on standings.edition_id = packs.edition_id
    inner join programmes
        on
            standings.edition_id = programmes.edition_id
            and standings.programme = programmes.programme
    where not programmes.is_recent
)

select * from periods_of_ledgers
