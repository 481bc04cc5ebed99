with

zone_periods as (
    select * from {{ ref('int_zone_periods') }}
),

nights as (
    select
        min(as_of) as first_night,
        max(as_of) as last_night
    from {{ ref('int_as_of_nights') }}
    where is_asked
),

-- A stay goes over versions that have the zone by its name.
zone_periods_with_the_day_of_entering as (
    select
        account_id,
        programme,
        balance_of,
        history_version,
        from_day,
        zone,
        zone_rank,
        value,
        {{ days_while_believed() }},
        case
            when
                coalesce(lag(zone) over stretches_in_order <> zone, true)
                or coalesce(lag(until_day) over stretches_in_order <> from_day, true)
                then from_day
        end as entered_on
    from zone_periods
    window stretches_in_order as (partition by account_id, programme, balance_of, history_version order by from_day)
),

zone_periods_with_the_first_day_of_the_stay as (
    select
        *,
        max(entered_on) over (
            partition by account_id, programme, balance_of, history_version
            order by from_day
            rows unbounded preceding
        ) as in_zone_since
    from zone_periods_with_the_day_of_entering
),

-- Those of the nights that are asked about alone: an account has a few of some hundred.
stretches_of_these_nights as (
    select
        periods.account_id,
        periods.programme,
        periods.balance_of,
        periods.zone,
        periods.zone_rank,
        {{ as_number('periods.value') }} as balance,
        periods.in_zone_since,
        periods.valid_from,
        periods.valid_until
    from zone_periods_with_the_first_day_of_the_stay as periods
    cross join nights
    where
        periods.valid_from <= nights.last_night
        and coalesce(periods.valid_until > nights.first_night, true)
        and coalesce(periods.valid_from < periods.valid_until, true)
)

select
    *,
    min(balance_of) over balances = max(balance_of) over balances as is_of_one_balance
from stretches_of_these_nights
window balances as (partition by account_id, programme)
