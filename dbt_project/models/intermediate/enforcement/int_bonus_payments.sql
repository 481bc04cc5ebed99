with

creators as (
    select * from {{ ref('stg_creators') }}
),

activities as (
    select * from {{ ref('int_activities') }}
),

eligibility_periods as (
    select * from {{ ref('int_eligibility_periods') }}
),

calendar_days as (
    select * from {{ ref('int_calendar_days') }}
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
            and {{ in_effect_on('bonuses', 'activities.on_day') }}
    inner join calendar_days
        on
            bonuses.market = calendar_days.market
            and bonuses.pack = calendar_days.pack
            and bonuses.version = calendar_days.version
            and bonuses.calendar = calendar_days.calendar
            and activities.on_day = calendar_days.on_day
    left join eligibility_periods
        on
            activities.account_id = eligibility_periods.account_id
            and bonuses.market = eligibility_periods.market
            and bonuses.pack = eligibility_periods.pack
            and bonuses.version = eligibility_periods.version
            and bonuses.eligibility = eligibility_periods.eligibility
            and {{ day_in('activities.on_day', 'eligibility_periods.on_day', 'eligibility_periods.until_day') }}
            and {{ day_in('activities.on_day', 'eligibility_periods.known_from', 'eligibility_periods.known_until') }}
    where bonuses.eligibility is null or eligibility_periods.is_open
),

-- A cap lets through what the sum so far has room for; each cap looks at what the one before let through.
earned_up_to_the_cap_of_its_subject as (
    select
        *,
        {{ amount_within_cap(
            'earned', 'at_most_per_subject', 'market, bonus, period_from, account_id, subject'
        ) }} as within_subject
    from activities_that_are_paid_for
),

earned_up_to_the_cap_of_the_account as (
    select
        *,
        {{ amount_within_cap(
            'within_subject', 'at_most_per_account', 'market, bonus, period_from, account_id'
        ) }} as within_account
    from earned_up_to_the_cap_of_its_subject
),

earned_up_to_the_budget as (
    select
        *,
        {{ amount_within_cap('within_account', 'budget', 'market, bonus, period_from') }} as amount
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
