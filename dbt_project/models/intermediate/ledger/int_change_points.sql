with

entries_counted as (
    select * from {{ ref('int_entries_counted') }}
),

step_rules as (
    select distinct
        rule_no,
        amount as step_amount
    from {{ source('policy', 'entry_rules') }}
    where step_of is not null
),

range_of_nights as (
    select
        min(as_of) as first_night,
        max(as_of) as last_night
    from {{ ref('int_as_of_nights') }}
),

-- Of a programme that some versions keep one balance of and others several, wherever, both are there: which of them is
-- read is for the version of each day to say.
programmes_kept_in_both_ways as (
    select programme
    from {{ source('policy', 'programmes') }}
    where source = 'entries'
    group by programme
    having bool_or(kept_per is null) and bool_or(kept_per is not null)
),

entries_of_each_balance as (
    select
        entries_counted.*,
        case when kept.programme is not null then false end as is_of_all
    from entries_counted
    left join programmes_kept_in_both_ways as kept on entries_counted.programme = kept.programme
    union all by name
    select
        entries_counted.* replace ('' as balance_of),
        true as is_of_all
    from entries_counted
    semi join programmes_kept_in_both_ways as kept on entries_counted.programme = kept.programme
),

recent_rules as (
    select distinct rule_no
    from {{ source('policy', 'entry_rules') }}
    where is_recent
),

-- What is looked at for some weeks only is read on the nights that are asked about and on no other: that of earlier
-- days is out of sight in part, and nothing that follows from it may hang on them.
entries_as_they_are_looked_at as (
    select
        entries.* exclude (counts_from, counts_until),  -- noqa: RF02
        case
            when recent_rules.rule_no is null then entries.counts_from
            else greatest(entries.counts_from, range_of_nights.first_night)
        end as counts_from,
        case
            when recent_rules.rule_no is null or entries.counts_until <= range_of_nights.last_night
                then entries.counts_until
        end as counts_until
    from entries_of_each_balance as entries
    cross join range_of_nights
    left join recent_rules on entries.rule_no = recent_rules.rule_no
    where
        recent_rules.rule_no is null
        or entries.counts_until is null
        or entries.counts_until > range_of_nights.first_night
),

amounts_that_come_and_go as (
    select
        account_id,
        market,
        programme,
        balance_of,
        is_of_all,
        history_version,
        known_from,
        known_until,
        rule_no,
        rule,
        step_of,
        counts_from as from_day,
        amount as change
    from entries_as_they_are_looked_at
    union all
    select
        account_id,
        market,
        programme,
        balance_of,
        is_of_all,
        history_version,
        known_from,
        known_until,
        rule_no,
        rule,
        step_of,
        counts_until as from_day,
        -amount as change
    from entries_as_they_are_looked_at
    where counts_until is not null
),

-- Versions of a rule that count in the same steps count together.
quantities_counted_together_by_day as (
    select
        quantities.account_id,
        quantities.market,
        quantities.programme,
        quantities.balance_of,
        quantities.is_of_all,
        quantities.history_version,
        quantities.known_from,
        quantities.known_until,
        quantities.rule,
        quantities.step_of,
        step_rules.step_amount,
        quantities.from_day,
        sum(sum(quantities.change)) over (
            partition by
                quantities.account_id, quantities.programme, quantities.balance_of, quantities.is_of_all,
                quantities.history_version, quantities.rule, quantities.step_of, step_rules.step_amount
            order by quantities.from_day
        ) as quantity
    from amounts_that_come_and_go as quantities
    inner join step_rules on quantities.rule_no = step_rules.rule_no
    where quantities.step_of is not null
    group by
        quantities.account_id, quantities.market, quantities.programme, quantities.balance_of, quantities.is_of_all,
        quantities.history_version, quantities.known_from, quantities.known_until, quantities.rule, quantities.step_of,
        step_rules.step_amount, quantities.from_day
),

whole_steps_that_come_and_go as (
    select
        account_id,
        market,
        programme,
        balance_of,
        is_of_all,
        history_version,
        known_from,
        known_until,
        from_day,
        cast(step_amount as decimal(28, 2)) * (
            {{ whole_times('quantity', 'step_of') }}
            - lag({{ whole_times('quantity', 'step_of') }}, 1, 0) over (
                partition by account_id, programme, balance_of, is_of_all, history_version, rule, step_of, step_amount
                order by from_day
            )
        ) as change
    from quantities_counted_together_by_day
),

changes_of_the_balance as (
    select * exclude (rule_no, rule, step_of) from amounts_that_come_and_go
    where step_of is null
    union all
    select * from whole_steps_that_come_and_go
),

changes_by_day as (
    select
        account_id,
        any_value(market) as market,
        programme,
        balance_of,
        is_of_all,
        history_version,
        any_value(known_from) as known_from,
        any_value(known_until) as known_until,
        from_day,
        {{ as_amount('sum(change)') }} as change
    from changes_of_the_balance
    -- What a history says of days after its truth ended is nobody's truth.
    where known_until is null or from_day < known_until
    group by account_id, programme, balance_of, is_of_all, history_version, from_day
),

balances_after_each_change as (
    select
        *,
        {{ as_amount('sum(change) over days_so_far') }} as balance,
        {{ as_amount('(sum(change) over days_so_far - change)') }} as balance_before,
        lead(from_day) over days_so_far as until_day
    from changes_by_day
    window days_so_far as (partition by account_id, programme, balance_of, is_of_all, history_version order by from_day)
)

select * from balances_after_each_change
