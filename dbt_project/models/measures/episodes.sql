with

zone_episodes as (
    select * from {{ ref('zone_episodes') }}
),

emergencies as (
    select * from {{ ref('emergencies') }}
),

stretches_between_lifts as (
    select * from {{ ref('stretches_between_lifts') }}
),

replays as (
    select * from {{ ref('replays') }}
),

packs as (
    select * from {{ source('policy', 'packs') }}
),

measures as (
    select * from {{ source('policy', 'measures') }}
),

what_zones_bring as (
    select
        *,
        '' as imposed_by,
        cast(null as varchar) as condition
    from zone_episodes
),

-- It is the same in every history of the account: no appeal against a violation touches it.
what_is_imposed as (
    select
        emergencies.account_id,
        emergencies.market,
        'emergency' as programme,
        emergencies.emergency_id as kept_for,
        replays.replay,
        replays.true_from,
        replays.true_until,
        emergencies.list,
        emergencies.measure,
        measures.measure_strictness,
        emergencies.scope,
        'emergency' as length,
        packs.pack,
        packs.version,
        'imposed' as zone,
        cast(0 as {{ figure() }}) as value_before,
        cast(1 as {{ figure() }}) as value_after,
        emergencies.from_day as on_day,
        emergencies.from_day as starts_on,
        {{ add_days('emergencies.until_day', -1) }} as ends_on,
        emergencies.until_day as in_force_until,
        emergencies.emergency_id as imposed_by,
        'emergency ' || emergencies.emergency_id || ': ' || emergencies.reason as condition
    from emergencies
    inner join replays on emergencies.account_id = replays.account_id
    inner join packs on emergencies.market = packs.market and {{ judges('packs', 'emergencies.from_day') }}
    left join measures
        on
            emergencies.list = 'penalties'
            and packs.market = measures.market
            and packs.pack = measures.pack
            and packs.version = measures.version
            and emergencies.measure = measures.measure
    where emergencies.action = 'impose'
),

episodes_of_both as (
    select * from what_zones_bring
    union all by name
    select * from what_is_imposed
),

-- What is lifted for some days isn't believed on them; afterwards it is again what it was.
episodes_when_they_are_not_lifted as (
    select
        episodes.* exclude (imposed_by) replace (  -- noqa: RF02
            greatest(episodes.true_from, stretches.from_day) as true_from,
            least(episodes.true_until, stretches.until_day) as true_until
        )
    from episodes_of_both as episodes
    left join stretches_between_lifts as stretches
        on
            episodes.imposed_by = stretches.imposed_by
            and episodes.account_id = stretches.account_id
            and episodes.list = stretches.list
            and episodes.measure = stretches.measure
            and episodes.scope = stretches.scope
)

select
    account_id,
    market,
    programme,
    kept_for,
    replay,
    true_from,
    true_until,
    list,
    measure,
    measure_strictness,
    scope,
    length,
    pack,
    version,
    zone,
    comparator,
    bound,
    condition,
    value_before,
    value_after,
    on_day,
    starts_on,
    ends_on,
    in_force_until,
    quota_activity,
    quota_at_most,
    quota_calendar
from episodes_when_they_are_not_lifted
where true_until is null or true_from < true_until
