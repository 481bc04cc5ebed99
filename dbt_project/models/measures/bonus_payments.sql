with

creators as (
    select * from {{ ref('stg_creators') }}
),

activities as (
    select * from {{ ref('activities') }}
),

gate_stretches as (
    select * from {{ ref('gate_stretches') }}
),

calendar_days as (
    select * from {{ ref('calendar_days') }}
),

bonuses as (
    select * from {{ source('policy', 'bonuses') }}
),

activities_that_are_paid_for as (
    select
        activities.activity_id,
        activities.account_id,
        activities.subject,
        activities.on_day,
        bonuses.* exclude (effective_from, effective_until),  -- noqa: RF02
        calendar_days.period_from,
        cast(bonuses.pays * activities.quantity as decimal(18, 2)) as earned
    from activities
    inner join creators on activities.account_id = creators.account_id
    inner join bonuses
        on
            creators.market = bonuses.market
            and activities.activity = bonuses.activity
            and {{ judges('bonuses', 'activities.on_day') }}
    inner join calendar_days
        on
            bonuses.market = calendar_days.market
            and bonuses.pack = calendar_days.pack
            and bonuses.version = calendar_days.version
            and bonuses.calendar = calendar_days.calendar
            and activities.on_day = calendar_days.on_day
    left join gate_stretches
        on
            activities.account_id = gate_stretches.account_id
            and bonuses.market = gate_stretches.market
            and bonuses.pack = gate_stretches.pack
            and bonuses.version = gate_stretches.version
            and bonuses.gate = gate_stretches.gate
            and {{ day_in('activities.on_day', 'gate_stretches.on_day', 'gate_stretches.until_day') }}
            and {{ day_in('activities.on_day', 'gate_stretches.true_from', 'gate_stretches.true_until') }}
    where bonuses.gate is null or gate_stretches.is_open
),

-- A cap lets through what the sum so far has room for; each cap looks at what the one before let through.
earned_up_to_the_cap_of_its_subject as (
    select
        *,
        {{ what_a_cap_lets_through(
            'earned', 'at_most_per_subject', 'market, bonus, period_from, account_id, subject'
        ) }} as within_subject
    from activities_that_are_paid_for
),

earned_up_to_the_cap_of_the_account as (
    select
        *,
        {{ what_a_cap_lets_through(
            'within_subject', 'at_most_per_account', 'market, bonus, period_from, account_id'
        ) }} as within_account
    from earned_up_to_the_cap_of_its_subject
),

earned_up_to_the_budget as (
    select
        *,
        {{ what_a_cap_lets_through('within_account', 'budget', 'market, bonus, period_from') }} as amount
    from earned_up_to_the_cap_of_the_account
)

select
    activity_id,
    account_id,
    market,
    pack,
    version,
    bonus,
    scope,
    period_from,
    on_day,
    earned,
    amount
from earned_up_to_the_budget
