with

measures_in_force as (
    select * from {{ ref('int_measures_in_force') }}
),

tonight as (
    select * from measures_in_force
    where as_of = {{ night() }} and list = 'penalties'
),

last_night as (
    select * from measures_in_force
    where as_of = {{ add_days(night(), -1) }} and list = 'penalties'
),

tonight_beside_last_night as (
    select
        coalesce(tonight.row_key, last_night.row_key) as row_key,
        {{ market_now('coalesce(tonight.market, last_night.market)') }} as market,
        coalesce(tonight.measure, last_night.measure) as measure,
        case
            when last_night.row_key is null then 'new'
            when tonight.row_key is null then 'ended'
            else 'kept'
        end as change
    from tonight
    full outer join last_night
        on
            tonight.row_key = last_night.row_key
            and tonight.measure = last_night.measure
)

select * from tonight_beside_last_night
