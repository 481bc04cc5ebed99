with

creators as (
    select * from {{ ref('stg_creators') }}
),

stage_changes as (
    select * from {{ ref('int_stage_changes') }}
),

account_health as (
    select * from {{ ref('account_health') }}
),

eligibility as (
    select * from {{ ref('eligibility') }}
),

measures_in_force as (
    select * from {{ ref('int_measures_in_force') }}
    where as_of = {{ night() }} and list = 'penalties' and prevails
),

rewards as (
    select * from {{ ref('rewards') }}
),

probation_measures as (
    select * from {{ ref('int_probation_measures') }}
),

latest_stage_of_each_account as (
    select * from stage_changes
    qualify row_number() over (partition by account_id order by on_day desc) = 1
),

penalties_of_each_account as (
    select
        measures_in_force.account_id,
        cast(count(*) as integer) as penalties,
        bool_or(probation_measures.measure is null) as is_restricted
    from measures_in_force
    inner join creators on measures_in_force.account_id = creators.account_id
    left join probation_measures
        on
            {{ market_now('measures_in_force.market') }} = probation_measures.market
            and creators.kind = probation_measures.kind
            and measures_in_force.measure = probation_measures.measure
    group by measures_in_force.account_id
),

rewards_of_each_account as (
    select
        account_id,
        cast(count(*) as integer) as rewards
    from rewards
    group by account_id
),

health_of_each_account as (
    select
        account_id,
        bool_or(is_near) as is_near_a_zone,
        bool_or(
            zone_last_night is not null
            and (zone <> zone_last_night or balance is distinct from balance_last_night)
        ) as has_moved,
        cast(to_json(list(
            struct_pack(
                programme := programme,
                zone := zone,
                balance := balance,
                zone_last_night := zone_last_night,
                balance_last_night := balance_last_night,
                next_zone := next_zone,
                to_next_zone := to_next_zone,
                is_near := is_near
            )
            order by programme
        )) as varchar) as health
    from account_health
    group by account_id
),

what_each_account_is_not_eligible_for as (
    select
        account_id,
        string_agg(eligibility || ': ' || failed_conditions, '; ' order by eligibility) as not_eligible_for
    from eligibility
    where not is_open
    group by account_id
),

profiles as (
    select
        {{ night() }} as as_of,
        creators.account_id,
        creators.market,
        creators.kind,
        creators.language,
        creators.category,
        creators.linked_to,
        creators.followers,
        creators.onboarded_on,
        creators.exited_on,
        case
            when stages.stage = 'exited' then stages.stage
            when in_force.is_restricted then 'restricted'
            when in_force.account_id is not null then 'probation'
            else stages.stage
        end as stage,
        -- Since when isn't known of a penalty for what is looked at for some weeks only.
        case
            when stages.stage = 'exited' then stages.on_day
            when in_force.is_restricted and stages.stage <> 'restricted' then null
            when in_force.account_id is not null and stages.stage not in ('restricted', 'probation') then null
            else stages.on_day
        end as stage_since,
        coalesce(in_force.penalties, 0) as penalties,
        coalesce(rewarded.rewards, 0) as rewards,
        coalesce(health.has_moved, false) as has_moved,
        coalesce(health.is_near_a_zone, false) as is_near_a_zone,
        coalesce(health.health, '[]') as health,
        not_eligible.not_eligible_for
    from creators
    left join latest_stage_of_each_account as stages on creators.account_id = stages.account_id
    left join penalties_of_each_account as in_force on creators.account_id = in_force.account_id
    left join rewards_of_each_account as rewarded on creators.account_id = rewarded.account_id
    left join health_of_each_account as health on creators.account_id = health.account_id
    left join what_each_account_is_not_eligible_for as not_eligible on creators.account_id = not_eligible.account_id
)

select * from profiles
