with

creators as (
    select * from {{ ref('int_creators_judged') }}
),

standings as (
    select * from {{ ref('int_standings') }}
),

programmes as (
    select * from {{ rules('programmes') }}
),

memberships as (
    select * from {{ ref('int_memberships') }}
),

zone_periods as (
    select * from {{ ref('int_zone_periods') }}
),

zones as (
    select * from {{ rules('zones') }}
),

kinds as (
    select * from {{ rules('kinds') }}
),

nights as (
    select * from {{ ref('int_as_of_nights') }}
    where is_asked
),

zones_of_accounts_without_a_standing as (
    select
        nights.as_of,
        creators.account_id,
        creators.market,
        zones.programme,
        zones.zone,
        zones.zone_rank,
        case when programmes.source = 'entries' then programmes.starts_at end as value
    from creators
    cross join nights
    inner join zones
        on
            creators.market = zones.market
            and zones.is_resting
            and {{ in_effect_on('zones', 'nights.as_of') }}
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
    left join memberships
        on
            creators.account_id = memberships.account_id
            and zones.market = memberships.market
            and zones.pack = memberships.pack
            and zones.version = memberships.version
            and zones.programme = memberships.programme
    -- A programme that hasn't begun for an account, or has ended, says nothing of it.
    where
        (programmes.begins_with is null or memberships.member_from <= nights.as_of)
        and (memberships.member_until is null or memberships.member_until > nights.as_of)
),

-- A stay goes over versions that have the zone by its name.
stretches_of_each_stay as (
    select
        account_id,
        programme,
        balance_of,
        history_version,
        from_day,
        case
            when
                coalesce(lag(zone) over stretches_in_order <> zone, true)
                or coalesce(lag(until_day) over stretches_in_order <> from_day, true)
                then from_day
        end as entered_on
    from zone_periods
    window stretches_in_order as (partition by account_id, programme, balance_of, history_version order by from_day)
),

first_days_of_the_stay_in_the_zone as (
    select
        *,
        max(entered_on) over (
            partition by account_id, programme, balance_of, history_version
            order by from_day
            rows unbounded preceding
        ) as in_zone_since
    from stretches_of_each_stay
),

strictest_standing_on_each_night as (
    select
        nights.as_of,
        standings.account_id,
        standings.programme,
        standings.zone,
        standings.zone_rank,
        standings.value,
        stays.in_zone_since
    from standings
    inner join nights on {{ day_in('nights.as_of', 'standings.valid_from', 'standings.valid_until') }}
    inner join first_days_of_the_stay_in_the_zone as stays
        on
            standings.account_id = stays.account_id
            and standings.programme = stays.programme
            and standings.balance_of = stays.balance_of
            and standings.history_version = stays.history_version
            and standings.from_day = stays.from_day
    -- Of several balances of one programme, the strictest zone is the account's.
    qualify row_number() over (
        partition by nights.as_of, standings.account_id, standings.programme
        order by standings.zone_rank desc, stays.in_zone_since asc, standings.balance_of asc
    ) = 1
),

every_account_with_its_standing as (
    select
        resting.as_of,
        resting.account_id,
        {{ market_now('resting.market') }} as market,
        resting.programme,
        coalesce(reached.zone, resting.zone) as zone,
        coalesce(reached.zone_rank, resting.zone_rank) as zone_rank,
        {{ as_number('case when reached.account_id is null then resting.value else reached.value end') }} as balance,
        reached.in_zone_since as since
    from zones_of_accounts_without_a_standing as resting
    left join strictest_standing_on_each_night as reached
        on
            resting.as_of = reached.as_of
            and resting.account_id = reached.account_id
            and resting.programme = reached.programme
)

select * from every_account_with_its_standing
