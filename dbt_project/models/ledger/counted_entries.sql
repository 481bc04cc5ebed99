with

ledger_entries as (
    select * from {{ ref('ledger_entries') }}
),

replays as (
    select * from {{ ref('replays') }}
),

entries_not_void_in_the_replay as (
    select
        replays.replay,
        replays.true_from,
        replays.true_until,
        ledger_entries.*
    from ledger_entries
    inner join replays
        on
            ledger_entries.account_id = replays.account_id
            and ledger_entries.programme = replays.programme
    where ledger_entries.voided_on is null or ledger_entries.voided_on > replays.true_from
),

entries_that_count_once as (
    select * from entries_not_void_in_the_replay
    qualify row_number() over (
        partition by account_id, programme, replay, rule, counts_once_as
        order by amount desc, counts_from asc, entry_id asc
    ) = 1
)

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
    rule,
    unit,
    amount,
    counts_from,
    counts_until
from entries_that_count_once
