with

account_markets as (
    select * from {{ ref('int_account_markets') }}
),

rows_beside_the_one_before as (
    select
        *,
        coalesce(lag(market) over rows_in_order = market and lag(kind) over rows_in_order = kind, false) as goes_on
    from account_markets
    window rows_in_order as (partition by account_id order by from_day)
),

stays as (
    select
        account_id,
        market,
        kind,
        from_day,
        lead(from_day) over (partition by account_id order by from_day) as until_day,
        row_number() over (partition by account_id order by from_day) as stay
    from rows_beside_the_one_before
    where not goes_on
),

paths as (
    select
        account_id,
        list(
            struct_pack(stay := stay, market := market, kind := kind, from_day := from_day, until_day := until_day)
            order by stay
        ) as stays,
        max_by(market, stay) as market,
        string_agg(market || ' ' || kind || coalesce(' ' || until_day, ''), ', ' order by stay) as told
    from stays
    group by account_id
)

select
    account_id,
    market || case when len(stays) > 1 then '/' || told else '' end as judged_as,
    stays
from paths
