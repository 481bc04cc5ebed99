with

ledger_entries as (
    select * from {{ ref('ledger_entries') }}
),

replays as (
    select * from {{ ref('replays') }}
),

weighed_entries as (
    select * from {{ ref('weighed_entries') }}
),

reliefs as (
    select * from {{ ref('reliefs') }}
),

-- Where no rule of the programme looks from one entry at another, each counts by itself.
entries_without_company as (
    select
        ledger_entries.account_id,
        ledger_entries.market,
        ledger_entries.programme,
        replays.replay,
        replays.true_from,
        replays.true_until,
        ledger_entries.entry_id,
        ledger_entries.violation_id,
        ledger_entries.batch_id,
        ledger_entries.kept_for,
        ledger_entries.rule_no,
        ledger_entries.rule,
        ledger_entries.unit,
        {{ amount_in_replay('ledger_entries', 'replays') }} as amount,
        ledger_entries.step_of,
        ledger_entries.counts_from,
        ledger_entries.counts_until
    from ledger_entries
    inner join replays on ledger_entries.account_id = replays.account_id
    where
        not ledger_entries.has_company
        and (ledger_entries.voided_on is null or ledger_entries.voided_on > replays.true_from)
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
        cast(-reliefs.burden * reliefs.amount as decimal(18, 2)) as amount,
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

select * from entries_without_company
union all
select * from entries_with_an_amount_of_their_own
union all
select * from entries_that_take_from_another
