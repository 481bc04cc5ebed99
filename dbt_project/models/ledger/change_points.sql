with

counted_entries as (
    select * from {{ ref('counted_entries') }}
),

step_rules as (
    select distinct
        rule_no,
        amount as step_amount
    from {{ source('policy', 'entry_rules') }}
    where step_of is not null
),

amounts_that_come_and_go as (
    select
        account_id,
        market,
        programme,
        kept_for,
        replay,
        true_from,
        true_until,
        rule_no,
        step_of,
        counts_from as on_day,
        amount as change
    from counted_entries
    union all
    select
        account_id,
        market,
        programme,
        kept_for,
        replay,
        true_from,
        true_until,
        rule_no,
        step_of,
        counts_until as on_day,
        -amount as change
    from counted_entries
    where counts_until is not null
),

quantities_counted_together_by_day as (
    select
        account_id,
        market,
        programme,
        kept_for,
        replay,
        true_from,
        true_until,
        rule_no,
        step_of,
        on_day,
        sum(sum(change)) over (
            partition by account_id, programme, kept_for, replay, rule_no
            order by on_day
        ) as quantity
    from amounts_that_come_and_go
    where step_of is not null
    group by account_id, market, programme, kept_for, replay, true_from, true_until, rule_no, step_of, on_day
),

whole_steps_that_come_and_go as (
    select
        quantities.account_id,
        quantities.market,
        quantities.programme,
        quantities.kept_for,
        quantities.replay,
        quantities.true_from,
        quantities.true_until,
        quantities.on_day,
        step_rules.step_amount * (
            {{ whole_times('quantities.quantity', 'quantities.step_of') }}
            - lag({{ whole_times('quantities.quantity', 'quantities.step_of') }}, 1, 0) over (
                partition by
                    quantities.account_id, quantities.programme, quantities.kept_for, quantities.replay,
                    quantities.rule_no
                order by quantities.on_day
            )
        ) as change
    from quantities_counted_together_by_day as quantities
    inner join step_rules on quantities.rule_no = step_rules.rule_no
),

changes_of_the_balance as (
    select * exclude (rule_no, step_of) from amounts_that_come_and_go
    where step_of is null
    union all
    select * from whole_steps_that_come_and_go
),

changes_by_day as (
    select
        account_id,
        any_value(market) as market,
        programme,
        kept_for,
        replay,
        any_value(true_from) as true_from,
        any_value(true_until) as true_until,
        on_day,
        cast(sum(change) as decimal(18, 2)) as change
    from changes_of_the_balance
    -- What a history says of days after its truth ended is nobody's truth.
    where true_until is null or on_day < true_until
    group by account_id, programme, kept_for, replay, on_day
),

balances_after_each_change as (
    select
        *,
        cast(sum(change) over days_so_far as decimal(18, 2)) as balance,
        cast(sum(change) over days_so_far - change as decimal(18, 2)) as balance_before,
        lead(on_day) over days_so_far as until_day
    from changes_by_day
    window days_so_far as (partition by account_id, programme, kept_for, replay order by on_day)
)

select * from balances_after_each_change
