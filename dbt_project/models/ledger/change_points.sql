with

counted_entries as (
    select * from {{ ref('counted_entries') }}
),

amounts_that_come_and_go as (
    select
        account_id,
        market,
        programme,
        replay,
        true_from,
        true_until,
        counts_from as on_day,
        amount as change
    from counted_entries
    union all
    select
        account_id,
        market,
        programme,
        replay,
        true_from,
        true_until,
        counts_until as on_day,
        -amount as change
    from counted_entries
    where counts_until is not null
),

changes_by_day as (
    select
        account_id,
        market,
        programme,
        replay,
        true_from,
        true_until,
        on_day,
        cast(sum(change) as decimal(18, 2)) as change
    from amounts_that_come_and_go
    -- What a history says of days after its truth ended is nobody's truth.
    where true_until is null or on_day < true_until
    group by all
),

balances_after_each_change as (
    select
        *,
        cast(sum(change) over (
            partition by account_id, programme, replay
            order by on_day
        ) as decimal(18, 2)) as balance,
        lead(on_day) over (partition by account_id, programme, replay order by on_day) as until_day
    from changes_by_day
)

select * from balances_after_each_change
