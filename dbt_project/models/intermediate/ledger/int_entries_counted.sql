with

ledger_entries as (
    select * from {{ ref('int_ledger_entries') }}
),

history_versions as (
    select * from {{ ref('int_history_versions') }}
),

entries_multiplied as (
    select * from {{ ref('int_entries_multiplied') }}
),

reliefs as (
    select * from {{ ref('int_reliefs') }}
),

-- Where no rule of the programme looks from one entry at another, each counts by itself.
entries_without_company as (
    select
        ledger_entries.account_id,
        ledger_entries.market,
        ledger_entries.programme,
        history_versions.history_version,
        history_versions.known_from,
        history_versions.known_until,
        ledger_entries.entry_id,
        ledger_entries.violation_id,
        ledger_entries.batch_id,
        ledger_entries.balance_of,
        ledger_entries.rule_no,
        ledger_entries.rule,
        ledger_entries.unit,
        {{ amount_in_history('ledger_entries', 'history_versions') }} as amount,
        ledger_entries.step_of,
        ledger_entries.counts_from,
        ledger_entries.counts_until
    from ledger_entries
    inner join history_versions on ledger_entries.account_id = history_versions.account_id
    where
        not ledger_entries.has_company
        and (ledger_entries.voided_on is null or ledger_entries.voided_on > history_versions.known_from)
),

entries_with_an_amount_of_their_own as (
    select
        account_id,
        market,
        programme,
        history_version,
        known_from,
        known_until,
        entry_id,
        violation_id,
        batch_id,
        balance_of,
        rule_no,
        rule,
        unit,
        amount,
        step_of,
        counts_from,
        counts_until
    from entries_multiplied
    where amount_by <> 'relief'
),

-- A relief counts as long as what it takes from.
entries_that_take_from_another as (
    select
        entries.account_id,
        entries.market,
        entries.programme,
        entries.history_version,
        entries.known_from,
        entries.known_until,
        entries.entry_id,
        entries.violation_id,
        entries.batch_id,
        reliefs.balance_of,
        entries.rule_no,
        entries.rule,
        entries.unit,
        cast(-reliefs.burden * reliefs.amount as decimal(18, 2)) as amount,
        entries.step_of,
        entries.counts_from,
        reliefs.counts_until
    from entries_multiplied as entries
    inner join reliefs
        on
            entries.account_id = reliefs.account_id
            and entries.programme = reliefs.programme
            and entries.history_version = reliefs.history_version
            and entries.entry_id = reliefs.entry_id
)

select * from entries_without_company
union all
select * from entries_with_an_amount_of_their_own
union all
select * from entries_that_take_from_another
