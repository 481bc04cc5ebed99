with

episodes as (
    select * from {{ ref('episodes') }}
),

gate_effects_in_force as (
    select * from {{ ref('gate_effects_in_force') }}
),

nights as (
    select * from {{ ref('nights') }}
),

effects as (
    select * from {{ source('policy', 'effects') }}
),

programmes as (
    select * from {{ source('policy', 'programmes') }}
),

measures_as_each_pack_ranks_them as (
    select distinct
        market,
        effective_from,
        effective_until,
        measure,
        measure_strictness
    from effects
    where list = 'penalties'
),

episodes_in_force as (
    select
        nights.as_of,
        nights.is_asked,
        episodes.list,
        episodes.account_id,
        episodes.market,
        episodes.programme,
        episodes.kept_for,
        episodes.replay,
        episodes.pack,
        episodes.version,
        episodes.measure,
        -- Places in the lists of two packs can't be compared: what an earlier pack brought ranks as the pack of the
        -- night has it, if that one brings it too.
        coalesce(ranks.measure_strictness, episodes.measure_strictness) as measure_strictness,
        episodes.scope,
        episodes.length,
        episodes.zone,
        case
            when episodes.condition is not null then episodes.condition
            when episodes.bound is null then 'in the zone ' || episodes.zone
            else 'balance ' || replace(episodes.comparator, '_', ' ') || ' ' || {{ plain_number('episodes.bound') }}
        end as condition,
        episodes.value_before,
        episodes.value_after,
        -- Since when can't be told of what is looked at for some weeks only.
        case when programmes.is_recent then null else episodes.on_day end as on_day,
        case when programmes.is_recent then null else episodes.starts_on end as starts_on,
        episodes.ends_on,
        episodes.quota_activity,
        episodes.quota_at_most,
        episodes.quota_calendar
    from episodes
    inner join nights
        on
            episodes.starts_on <= nights.as_of
            and (episodes.in_force_until is null or episodes.in_force_until > nights.as_of)
            and {{ day_in('nights.as_of', 'episodes.true_from', 'episodes.true_until') }}
    left join programmes
        on
            episodes.market = programmes.market
            and episodes.pack = programmes.pack
            and episodes.version = programmes.version
            and episodes.programme = programmes.programme
    left join measures_as_each_pack_ranks_them as ranks
        on
            episodes.list = 'penalties'
            and episodes.market = ranks.market
            and episodes.measure = ranks.measure
            and {{ judges('ranks', 'nights.as_of') }}
),

effects_of_zones_and_of_gates as (
    select * from episodes_in_force
    union all by name
    select * from gate_effects_in_force
),

-- A scope has one penalty of a programme, the strictest; rewards stand side by side.
strictest_then_longest_on_each_scope as (
    select
        account_id || '/' || programme || '/' || scope
        || case when list = 'rewards' then '/' || measure else '' end as row_key,
        *
    from effects_of_zones_and_of_gates
    qualify row_number() over (
        partition by as_of, list, account_id, programme, scope, case when list = 'rewards' then measure end
        order by measure_strictness desc, ends_on desc nulls first, starts_on asc, kept_for asc, zone asc
    ) = 1
)

select * from strictest_then_longest_on_each_scope
