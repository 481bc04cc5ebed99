with

-- What goes along to another programme is no further decision.
ledger_entries as (
    select * from {{ ref('int_ledger_entries') }}
    where violation_id = event_id and entry_id = programme || '/' || event_id
),

violation_cases as (
    select * from {{ ref('int_violation_cases') }}
),

decisions_of_rules as (
    select
        ledger_entries.entry_id,
        violation_cases.market,
        ledger_entries.programme,
        ledger_entries.rule,
        violation_cases.decided_on,
        coalesce(ledger_entries.voided_on <= {{ night() }}, false) as is_overturned
    from ledger_entries
    inner join violation_cases on ledger_entries.violation_id = violation_cases.violation_id
)

select * from decisions_of_rules
