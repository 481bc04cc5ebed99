with

standings as (
    select * from {{ ref('account_standings') }}
),

measures_in_force as (
    select * from {{ ref('int_measures_in_force') }}
),

bonus_payments as (
    select * from {{ ref('int_bonus_payments') }}
),

as_of_nights as (
    select * from {{ ref('int_as_of_nights') }}
),

rewards as (
    select * from {{ source('policy', 'rewards') }}
),

lifts as (
    select * from {{ ref('int_emergencies') }}
    where action = 'lift' and list = 'rewards'
),

rewards_of_the_zone as (
    select
        standings.as_of,
        standings.account_id || '/' || standings.programme || '/' || rewards.scope || '/' || rewards.reward as row_key,
        standings.account_id,
        standings.market,
        standings.programme,
        rewards.scope,
        rewards.reward,
        rewards.pack,
        rewards.version,
        standings.zone,
        'in the zone ' || standings.zone as condition,
        standings.balance,
        cast(null as decimal(18, 2)) as amount,
        case when rewards.is_recent then null else standings.since end as starts_on,
        cast(null as date) as ends_on
    from standings
    inner join rewards
        on
            standings.market = rewards.market
            and standings.programme = rewards.programme
            and standings.zone = rewards.zone
            and {{ in_effect_on('rewards', 'standings.as_of') }}
    left join lifts
        on
            standings.account_id = lifts.account_id
            and rewards.reward = lifts.measure
            and rewards.scope = lifts.scope
            and {{ day_in('standings.as_of', 'lifts.from_day', 'lifts.until_day') }}
    where lifts.account_id is null
),

rewards_of_zones_and_eligibility as (
    select
        as_of,
        row_key,
        account_id,
        market,
        programme,
        scope,
        measure as reward,
        pack,
        version,
        zone,
        condition,
        cast(value_after as decimal(18, 4)) as balance,
        cast(null as decimal(18, 2)) as amount,
        starts_on,
        ends_on
    from measures_in_force
    where list = 'rewards' and is_asked
),

-- Money that was paid stays paid: a period's row stays in the list when the period is over.
money_of_each_period as (
    select
        as_of_nights.as_of,
        payments.account_id,
        payments.market,
        payments.bonus,
        payments.scope,
        payments.pack,
        payments.version,
        payments.period_from,
        cast(sum(payments.amount) as decimal(18, 2)) as amount
    from bonus_payments as payments
    inner join as_of_nights on payments.on_day <= as_of_nights.as_of
    where as_of_nights.is_asked
    group by all
    having sum(payments.amount) > 0
),

bonuses_of_each_period as (
    select
        as_of,
        account_id || '/' || bonus || '/' || scope || '/' || period_from as row_key,
        account_id,
        market,
        bonus as programme,
        scope,
        bonus as reward,
        pack,
        version,
        cast(period_from as varchar) as zone,
        -- The amount is part of what a reason says, so that another amount has another reason.
        {{ plain_number('amount') }} || ' for the period from ' || period_from as condition,
        cast(null as decimal(18, 4)) as balance,
        amount,
        period_from as starts_on,
        cast(null as date) as ends_on
    from money_of_each_period
)

select * from rewards_of_the_zone
union all
select * from rewards_of_zones_and_eligibility
union all
select * from bonuses_of_each_period
