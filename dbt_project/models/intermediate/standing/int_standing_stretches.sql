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

accounts_with_several_balances as (
    select
        account_id,
        programme,
        history_version
    from zone_periods
    group by account_id, programme, history_version
    having min(balance_of) <> max(balance_of)
),

periods_of_accounts_with_several_balances as (
    select periods.*
    from zone_periods as periods
    inner join accounts_with_several_balances as several
        on
            periods.account_id = several.account_id
            and periods.programme = several.programme
            and periods.history_version = several.history_version
),

days_on_which_a_balance_turns as (
    select
        account_id,
        programme,
        history_version,
        from_day
    from periods_of_accounts_with_several_balances
    union
    select
        account_id,
        programme,
        history_version,
        until_day as from_day
    from periods_of_accounts_with_several_balances
    where until_day is not null
),

-- The strictest of its balances says where an account is; it stays there, whichever of them leave.
zones_of_accounts as (
    select
        days.account_id,
        days.programme,
        days.history_version,
        days.from_day,
        max_by(periods.zone, periods.zone_rank) as zone
    from days_on_which_a_balance_turns as days
    left join periods_of_accounts_with_several_balances as periods
        on
            days.account_id = periods.account_id
            and days.programme = periods.programme
            and days.history_version = periods.history_version
            and {{ day_in('days.from_day', 'periods.from_day', 'periods.until_day') }}
    group by days.account_id, days.programme, days.history_version, days.from_day
),

zones_of_accounts_with_the_day_of_entering as (
    select
        *,
        lead(from_day) over days_in_order as until_day,
        case when coalesce(lag(zone) over days_in_order <> zone, true) then from_day end as entered_on
    from zones_of_accounts
    window days_in_order as (partition by account_id, programme, history_version order by from_day)
),

zones_of_accounts_with_the_first_day_of_the_stay as (
    select
        *,
        max(entered_on) over (
            partition by account_id, programme, history_version
            order by from_day
            rows unbounded preceding
        ) as in_zone_since
    from zones_of_accounts_with_the_day_of_entering
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
        case
            when of_accounts.zone = periods.zone then of_accounts.in_zone_since
            else periods.in_zone_since
        end as account_in_zone_since,
        greatest(periods.valid_from, of_accounts.from_day) as valid_from,
        least(periods.valid_until, of_accounts.until_day) as valid_until
    from zone_periods_with_the_first_day_of_the_stay as periods
    cross join nights
    left join zones_of_accounts_with_the_first_day_of_the_stay as of_accounts
        on
            periods.account_id = of_accounts.account_id
            and periods.programme = of_accounts.programme
            and periods.history_version = of_accounts.history_version
            and coalesce(periods.valid_until > of_accounts.from_day, true)
            and coalesce(periods.valid_from < of_accounts.until_day, true)
            and nights.last_night >= of_accounts.from_day
            and coalesce(nights.first_night < of_accounts.until_day, true)
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
