with

readings as (
    select * from {{ ref('int_programme_values') }}
),

zones as (
    select * from {{ rules('zones') }}
),

-- A row for each programme and not for each zone: there are many readings and few ladders.
ladders as {{ materialized_cte() }} (
    select
        edition_id,
        programme,
        any_value(is_rising) as is_rising,
        min(case when is_missing then zone_rank end) as missing_rank,
        list(zone order by zone_rank) as zones,
        list(comparator order by zone_rank) as comparators,
        list(bound order by zone_rank) as bounds,
        list(case when is_rising then value_from else value_below end order by zone_rank)[2:] as edges
    from zones
    group by edition_id, programme
),

readings_with_how_far_up_the_ladder_they_reach as (
    select
        readings.*,
        ladders.* exclude (edition_id, programme),  -- noqa: RF02
        {{ rank_reached('readings.value', 'ladders') }} as zone_rank,
        -- By the rules of the day for both values: zones of two packs can't be compared.
        {{ rank_reached('readings.value_before', 'ladders') }} as zone_rank_before
    from readings
    inner join ladders
        on
            readings.edition_id = ladders.edition_id
            and readings.programme = ladders.programme
)

select
    * exclude (missing_rank, zones, comparators, bounds, edges),
    zones[zone_rank + 1] as zone,
    comparators[zone_rank + 1] as comparator,
    bounds[zone_rank + 1] as bound
from readings_with_how_far_up_the_ladder_they_reach
