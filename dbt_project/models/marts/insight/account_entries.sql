with

ledger_entries as (
    select * from {{ ref('int_ledger_entries') }}
),

entries_counted as (
    select * from {{ ref('int_entries_counted') }}
    where {{ day_in(night(), 'known_from', 'known_until') }}
),

packs as (
    select * from {{ rules('packs') }}
),

programmes as (
    select * from {{ rules('programmes') }}
),

-- What is looked at for some weeks only is in no ledger for good.
entries_of_each_account as (
    select
        {{ night() }} as as_of,
        entries.entry_id,
        entries.account_id,
        {{ market_now('entries.market') }} as market,
        entries.programme,
        entries.event_id,
        entries.event_type,
        entries.violation_id,
        entries.rule,
        packs.pack,
        packs.version,
        entries.unit,
        coalesce(counted.amount, entries.amount) as amount,
        entries.on_day,
        entries.counts_from,
        coalesce(counted.counts_until, entries.counts_until) as counts_until,
        case when entries.voided_on <= {{ night() }} then entries.voided_on end as voided_on,
        counted.entry_id is not null as is_counted
    from ledger_entries as entries
    inner join programmes
        on
            entries.market = programmes.market
            and entries.programme = programmes.programme
            and {{ in_effect_on('programmes', 'entries.on_day') }}
            and not programmes.is_recent
    inner join packs on programmes.edition_id = packs.edition_id
    left join entries_counted as counted
        on
            entries.account_id = counted.account_id
            and entries.programme = counted.programme
            and entries.entry_id = counted.entry_id
)

select * from entries_of_each_account
