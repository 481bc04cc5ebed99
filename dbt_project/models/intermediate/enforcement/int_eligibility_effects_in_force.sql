with

eligibility_periods as (
    select * from {{ ref('int_eligibility_periods') }}
),

as_of_nights as (
    select * from {{ ref('int_as_of_nights') }}
),

eligibility_effects as (
    select * from {{ rules('eligibility_effects') }}
),

lifts as (
    select * from {{ ref('int_emergencies') }}
    where action = 'lift'
),

-- Versions that follow each other without a gap and bring the same.
effects_with_the_first_day_of_their_versions as (
    select
        * exclude (was_until),
        max(case when was_until is distinct from effective_from then effective_from end) over (
            partition by market, eligibility, list, measure, scope
            order by effective_from
            rows between unbounded preceding and current row
        ) as brought_since
    from (
        select
            *,
            lag(effective_before) over (
                partition by market, eligibility, list, measure, scope order by effective_from
            ) as was_until
        from eligibility_effects
    ) as effects_beside_the_version_before
),

eligibility_effects_of_accounts as (
    select
        as_of_nights.as_of,
        as_of_nights.is_asked,
        eligibility_effects.list,
        stretches.account_id,
        stretches.market,
        stretches.eligibility as programme,
        '' as balance_of,
        stretches.history_version,
        -- The version of its first day brought it.
        coalesce(firsts.edition_id, stretches.edition_id) as edition_id,
        eligibility_effects.measure,
        eligibility_effects.measure_rank,
        eligibility_effects.scope,
        'eligibility' as length,
        case when stretches.is_open then 'open' else 'shut' end as zone,
        case
            when stretches.is_open then 'every condition holds'
            else 'failed: ' || array_to_string(stretches.failed, ', ')
        end as condition,
        cast(null as {{ figure() }}) as value_before,
        cast(null as {{ figure() }}) as value_after,
        -- Since when can't be told of what is looked at for some weeks only.
        case
            when not eligibility_effects.is_recent
                then greatest(stretches.since, eligibility_effects.brought_since)
        end as on_day,
        case
            when not eligibility_effects.is_recent
                then greatest(stretches.since, eligibility_effects.brought_since)
        end as starts_on,
        cast(null as date) as ends_on
    from eligibility_periods as stretches
    inner join as_of_nights
        on
            {{ day_in('as_of_nights.as_of', 'stretches.from_day', 'stretches.until_day') }}
            and {{ day_in('as_of_nights.as_of', 'stretches.known_from', 'stretches.known_until') }}
    inner join effects_with_the_first_day_of_their_versions as eligibility_effects
        on
            stretches.edition_id = eligibility_effects.edition_id
            and stretches.eligibility = eligibility_effects.eligibility
            and stretches.is_open = (eligibility_effects.list = 'rewards')
    left join eligibility_effects as firsts
        on
            eligibility_effects.market = firsts.market
            and eligibility_effects.eligibility = firsts.eligibility
            and eligibility_effects.list = firsts.list
            and eligibility_effects.measure = firsts.measure
            and eligibility_effects.scope = firsts.scope
            and case
                when not eligibility_effects.is_recent
                    then greatest(stretches.since, eligibility_effects.brought_since)
            end >= firsts.effective_from
            and greatest(stretches.since, eligibility_effects.brought_since)
            < coalesce(firsts.effective_before, cast('9999-12-31' as date))
    -- Before its onboarding an account has nothing.
    where stretches.since is null or stretches.since <= as_of_nights.as_of
)

select effects.*
from eligibility_effects_of_accounts as effects
left join lifts
    on
        effects.account_id = lifts.account_id
        and effects.list = lifts.list
        and effects.measure = lifts.measure
        and effects.scope = lifts.scope
        and {{ day_in('effects.as_of', 'lifts.from_day', 'lifts.until_day') }}
where lifts.account_id is null
