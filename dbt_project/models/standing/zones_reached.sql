with

readings as (
    select * from {{ ref('looked_at_readings') }}
),

zones as (
    select * from {{ source('policy', 'zones') }}
),

readings_with_the_zone_of_their_value as (
    select
        readings.*,
        zones.zone,
        zones.strictness,
        zones.comparator,
        zones.bound,
        zones.is_rising,
        -- By the rules of the day for both values: zones of two packs can't be compared.
        zones_before.strictness as strictness_before
    from readings
    inner join zones
        on
            readings.market = zones.market
            and readings.pack = zones.pack
            and readings.version = zones.version
            and readings.programme = zones.programme
            and {{ value_in_zone('readings.value', 'zones') }}
    inner join zones as zones_before
        on
            readings.market = zones_before.market
            and readings.pack = zones_before.pack
            and readings.version = zones_before.version
            and readings.programme = zones_before.programme
            and {{ value_in_zone('readings.value_before', 'zones_before') }}
)

select * from readings_with_the_zone_of_their_value
