-- Longer than other files, for rewards of zones, of eligibility and of bonuses are one list.
with

-- Of programmes whose zones bring something.
standings as (
    select standings.*
    from {{ ref('int_account_standings') }} as standings
    semi join {{ source('policy', 'rewards') }} as brought on standings.programme = brought.programme
),

measures_in_force as (
    select * from {{ ref('int_measures_in_force') }}
),

bonus_payments as (
    select * from {{ ref('int_bonus_payments') }}
),

creators as (
    select * from {{ ref('int_creators_judged') }}
),

account_markets as (
    select * from {{ ref('int_account_markets') }}
),

bonuses as (
    select * from {{ source('policy', 'bonuses') }}
),

rewards as (
    select * from {{ rules('rewards') }}
),

lifts as (
    select * from {{ ref('int_emergencies') }}
    where action = 'lift' and list = 'rewards'
),

-- Versions that follow each other without a gap and bring the same for the same zone.
rewards_with_the_first_day_of_their_versions as (
    select
        * exclude (was_until),
        max(case when was_until is distinct from effective_from then effective_from end) over (
            partition by market, programme, zone, reward, scope
            order by effective_from
            rows between unbounded preceding and current row
        ) as brought_since
    from (
        select
            *,
            lag(effective_before) over (
                partition by market, programme, zone, reward, scope order by effective_from
            ) as was_until
        from rewards
    ) as rewards_beside_the_version_before
),

rewards_of_the_zone as (
    select
        standings.as_of,
        standings.account_id || '/' || standings.programme || '/' || rewards.scope || '/' || rewards.reward as row_key,
        standings.account_id,
        creators.market,
        standings.programme,
        rewards.scope,
        rewards.reward,
        -- The version of its first day brought it.
        coalesce(firsts.edition_id, rewards.edition_id) as edition_id,
        standings.zone,
        'in the zone ' || standings.zone as condition,
        standings.balance,
        cast(null as decimal(18, 2)) as amount,
        case
            when standings.since is not null and not coalesce(rewards.is_recent, false)
                then greatest(standings.since, rewards.brought_since)
        end as starts_on,
        cast(null as date) as ends_on
    from standings
    inner join creators on standings.account_id = creators.account_id
    inner join rewards_with_the_first_day_of_their_versions as rewards
        on
            creators.market = rewards.market
            and standings.programme = rewards.programme
            and standings.zone = rewards.zone
            and {{ in_effect_on('rewards', 'standings.as_of') }}
    left join rewards as firsts
        on
            rewards.market = firsts.market
            and rewards.programme = firsts.programme
            and rewards.zone = firsts.zone
            and rewards.reward = firsts.reward
            and rewards.scope = firsts.scope
            and case
                when standings.since is not null and not rewards.is_recent
                    then greatest(standings.since, rewards.brought_since)
            end >= firsts.effective_from
            and greatest(standings.since, rewards.brought_since)
            < coalesce(firsts.effective_before, cast('9999-12-31' as date))
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
        edition_id,
        zone,
        condition,
        {{ as_number('value_after') }} as balance,
        cast(null as decimal(18, 2)) as amount,
        starts_on,
        ends_on
    from measures_in_force
    where list = 'rewards' and is_asked
),

-- Money that was paid stays paid: a period's row stays in the list when the period is over, and in its market when the
-- account has moved.
money_of_each_period as (
    select
        as_of,
        account_id,
        market,
        bonus,
        scope,
        period_from,
        {{ as_amount('sum(amount)') }} as amount
    from bonus_payments
    group by all
    having sum(amount) > 0
),

money_with_its_first_day as (
    select
        money.*,
        greatest(money.period_from, creators.onboarded_on) as starts_on,
        account_markets.market as first_market
    from money_of_each_period as money
    inner join creators on money.account_id = creators.account_id
    inner join account_markets
        on
            money.account_id = account_markets.account_id
            and account_markets.from_day = cast('0001-01-01' as date)
),

-- The version of the first day; where that had no such bonus, the next one that has, and else the last one that had it:
-- who joins when it is over is paid for what came before all the same.
money_with_the_version_of_its_first_day as (
    select
        money.*,
        bonuses.edition_id
    from money_with_its_first_day as money
    inner join bonuses
        on
            money.market = bonuses.market
            and money.bonus = bonuses.bonus
    qualify row_number() over (
        partition by money.as_of, money.account_id, money.market, money.bonus, money.scope, money.period_from
        order by
            coalesce(bonuses.effective_before <= money.starts_on, false) asc,
            case when bonuses.effective_before <= money.starts_on then bonuses.effective_from end desc,
            bonuses.effective_from asc,
            bonuses.pack asc,
            bonuses.version asc
    ) = 1
),

bonuses_of_each_period as (
    select
        as_of,
        -- An account can be paid for one period in two markets.
        account_id || '/' || bonus || '/' || scope || '/' || period_from
        || case when market = first_market then '' else '/' || market end as row_key,
        account_id,
        market,
        bonus as programme,
        scope,
        bonus as reward,
        edition_id,
        cast(period_from as varchar) as zone,
        -- The amount is part of what a reason says, so that another amount has another reason.
        {{ plain_number('amount') }} || ' for the period from ' || period_from as condition,
        cast(null as decimal(18, 4)) as balance,
        amount,
        starts_on,
        cast(null as date) as ends_on
    from money_with_the_version_of_its_first_day
),

rewards_in_force as (
    select * from rewards_of_the_zone
    union all
    select * from rewards_of_zones_and_eligibility
    union all
    select * from bonuses_of_each_period
)

select
    rewards_in_force.* replace (
        case
            when rewards_in_force.programme = 'emergency' then rewards_in_force.starts_on
            when rewards_in_force.starts_on < creators.onboarded_on then creators.onboarded_on
            else rewards_in_force.starts_on
        end as starts_on
    )
from rewards_in_force
inner join creators on rewards_in_force.account_id = creators.account_id
