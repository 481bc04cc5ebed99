with

creators as (
    select * from {{ ref('stg_creators') }}
),

standings as (
    select * from {{ ref('standings') }}
),

zones as (
    select * from {{ source('policy', 'zones') }}
),

kinds as (
    select * from {{ source('policy', 'kinds') }}
),

zones_of_an_empty_ledger as (
    select
        creators.account_id,
        creators.market,
        zones.programme,
        zones.zone,
        zones.strictness
    from creators
    inner join zones
        on
            creators.market = zones.market
            and zones.at_least is null
            and {{ judges('zones', night()) }}
    inner join kinds
        on
            zones.market = kinds.market
            and zones.pack = kinds.pack
            and zones.version = kinds.version
            and creators.kind = kinds.kind
),

standings_on_the_night as (
    select * from standings
    where {{ day_in(night(), 'valid_from', 'valid_until') }}
),

every_account_with_its_standing as (
    select
        zones_of_an_empty_ledger.account_id,
        zones_of_an_empty_ledger.market,
        zones_of_an_empty_ledger.programme,
        coalesce(standings_on_the_night.zone, zones_of_an_empty_ledger.zone) as zone,
        coalesce(standings_on_the_night.strictness, zones_of_an_empty_ledger.strictness) as strictness,
        cast(coalesce(standings_on_the_night.balance, 0) as decimal(18, 2)) as balance,
        standings_on_the_night.valid_from as since
    from zones_of_an_empty_ledger
    left join standings_on_the_night
        on
            zones_of_an_empty_ledger.account_id = standings_on_the_night.account_id
            and zones_of_an_empty_ledger.programme = standings_on_the_night.programme
)

select * from every_account_with_its_standing
