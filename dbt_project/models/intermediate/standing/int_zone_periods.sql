with

zones_by_value as (
    select * from {{ ref('int_zones_by_value') }}
),

zones_after_grace as (
    select * from {{ ref('int_zones_after_grace') }}
),

programmes as (
    select * from {{ source('policy', 'programmes') }}
),

columns_of_a_stretch as (
    select
        account_id,
        market,
        programme,
        balance_of,
        history_version,
        known_from,
        known_until,
        on_day,
        until_day,
        pack,
        version,
        zone,
        zone_rank,
        comparator,
        bound,
        is_rising,
        value,
        value_before,
        strictness_before,
        false as is_held
    from zones_by_value
    union all
    select
        account_id,
        market,
        programme,
        balance_of,
        history_version,
        known_from,
        known_until,
        on_day,
        until_day,
        pack,
        version,
        zone,
        zone_rank,
        comparator,
        bound,
        is_rising,
        value,
        value_before,
        strictness_before,
        true as is_held
    from zones_after_grace
),

stretches_of_each_programme as (
    select
        stretches.* exclude (is_held),  -- noqa: RF02
        -- What brings a zone's measures.
        stretches.zone_rank > stretches.strictness_before
        or (
            programmes.fires_on_each_rise
            and stretches.zone_rank = stretches.strictness_before
            and stretches.bound is not null
            and case
                when stretches.is_rising then stretches.value > stretches.value_before
                else stretches.value < stretches.value_before
            end
        ) as fires
    from columns_of_a_stretch as stretches
    inner join programmes
        on
            stretches.market = programmes.market
            and stretches.pack = programmes.pack
            and stretches.version = programmes.version
            and stretches.programme = programmes.programme
            and stretches.is_held = (programmes.never_falls or programmes.falls_after_days is not null)
)

select * from stretches_of_each_programme
