with

zone_periods as (
    select * from {{ ref('int_zone_periods') }}
    where {{ day_in(night(), 'known_from', 'known_until') }}
),

rewards as (
    select * from {{ rules('rewards') }}
    where not is_recent
),

eligibility_periods as (
    select * from {{ ref('int_eligibility_periods') }}
    where is_open and {{ day_in(night(), 'known_from', 'known_until') }}
),

eligibility_effects as (
    select * from {{ rules('eligibility_effects') }}
    where list = 'rewards' and not is_recent
),

measure_periods as (
    select * from {{ ref('int_measure_periods') }}
    where list = 'rewards' and {{ day_in(night(), 'known_from', 'known_until') }}
),

programmes as (
    select * from {{ rules('programmes') }}
),

creators as (
    select * from {{ ref('stg_creators') }}
),

violation_cases as (
    select * from {{ ref('int_violation_cases') }}
    where decided_on is not null
),

account_days as (
    select * from {{ ref('int_account_days') }}
),

-- As it is believed tonight: what a zone brings while an account is in it, what being eligible does, and what lasts as
-- long as it says itself.
periods_of_rewards as (
    select
        zone_periods.account_id,
        rewards.reward,
        zone_periods.from_day,
        zone_periods.until_day
    from zone_periods
    inner join rewards
        on
            zone_periods.edition_id = rewards.edition_id
            and zone_periods.programme = rewards.programme
            and zone_periods.zone = rewards.zone
    union all
    select
        eligibility_periods.account_id,
        effects.measure as reward,
        eligibility_periods.from_day,
        eligibility_periods.until_day
    from eligibility_periods
    inner join eligibility_effects as effects
        on
            eligibility_periods.edition_id = effects.edition_id
            and eligibility_periods.eligibility = effects.eligibility
    union all
    select
        measure_periods.account_id,
        measure_periods.measure as reward,
        greatest(measure_periods.starts_on, measure_periods.in_force_from) as from_day,
        measure_periods.in_force_until as until_day
    from measure_periods
    left join programmes
        on
            measure_periods.edition_id = programmes.edition_id
            and measure_periods.programme = programmes.programme
    -- Since when is not known of what is looked at for some weeks only.
    where not coalesce(programmes.is_recent, false)
),

-- A week before and a week from it on are both within the four weeks that orders are counted for.
beginnings as (
    select distinct
        periods.account_id,
        creators.market,
        periods.reward,
        periods.from_day as begins_on
    from periods_of_rewards as periods
    inner join creators on periods.account_id = creators.account_id
    where
        periods.from_day >= {{ add_days(night(), -20) }}
        and periods.from_day <= {{ add_days(night(), -6) }}
        and creators.onboarded_on <= {{ add_days('periods.from_day', -7) }}
),

beginnings_that_nothing_went_before as (
    select beginnings.*
    from beginnings
    anti join periods_of_rewards as before_it
        on
            beginnings.account_id = before_it.account_id
            and beginnings.reward = before_it.reward
            and beginnings.begins_on > before_it.from_day
            and beginnings.begins_on <= coalesce(before_it.until_day, cast('9999-12-31' as date))
),

-- Of two beginnings within the days that are compared, the first: the other's days before are after it.
first_beginnings as (
    select *
    from beginnings_that_nothing_went_before
    qualify row_number() over (partition by account_id, reward order by begins_on) = 1
),

violations_beside as (
    select
        begun.account_id,
        begun.reward,
        count(case when violation_cases.decided_on < begun.begins_on then 1 end) as violations_before,
        count(case when violation_cases.decided_on >= begun.begins_on then 1 end) as violations_after
    from first_beginnings as begun
    inner join violation_cases
        on
            begun.account_id = violation_cases.account_id
            and violation_cases.decided_on >= {{ add_days('begun.begins_on', -7) }}
            and violation_cases.decided_on < {{ add_days('begun.begins_on', 7) }}
    group by begun.account_id, begun.reward
),

sales_beside as (
    select
        begun.account_id,
        begun.reward,
        sum(case when account_days.on_day < begun.begins_on then account_days.amount else 0 end) as sales_before,
        sum(case when account_days.on_day >= begun.begins_on then account_days.amount else 0 end) as sales_after
    from first_beginnings as begun
    inner join account_days
        on
            begun.account_id = account_days.account_id
            and account_days.on_day >= {{ add_days('begun.begins_on', -7) }}
            and account_days.on_day < {{ add_days('begun.begins_on', 7) }}
    group by begun.account_id, begun.reward
)

select
    {{ night() }} as as_of,
    begun.account_id,
    begun.market,
    begun.reward,
    begun.begins_on,
    coalesce(violations.violations_before, 0) as violations_before,
    coalesce(violations.violations_after, 0) as violations_after,
    {{ as_amount('coalesce(sales.sales_before, 0)') }} as sales_before,
    {{ as_amount('coalesce(sales.sales_after, 0)') }} as sales_after
from first_beginnings as begun
left join violations_beside as violations
    on begun.account_id = violations.account_id and begun.reward = violations.reward
left join sales_beside as sales
    on begun.account_id = sales.account_id and begun.reward = sales.reward
