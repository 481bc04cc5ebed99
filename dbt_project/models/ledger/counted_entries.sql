with

weighed_entries as (
    select * from {{ ref('weighed_entries') }}
),

reliefs as (
    select * from {{ ref('reliefs') }}
),

entries_with_an_amount_of_their_own as (
    select
        account_id,
        market,
        programme,
        replay,
        true_from,
        true_until,
        entry_id,
        violation_id,
        batch_id,
        kept_for,
        rule_no,
        rule,
        unit,
        amount,
        step_of,
        counts_from,
        counts_until
    from weighed_entries
    where amount_by <> 'relief'
),

-- A relief counts as long as what it takes from.
entries_that_take_from_another as (
    select
        entries.account_id,
        entries.market,
        entries.programme,
        entries.replay,
        entries.true_from,
        entries.true_until,
        entries.entry_id,
        entries.violation_id,
        entries.batch_id,
        reliefs.kept_for,
        entries.rule_no,
        entries.rule,
        entries.unit,
        cast(-reliefs.amount as decimal(18, 2)) as amount,
        entries.step_of,
        entries.counts_from,
        reliefs.counts_until
    from weighed_entries as entries
    inner join reliefs
        on
            entries.account_id = reliefs.account_id
            and entries.programme = reliefs.programme
            and entries.replay = reliefs.replay
            and entries.entry_id = reliefs.entry_id
)

select * from entries_with_an_amount_of_their_own
union all
select * from entries_that_take_from_another
