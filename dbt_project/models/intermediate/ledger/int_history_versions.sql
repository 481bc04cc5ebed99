with

creators as (
    select * from {{ ref('int_creators_judged') }}
),

ledger_entries as (
    select * from {{ ref('int_ledger_entries') }}
),

days_that_changed_the_truth as (
    select
        account_id,
        market,
        -- Before its first void an account has the history that was first written.
        cast('0001-01-01' as date) as known_from
    from creators
    union all
    select
        account_id,
        market,
        voided_on as known_from
    from ledger_entries
    where voided_on is not null
    union all
    select
        account_id,
        market,
        unnest(list_transform(adjusted_amounts, lambda adjusted: adjusted.adjusted_on)) as known_from
    from ledger_entries
    where adjusted_amounts is not null
),

histories_each_true_until_the_next as (
    select
        account_id,
        market,
        row_number() over (partition by account_id order by known_from) as history_version,
        known_from,
        lead(known_from) over (partition by account_id order by known_from) as known_until
    from (select distinct * from days_that_changed_the_truth) as days
)

select * from histories_each_true_until_the_next
