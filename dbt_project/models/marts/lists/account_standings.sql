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
            zones.edition_id = kinds.edition_id
            and zones.programme = kinds.programme
            and creators.kind = kinds.kind
    inner join programmes
        on
            zones.edition_id = programmes.edition_id
            and zones.programme = programmes.programme
    left join memberships
        on
            creators.account_id = memberships.account_id
            and zones.edition_id = memberships.edition_id
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

-- Those of the nights that are asked about alone: an account has a few of some hundred.
stretches_of_these_nights as (
    select
        standings.account_id,
        standings.programme,
        standings.balance_of,
        standings.zone,
        standings.zone_rank,
        {{ as_number('standings.value') }} as balance,
        stays.in_zone_since,
        standings.valid_from,
        standings.valid_until,
        min(standings.balance_of) over balances = max(standings.balance_of) over balances as is_of_one_balance
    from standings
    inner join first_days_of_the_stay_in_the_zone as stays
        on
            standings.account_id = stays.account_id
            and standings.programme = stays.programme
            and standings.balance_of = stays.balance_of
            and standings.history_version = stays.history_version
            and standings.from_day = stays.from_day
    where
        standings.valid_from <= (select max(nights.as_of) from nights)
        and (standings.valid_until is null or standings.valid_until > (select min(nights.as_of) from nights))
    window balances as (partition by standings.account_id, standings.programme)
),

-- Of several balances of one programme, the strictest zone is the account's.
strictest_standing_of_several_balances as (
    select
        nights.as_of,
        stretches.account_id,
        stretches.programme,
        stretches.zone,
        stretches.zone_rank,
        stretches.balance,
        stretches.in_zone_since
    from stretches_of_these_nights as stretches
    inner join nights on {{ day_in('nights.as_of', 'stretches.valid_from', 'stretches.valid_until') }}
    where not stretches.is_of_one_balance
    qualify row_number() over (
        partition by nights.as_of, stretches.account_id, stretches.programme
        order by stretches.zone_rank desc, stretches.in_zone_since asc, stretches.balance_of asc
    ) = 1
),

every_account_with_its_standing as (
    select
        resting.as_of,
        resting.account_id,
        {{ market_now('resting.market') }} as market,
        resting.programme,
        coalesce(alone.zone, strictest.zone, resting.zone) as zone,
        coalesce(alone.zone_rank, strictest.zone_rank, resting.zone_rank) as zone_rank,
        case
            when alone.account_id is not null then alone.balance
            when strictest.account_id is not null then strictest.balance
            else {{ as_number('resting.value') }}
        end as balance,
        coalesce(alone.in_zone_since, strictest.in_zone_since) as since
    from zones_of_accounts_without_a_standing as resting
    left join stretches_of_these_nights as alone
        on
            resting.account_id = alone.account_id
            and resting.programme = alone.programme
            and alone.is_of_one_balance
            and {{ day_in('resting.as_of', 'alone.valid_from', 'alone.valid_until') }}
    left join strictest_standing_of_several_balances as strictest
        on
            resting.as_of = strictest.as_of
            and resting.account_id = strictest.account_id
            and resting.programme = strictest.programme
)

select * from every_account_with_its_standing
