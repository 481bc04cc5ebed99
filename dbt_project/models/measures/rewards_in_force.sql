with

standings as (
    select * from {{ ref('account_standings') }}
),

measures_in_force as (
    select * from {{ ref('measures_in_force') }}
),

bonus_payments as (
    select * from {{ ref('bonus_payments') }}
),

nights as (
    select * from {{ ref('nights') }}
),

rewards as (
    select * from {{ source('policy', 'rewards') }}
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
        standings.since as starts_on,
        cast(null as date) as ends_on
    from standings
    inner join rewards
        on
            standings.market = rewards.market
            and standings.programme = rewards.programme
            and standings.zone = rewards.zone
            and {{ judges('rewards', 'standings.as_of') }}
),

rewards_brought_by_zones_and_gates as (
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
bonuses_of_each_period as (
    select
        nights.as_of,
        payments.account_id || '/' || payments.bonus || '/' || payments.scope || '/' || payments.period_from as row_key,
        payments.account_id,
        payments.market,
        payments.bonus as programme,
        payments.scope,
        payments.bonus as reward,
        payments.pack,
        payments.version,
        cast(payments.period_from as varchar) as zone,
        'done in the period from ' || payments.period_from as condition,
        cast(null as decimal(18, 4)) as balance,
        cast(sum(payments.amount) as decimal(18, 2)) as amount,
        payments.period_from as starts_on,
        cast(null as date) as ends_on
    from bonus_payments as payments
    inner join nights on payments.on_day <= nights.as_of
    where nights.is_asked
    group by all
    having sum(payments.amount) > 0
)

select * from rewards_of_the_zone
union all
select * from rewards_brought_by_zones_and_gates
union all
select * from bonuses_of_each_period
