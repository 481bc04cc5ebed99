with

creators as (
    select * from {{ ref('stg_creators') }}
),

penalty_periods as (
    select * from {{ ref('int_penalty_periods') }}
),

stages as (
    select * from {{ source('policy', 'stages') }} as stages
    where {{ in_effect_on('stages', night()) }}
),

probation_measures as (
    select * from {{ ref('int_probation_measures') }}
),

kinds_of_each_market as (
    select distinct
        market,
        kind
    from creators
),

-- One pack of a market at most says them for a kind of account; of a kind that none judges, they are as for others.
stages_of_each_kind as (
    select
        kinds.market,
        kinds.kind,
        stages.onboarding_days,
        stages.pilot_days
    from kinds_of_each_market as kinds
    inner join stages on kinds.market = stages.market
    qualify row_number() over (
        partition by kinds.market, kinds.kind
        order by stages.kind = kinds.kind desc, stages.is_said desc, stages.pack asc, stages.kind asc
    ) = 1
),

accounts_with_the_days_of_their_stages as (
    select
        creators.account_id,
        creators.market,
        creators.onboarded_on,
        creators.exited_on,
        stages.onboarding_days,
        stages.pilot_days,
        {{ add_days('creators.onboarded_on', 'stages.onboarding_days') }} as onboarded_until,
        {{ add_days('creators.onboarded_on', 'stages.onboarding_days + stages.pilot_days') }} as pilot_until
    from creators
    inner join stages_of_each_kind as stages
        on
            creators.market = stages.market
            and creators.kind = stages.kind
),

penalties_as_the_pack_of_the_night_sees_them as (
    select
        stretches.account_id,
        stretches.programme,
        stretches.scope,
        stretches.measure,
        stretches.in_force_from,
        stretches.in_force_until,
        stretches.market_rank,
        case
            when stretches.is_permanent and stretches.scope = 'account' then 3
            when probation_measures.measure is not null then 1
            else 2
        end as weight
    from penalty_periods as stretches
    inner join creators on stretches.account_id = creators.account_id
    left join probation_measures
        on
            stretches.market = probation_measures.market
            and creators.kind = probation_measures.kind
            and stretches.measure = probation_measures.measure
),

days_on_which_a_stage_may_change as (
    select
        account_id,
        onboarded_on as on_day
    from accounts_with_the_days_of_their_stages
    union
    select
        account_id,
        onboarded_until as on_day
    from accounts_with_the_days_of_their_stages
    union
    select
        account_id,
        pilot_until as on_day
    from accounts_with_the_days_of_their_stages
    where pilot_until is not null
    union
    select
        account_id,
        exited_on as on_day
    from accounts_with_the_days_of_their_stages
    where exited_on is not null
    union
    select
        account_id,
        in_force_from as on_day
    from penalties_as_the_pack_of_the_night_sees_them
    union
    select
        account_id,
        in_force_until as on_day
    from penalties_as_the_pack_of_the_night_sees_them
    where in_force_until is not null
),

days_with_what_prevails_on_each_scope as (
    select
        days.account_id,
        days.on_day,
        penalties.weight,
        penalties.in_force_from,
        penalties.programme,
        penalties.scope,
        penalties.measure || ' on ' || penalties.scope || ' (' || penalties.programme || ')' as penalty
    from days_on_which_a_stage_may_change as days
    left join penalties_as_the_pack_of_the_night_sees_them as penalties
        on
            days.account_id = penalties.account_id
            and {{ day_in('days.on_day', 'penalties.in_force_from', 'penalties.in_force_until') }}
    where days.on_day <= {{ night() }}
    qualify row_number() over (
        partition by days.account_id, days.on_day, penalties.scope
        order by
            penalties.market_rank desc nulls last,
            penalties.in_force_until desc nulls first,
            penalties.in_force_from asc,
            penalties.programme asc
    ) = 1
),

days_with_the_heaviest_penalty as (
    select
        account_id,
        on_day,
        weight,
        penalty
    from days_with_what_prevails_on_each_scope
    qualify row_number() over (
        partition by account_id, on_day
        order by weight desc nulls last, in_force_from asc, programme asc, scope asc, penalty asc
    ) = 1
),

stages_on_those_days as (
    select
        days.account_id,
        accounts.market,
        days.on_day,
        case
            when days.on_day >= accounts.exited_on or days.weight = 3 then 'exited'
            when days.weight = 2 then 'restricted'
            when days.weight = 1 then 'probation'
            when days.on_day < accounts.onboarded_until then 'onboarding'
            when days.on_day < accounts.pilot_until then 'pilot'
            else 'active'
        end as stage,
        case
            when days.on_day >= accounts.exited_on then 'it left'
            when days.penalty is not null then days.penalty
            when days.on_day < accounts.onboarded_until
                then 'within ' || accounts.onboarding_days || ' days of its onboarding'
            when days.on_day < accounts.pilot_until
                then 'within ' || accounts.pilot_days || ' days after its onboarding'
            else 'no penalty is in force'
        end as reason
    from days_with_the_heaviest_penalty as days
    inner join accounts_with_the_days_of_their_stages as accounts on days.account_id = accounts.account_id
),

stages_with_the_one_before as (
    select
        account_id,
        market,
        on_day,
        lag(stage) over (partition by account_id order by on_day) as stage_before,
        stage,
        reason
    from stages_on_those_days
)

select * from stages_with_the_one_before
where stage_before is null or stage <> stage_before
