with

readings as (
    select * from {{ ref('looked_at_readings') }}
),

zones as (
    select * from {{ source('policy', 'zones') }}
),

readings_beside_the_zones_of_their_day as (
    select
        readings.*,
        zones.zone,
        zones.strictness,
        zones.comparator,
        zones.bound,
        zones.is_rising,
        case
            when readings.value is null then zones.is_missing
            else zones.bound is null or {{ compares('readings.value', 'zones.comparator', 'zones.bound') }}
        end as is_reached,
        case
            when readings.value_before is null then zones.is_missing
            else zones.bound is null or {{ compares('readings.value_before', 'zones.comparator', 'zones.bound') }}
        end as was_reached
    from readings
    inner join zones
        on
            readings.market = zones.market
            and readings.pack = zones.pack
            and readings.version = zones.version
            and readings.programme = zones.programme
),

zones_with_the_one_before as (
    select
        *,
        -- By the rules of the day for both values: zones of two packs can't be compared.
        max(case when was_reached then strictness end) over (
            partition by account_id, programme, kept_for, replay, on_day
        ) as strictness_before
    from readings_beside_the_zones_of_their_day
    where is_reached or was_reached
),

strictest_zone_reached as (
    select * exclude (is_reached, was_reached) from zones_with_the_one_before
    where is_reached
    qualify row_number() over (
        partition by account_id, programme, kept_for, replay, on_day
        order by strictness desc
    ) = 1
)

select * from strictest_zone_reached
