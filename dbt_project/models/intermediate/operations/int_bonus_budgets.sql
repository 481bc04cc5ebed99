with

bonuses as (
    select * from {{ source('policy', 'bonuses') }}
    where effective_from <= {{ night() }}
),

calendar_periods as (
    select * from {{ source('policy', 'calendar_periods') }}
),

bonus_payments as (
    select * from {{ ref('int_bonus_payments') }}
    where as_of = {{ night() }}
),

-- What a bonus paid stays paid where its pack has ended since, and the newest version says what it may pay.
periods_of_the_night as (
    select
        bonuses.market,
        bonuses.bonus,
        bonuses.budget,
        calendar_periods.period_from
    from bonuses
    inner join calendar_periods
        on
            bonuses.edition_id = calendar_periods.edition_id
            and bonuses.calendar = calendar_periods.calendar
            and {{ day_in(night(), 'calendar_periods.period_from', 'calendar_periods.period_until') }}
    where coalesce(bonuses.effective_before > calendar_periods.period_from, true)
    qualify row_number() over (
        partition by bonuses.market, bonuses.bonus order by bonuses.effective_from desc, bonuses.edition_id desc
    ) = 1
),

paid_in_each_period as (
    select
        market,
        bonus,
        period_from,
        sum(amount) as paid
    from bonus_payments
    group by market, bonus, period_from
)

select
    {{ night() }} as as_of,
    periods.market,
    periods.bonus,
    periods.period_from,
    periods.budget,
    {{ as_amount('coalesce(paid.paid, 0)') }} as paid
from periods_of_the_night as periods
left join paid_in_each_period as paid
    on
        periods.market = paid.market
        and periods.bonus = paid.bonus
        and periods.period_from = paid.period_from
