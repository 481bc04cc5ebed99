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
    select * from {{ ref('stg_creators') }}
),

programmes as (
    select * from {{ source('policy', 'programmes') }}
    where has_effects_without_entries and source <> 'entries'
),

kinds as (
    select * from {{ source('policy', 'kinds') }}
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
        programmes.effective_from as on_day,
        coalesce(min(known_readings.on_day), {{ add_days('programmes.effective_until', 1) }}) as until_day,
        programmes.pack,
        programmes.version,
        cast(null as {{ figure() }}) as value,
        cast(null as {{ figure() }}) as value_before
    from history_versions
    inner join creators on history_versions.account_id = creators.account_id
    inner join programmes on history_versions.market = programmes.market
    inner join kinds
        on
            programmes.market = kinds.market
            and programmes.pack = kinds.pack
            and programmes.version = kinds.version
            and programmes.programme = kinds.programme
            and creators.kind = kinds.kind
    left join known_readings
        on
            history_versions.account_id = known_readings.account_id
            and history_versions.history_version = known_readings.history_version
            and programmes.pack = known_readings.pack
            and programmes.version = known_readings.version
            and programmes.programme = known_readings.programme
    group by
        history_versions.account_id, history_versions.market, programmes.programme,
        history_versions.history_version, history_versions.known_from, history_versions.known_until,
        programmes.effective_from, programmes.effective_until, programmes.pack, programmes.version
    having min(known_readings.on_day) is null or min(known_readings.on_day) > programmes.effective_from
)

select * from known_readings
union all
select * from values_that_are_missing_at_first
