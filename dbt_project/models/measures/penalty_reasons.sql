with

measures_in_force as (
    select * from {{ ref('measures_in_force') }}
),

counted_entries as (
    select * from {{ ref('counted_entries') }}
),

packs as (
    select * from {{ source('policy', 'packs') }}
),

measures_of_the_night as (
    select * from measures_in_force
    where as_of = {{ night() }}
),

entries_counting_when_the_measure_began as (
    select
        measures_of_the_night.row_key,
        any_value(counted_entries.unit) as unit,
        count(*) as entry_count,
        {{ entries_as_json('counted_entries') }} as entries
    from measures_of_the_night
    inner join counted_entries
        on
            measures_of_the_night.account_id = counted_entries.account_id
            and measures_of_the_night.programme = counted_entries.programme
            and measures_of_the_night.replay = counted_entries.replay
            and measures_of_the_night.starts_on >= counted_entries.counts_from
            and (
                counted_entries.counts_until is null
                or measures_of_the_night.starts_on < counted_entries.counts_until
            )
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
        'balance at least ' || {{ plain_number('measures_of_the_night.at_least') }} as condition,
        measures_of_the_night.balance_before,
        measures_of_the_night.balance_after,
        entries_counting.unit,
        entries_counting.entry_count,
        entries_counting.entries,
        measures_of_the_night.starts_on,
        measures_of_the_night.ends_on,
        packs.appeal_route
    from measures_of_the_night
    inner join entries_counting_when_the_measure_began as entries_counting
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
        *,
        'On ' || starts_on || ' the account went from ' || {{ plain_number('balance_before') }}
        || ' to ' || {{ plain_number('balance_after') }} || ' ' || unit || '(s) of ' || programme
        || ' and entered the zone ' || zone || ' (' || condition || '). This brings ' || measure || ' on ' || scope
        || ' from ' || starts_on || coalesce(' until ' || ends_on, ', without end') || '. '
        || appeal_route as explanation
    from measures_with_their_account
)

select * from reasons_in_words
