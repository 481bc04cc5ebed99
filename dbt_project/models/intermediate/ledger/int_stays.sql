with

creator_paths as (
    select * from {{ ref('int_creator_paths') }}
    where array_length(stays) > 1
),

paths as (
    select distinct
        judged_as,
        stays
    from creator_paths
),

stays_one_by_one as (
    select
        judged_as,
        stays[len(stays)]['kind'] as last_kind,
        unnest(stays) as stay
    from paths
)

select
    judged_as,
    stay['stay'] as stay,
    stay['market'] as market,
    stay['kind'] as kind,
    last_kind,
    stay['from_day'] as from_day,
    stay['until_day'] as until_day
from stays_one_by_one
