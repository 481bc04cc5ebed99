-- Longer than other files, for the strictest of several balances is found in a sweep over the days on which they turn.
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

stretches_of_these_nights as (
    select periods.*
    from zone_periods_with_the_first_day_of_the_stay as periods
    cross join nights
    where
        periods.valid_from <= nights.last_night
        and coalesce(periods.valid_until > nights.first_night, true)
        and coalesce(periods.valid_from < periods.valid_until, true)
),

-- As of the nights that are asked about alone: an account has a history for each day on which it was corrected.
histories_of_these_nights as (
    select distinct
        account_id,
        programme,
        history_version
    from stretches_of_these_nights
),

histories_with_several_balances as (
    select
        histories.account_id,
        histories.programme,
        histories.history_version
    from histories_of_these_nights as histories
    inner join zone_periods as periods
        on
            histories.account_id = periods.account_id
            and histories.programme = periods.programme
            and histories.history_version = periods.history_version
    group by histories.account_id, histories.programme, histories.history_version
    having min(periods.balance_of) <> max(periods.balance_of)
),

periods_of_accounts_with_several_balances as (
    select periods.*
    from zone_periods as periods
    inner join histories_with_several_balances as several
        on
            periods.account_id = several.account_id
            and periods.programme = several.programme
            and periods.history_version = several.history_version
),

balances_that_turn as (
    select
        account_id,
        programme,
        history_version,
        from_day,
        zone,
        zone_rank,
        1 as more_in_zone
    from periods_of_accounts_with_several_balances
    union all
    select
        account_id,
        programme,
        history_version,
        until_day as from_day,
        zone,
        zone_rank,
        -1 as more_in_zone
    from periods_of_accounts_with_several_balances
    where until_day is not null
),

days_on_which_a_balance_turns as (
    select distinct
        account_id,
        programme,
        history_version,
        from_day
    from balances_that_turn
),

zones_that_an_account_has as (
    select distinct
        account_id,
        programme,
        history_version,
        zone,
        zone_rank
    from balances_that_turn
),

turns_of_each_day_and_zone as (
    select
        account_id,
        programme,
        history_version,
        from_day,
        zone,
        zone_rank,
        sum(more_in_zone) as more_in_zone
    from balances_that_turn
    group by account_id, programme, history_version, from_day, zone, zone_rank
),

-- Zones are few, while days and balances are as many as contents: a join of these two would grow with their product.
balances_in_each_zone as (
    select
        days.account_id,
        days.programme,
        days.history_version,
        days.from_day,
        zones.zone,
        zones.zone_rank,
        sum(coalesce(turns.more_in_zone, 0)) over (
            partition by days.account_id, days.programme, days.history_version, zones.zone, zones.zone_rank
            order by days.from_day
            rows unbounded preceding
        ) as balances
    from days_on_which_a_balance_turns as days
    inner join zones_that_an_account_has as zones
        on
            days.account_id = zones.account_id
            and days.programme = zones.programme
            and days.history_version = zones.history_version
    left join turns_of_each_day_and_zone as turns
        on
            days.account_id = turns.account_id
            and days.programme = turns.programme
            and days.history_version = turns.history_version
            and days.from_day = turns.from_day
            and zones.zone = turns.zone
            and zones.zone_rank = turns.zone_rank
),

-- The strictest of its balances says where an account is; it stays there, whichever of them leave.
zones_of_accounts as (
    select
        account_id,
        programme,
        history_version,
        from_day,
        max_by(zone, zone_rank) filter (where balances > 0) as zone
    from balances_in_each_zone
    group by account_id, programme, history_version, from_day
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

zones_of_accounts_on_these_nights as (
    select zones_of_accounts_with_the_first_day_of_the_stay.*
    from zones_of_accounts_with_the_first_day_of_the_stay
    cross join nights
    where
        zones_of_accounts_with_the_first_day_of_the_stay.from_day <= nights.last_night
        and coalesce(zones_of_accounts_with_the_first_day_of_the_stay.until_day > nights.first_night, true)
),

stretches_with_the_zone_of_the_account as (
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
    from stretches_of_these_nights as periods
    left join zones_of_accounts_on_these_nights as of_accounts
        on
            periods.account_id = of_accounts.account_id
            and periods.programme = of_accounts.programme
            and periods.history_version = of_accounts.history_version
            and coalesce(periods.valid_until, cast('9999-12-31' as date)) > of_accounts.from_day
            and periods.valid_from < coalesce(of_accounts.until_day, cast('9999-12-31' as date))
),

accounts_with_several_balances as (
    select
        account_id,
        programme
    from stretches_of_these_nights
    group by account_id, programme
    having min(balance_of) <> max(balance_of)
)

select
    stretches.*,
    several.account_id is null as is_of_one_balance
from stretches_with_the_zone_of_the_account as stretches
left join accounts_with_several_balances as several
    on
        stretches.account_id = several.account_id
        and stretches.programme = several.programme
