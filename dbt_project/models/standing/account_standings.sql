with

creators as (
    select * from {{ ref('stg_creators') }}
),

standings as (
    select * from {{ ref('standings') }}
),

programmes as (
    select * from {{ source('policy', 'programmes') }}
),

zones as (
    select * from {{ source('policy', 'zones') }}
),

kinds as (
    select * from {{ source('policy', 'kinds') }}
),

nights as (
    select * from {{ ref('nights') }}
    where is_asked
),

zones_of_accounts_without_a_standing as (
    select
        nights.as_of,
        creators.account_id,
        creators.market,
        zones.programme,
        zones.zone,
        zones.strictness,
        case when programmes.source = 'entries' and programmes.begins_with is null then programmes.starts_at end
            as value
    from creators
    cross join nights
    inner join zones
        on
            creators.market = zones.market
            and zones.is_resting
            and {{ judges('zones', 'nights.as_of') }}
    inner join kinds
        on
            zones.market = kinds.market
            and zones.pack = kinds.pack
            and zones.version = kinds.version
            and zones.programme = kinds.programme
            and creators.kind = kinds.kind
    inner join programmes
        on
            zones.market = programmes.market
            and zones.pack = programmes.pack
            and zones.version = programmes.version
            and zones.programme = programmes.programme
),

standings_on_each_night as (
    select
        nights.as_of,
        standings.*
    from standings
    inner join nights on {{ day_in('nights.as_of', 'standings.valid_from', 'standings.valid_until') }}
    -- Of several balances of one programme, the strictest zone is the account's.
    qualify row_number() over (
        partition by nights.as_of, standings.account_id, standings.programme
        order by standings.strictness desc, standings.in_zone_since asc, standings.kept_for asc
    ) = 1
),

every_account_with_its_standing as (
    select
        resting.as_of,
        resting.account_id,
        resting.market,
        resting.programme,
        coalesce(standings_on_each_night.zone, resting.zone) as zone,
        coalesce(standings_on_each_night.strictness, resting.strictness) as strictness,
        cast(case
            when standings_on_each_night.account_id is null then resting.value else standings_on_each_night.value
        end as decimal(18, 4)) as balance,
        standings_on_each_night.in_zone_since as since
    from zones_of_accounts_without_a_standing as resting
    left join standings_on_each_night
        on
            resting.as_of = standings_on_each_night.as_of
            and resting.account_id = standings_on_each_night.account_id
            and resting.programme = standings_on_each_night.programme
)

select * from every_account_with_its_standing
