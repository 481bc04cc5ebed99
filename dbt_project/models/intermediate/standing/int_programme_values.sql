with

known_readings as (
    select * from {{ ref('int_programme_values_level_1') }}
    union all
    select * from {{ ref('int_programme_values_combined_2') }}
),

history_versions as (
    select * from {{ ref('int_history_versions') }}
),

creators as (
    select * from {{ ref('int_creators_judged') }}
),

-- What is evaluated on the days of a calendar is missing from the first of them on.
programmes as (
    select
        programmes.*,
        case
            when programmes.evaluated is null or calendar_days.period_from = programmes.effective_from
                then programmes.effective_from
            else calendar_days.period_until
        end as first_day
    from {{ rules('programmes') }} as programmes
    left join {{ ref('int_calendar_days') }} as calendar_days
        on
            programmes.pack_edition_id = calendar_days.edition_id
            and programmes.evaluated = calendar_days.calendar
            and greatest(programmes.effective_from, cast('2015-01-01' as date)) = calendar_days.on_day
    where programmes.has_effects_without_entries and programmes.source <> 'entries'
),

kinds as (
    select * from {{ rules('kinds') }}
),

-- Where a zone brings something to accounts whose value is missing, they have to be there.
values_that_are_missing_at_first as (
    select
        history_versions.account_id,
        history_versions.market,
        programmes.programme,
        '' as balance_of,
        history_versions.history_version,
        history_versions.known_from,
        history_versions.known_until,
        programmes.first_day as from_day,
        coalesce(min(known_readings.from_day), programmes.effective_before) as until_day,
        programmes.edition_id,
        cast(null as {{ figure() }}) as value,
        cast(null as {{ figure() }}) as value_before,
        {{ add_days('programmes.first_day', -1) }} as read_before,
        false as has_changed
    from history_versions
    inner join creators on history_versions.account_id = creators.account_id
    inner join programmes on history_versions.market = programmes.market
    inner join kinds
        on
            programmes.edition_id = kinds.edition_id
            and programmes.programme = kinds.programme
            and creators.kind = kinds.kind
    left join known_readings
        on
            history_versions.account_id = known_readings.account_id
            and history_versions.history_version = known_readings.history_version
            and programmes.edition_id = known_readings.edition_id
            and programmes.programme = known_readings.programme
    group by
        history_versions.account_id, history_versions.market, programmes.programme,
        history_versions.history_version, history_versions.known_from, history_versions.known_until,
        programmes.first_day, programmes.effective_before, programmes.edition_id
    having min(known_readings.from_day) is null or min(known_readings.from_day) > programmes.first_day
)

select * from known_readings
union all
select * from values_that_are_missing_at_first
