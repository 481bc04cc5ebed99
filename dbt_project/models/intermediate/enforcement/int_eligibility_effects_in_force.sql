with

eligibility_periods as (
    select * from {{ ref('int_eligibility_periods') }}
),

as_of_nights as (
    select * from {{ ref('int_as_of_nights') }}
),

gate_effects as (
    select * from {{ source('policy', 'gate_effects') }}
),

lifts as (
    select * from {{ ref('int_emergencies') }}
    where action = 'lift'
),

effects_of_gates as (
    select
        as_of_nights.as_of,
        as_of_nights.is_asked,
        gate_effects.list,
        stretches.account_id,
        stretches.market,
        stretches.gate as programme,
        '' as balance_of,
        stretches.history_version,
        stretches.pack,
        stretches.version,
        gate_effects.measure,
        gate_effects.measure_rank,
        gate_effects.scope,
        'gate' as length,
        case when stretches.is_open then 'open' else 'shut' end as zone,
        case
            when stretches.is_open then 'every condition holds'
            else 'failed: ' || array_to_string(stretches.failed, ', ')
        end as condition,
        cast(null as {{ figure() }}) as value_before,
        cast(null as {{ figure() }}) as value_after,
        -- Since when can't be told of what is looked at for some weeks only.
        case when gate_effects.is_recent then null else stretches.since end as on_day,
        case when gate_effects.is_recent then null else stretches.since end as starts_on,
        cast(null as date) as ends_on
    from eligibility_periods as stretches
    inner join as_of_nights
        on
            {{ day_in('as_of_nights.as_of', 'stretches.on_day', 'stretches.until_day') }}
            and {{ day_in('as_of_nights.as_of', 'stretches.known_from', 'stretches.known_until') }}
    inner join gate_effects
        on
            stretches.market = gate_effects.market
            and stretches.pack = gate_effects.pack
            and stretches.version = gate_effects.version
            and stretches.gate = gate_effects.gate
            and stretches.is_open = (gate_effects.list = 'rewards')
)

select effects.*
from effects_of_gates as effects
left join lifts
    on
        effects.account_id = lifts.account_id
        and effects.list = lifts.list
        and effects.measure = lifts.measure
        and effects.scope = lifts.scope
        and {{ day_in('effects.as_of', 'lifts.from_day', 'lifts.until_day') }}
where lifts.account_id is null
