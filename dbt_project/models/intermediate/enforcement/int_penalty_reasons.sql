with

measures_in_force as (
    select * from {{ ref('int_measures_in_force') }}
),

entries_counted as (
    select * from {{ ref('int_entries_counted') }}
),

packs as (
    select * from {{ source('policy', 'packs') }}
),

ledgers as (
    select * from {{ source('policy', 'ledgers') }}
),

measures_of_the_night as (
    select * from measures_in_force
    where as_of = {{ night() }} and list = 'penalties'
),

entries_counting_when_the_measure_began as (
    select
        measures_of_the_night.row_key,
        any_value(entries_counted.unit) as unit,
        count(*) as entry_count,
        {{ entries_as_json('entries_counted') }} as entries
    from measures_of_the_night
    inner join ledgers
        on
            measures_of_the_night.market = ledgers.market
            and measures_of_the_night.pack = ledgers.pack
            and measures_of_the_night.version = ledgers.version
            and measures_of_the_night.programme = ledgers.programme
    inner join entries_counted
        on
            measures_of_the_night.account_id = entries_counted.account_id
            and ledgers.ledger = entries_counted.programme
            and (measures_of_the_night.balance_of = '' or measures_of_the_night.balance_of = entries_counted.balance_of)
            and measures_of_the_night.history_version = entries_counted.history_version
            and {{ day_in(
                'coalesce(measures_of_the_night.on_day, measures_of_the_night.as_of)',
                'entries_counted.counts_from', 'entries_counted.counts_until'
            ) }}
    group by measures_of_the_night.row_key
),

measures_with_their_account as (
    select
        measures_of_the_night.row_key,
        measures_of_the_night.account_id,
        measures_of_the_night.market,
        measures_of_the_night.programme,
        measures_of_the_night.scope,
        measures_of_the_night.measure,
        measures_of_the_night.pack,
        measures_of_the_night.version as pack_version,
        packs.sha256 as pack_sha256,
        measures_of_the_night.zone,
        measures_of_the_night.condition,
        cast(measures_of_the_night.value_before as decimal(18, 4)) as balance_before,
        cast(measures_of_the_night.value_after as decimal(18, 4)) as balance_after,
        entries_counting.unit,
        coalesce(entries_counting.entry_count, 0) as entry_count,
        coalesce(entries_counting.entries, '[]') as entries,
        measures_of_the_night.length,
        measures_of_the_night.on_day,
        measures_of_the_night.starts_on,
        measures_of_the_night.ends_on,
        packs.appeal_route
    from measures_of_the_night
    left join entries_counting_when_the_measure_began as entries_counting
        on measures_of_the_night.row_key = entries_counting.row_key
    inner join packs
        on
            measures_of_the_night.market = packs.market
            and measures_of_the_night.pack = packs.pack
            and measures_of_the_night.version = packs.version
),

reasons_in_words as (
    select
        {{ reason_id(['row_key', 'measure', 'zone', 'condition', 'starts_on', 'ends_on', 'entries']) }} as reason_id,
        'penalties' as list,
        * exclude (length, on_day),
        case
            when length = 'emergency'
                then 'On ' || on_day || ' people decided about the account themselves, as ' || condition
            when length = 'eligibility'
                then
                    coalesce('Since ' || on_day || ' the', 'The') || ' account is not eligible for ' || programme
                    || ' (' || condition || ')'
            when on_day is null
                then 'The account is in the zone ' || zone || ' of ' || programme || ' (' || condition || ')'
            else
                'On ' || on_day || ' the account went from '
                || coalesce({{ plain_number('balance_before') }}, 'no value')
                || ' to ' || coalesce({{ plain_number('balance_after') }}, 'no value')
                || coalesce(' ' || unit || '(s)', '') || ' of ' || programme
                || ' and entered the zone ' || zone || ' (' || condition || ')'
        end
        || '. This brings ' || measure || ' on ' || scope || coalesce(' from ' || starts_on, '')
        || case
            when ends_on is not null then ' until ' || ends_on
            when length = 'permanent' then ', without end'
            when length = 'zone' then ', for as long as it is in this zone'
            when length = 'eligibility' then ', for as long as a condition fails'
            else ', until it is settled when it ends'
        end || '. '
        || appeal_route as explanation
    from measures_with_their_account
)

select * from reasons_in_words
