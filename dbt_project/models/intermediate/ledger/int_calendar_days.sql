with

calendar_periods as (
    select * from {{ source('policy', 'calendar_periods') }}
),

every_day_of_a_period as (
    select
        edition_id,
        calendar,
        cast(unnest(generate_series(
            greatest(period_from, cast('2015-01-01' as date)), {{ add_days('period_until', -1) }}, interval 1 day
        )) as date) as on_day,
        period,
        period_from,
        period_until
    from calendar_periods
)

select * from every_day_of_a_period
