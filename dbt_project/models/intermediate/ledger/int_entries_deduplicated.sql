with

ledger_entries as (
    select * from {{ ref('int_ledger_entries') }}
),

history_versions as (
    select * from {{ ref('int_history_versions') }}
),

entries_not_void_in_the_replay as (
    select
        ledger_entries.* exclude (has_company, amount, voided_on, adjusted_amounts),  -- noqa: RF02
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

-- Of all versions of a rule; whether a later one counts beside the first, its own version says.
entries_with_what_they_share as (
    select
        * exclude (shares),
        unnest(shares) as shared
    from entries_not_void_in_the_replay
    where shares <> []
),

first_of_those_that_share_it as (
    select * from entries_with_what_they_share
    qualify row_number() over (
        partition by account_id, programme, history_version, rule, shared
        order by counts_from asc, abs(amount) desc, entry_id asc
    ) = 1
)

select * exclude (shares) from entries_that_stand_alone
union all
select * exclude (shared) from first_of_those_that_share_it
where counts_once_as = shared
