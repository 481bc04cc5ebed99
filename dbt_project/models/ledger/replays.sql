with

ledger_entries as (
    select * from {{ ref('ledger_entries') }}
),

days_that_changed_the_truth as (
    select
        account_id,
        market,
        programme,
        -- Before its first void an account has the history that was first written.
        cast('0001-01-01' as date) as true_from
    from ledger_entries
    union
    select
        account_id,
        market,
        programme,
        voided_on as true_from
    from ledger_entries
    where voided_on is not null
),

histories_each_true_until_the_next as (
    select
        account_id,
        market,
        programme,
        row_number() over (partition by account_id, programme order by true_from) as replay,
        true_from,
        lead(true_from) over (partition by account_id, programme order by true_from) as true_until
    from days_that_changed_the_truth
)

select * from histories_each_true_until_the_next
