with

ledger_entries as (
    select * from {{ ref('int_ledger_entries') }}
),

history_versions as (
    select * from {{ ref('int_history_versions') }}
),

entries_not_void_in_the_replay as (
    select
        ledger_entries.* exclude (has_company, amount, voided_on, adjusted_on, adjusted_amount),  -- noqa: RF02
        {{ amount_in_history('ledger_entries', 'history_versions') }} as amount,
        history_versions.history_version,
        history_versions.known_from,
        history_versions.known_until
    from ledger_entries
    inner join history_versions on ledger_entries.account_id = history_versions.account_id
    where
        ledger_entries.has_company
        and (ledger_entries.voided_on is null or ledger_entries.voided_on > history_versions.known_from)
),

entries_that_stand_alone as (
    select * from entries_not_void_in_the_replay
    where counts_once_as is null
),

entries_that_are_the_first_of_their_kind as (
    select * from entries_not_void_in_the_replay
    where counts_once_as is not null
    qualify row_number() over (
        partition by account_id, programme, history_version, rule, counts_once_as
        order by counts_from asc, amount desc, entry_id asc
    ) = 1
)

select * from entries_that_stand_alone
union all
select * from entries_that_are_the_first_of_their_kind
