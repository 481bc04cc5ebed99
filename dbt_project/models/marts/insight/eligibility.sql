with

eligibility_periods as (
    select * from {{ ref('int_eligibility_periods') }}
),

eligibility_on_the_night as (
    select
        {{ night() }} as as_of,
        stretches.account_id,
        {{ market_now('stretches.market') }} as market,
        stretches.eligibility,
        stretches.is_open,
        array_to_string(stretches.failed, ', ') as failed_conditions
    from eligibility_periods as stretches
    where
        {{ day_in(night(), 'stretches.from_day', 'stretches.until_day') }}
        and {{ day_in(night(), 'stretches.known_from', 'stretches.known_until') }}
)

select * from eligibility_on_the_night
