with

landed_rows as (
    select * from {{ source('arrivals', 'landed_rows') }}
),

-- What is of no account that anybody knows is of no market.
landed_rows_of_markets as (
    select
        landed_night,
        feed,
        market,
        {{ as_amount('rows_landed') }} as rows_landed,
        {{ as_amount('rows_without_effect') }} as rows_without_effect
    from landed_rows
    where market <> ''
)

select * from landed_rows_of_markets
