with

programme_values as (
    select * from {{ ref('int_programme_values') }}
),

programmes as (
    select * from {{ source('policy', 'programmes') }}
    where evaluated is not null
),

calendar_days as (
    select * from {{ ref('int_calendar_days') }}
),

readings_looked_at_every_night as (
    select programme_values.*
    from programme_values
    anti join programmes
        on
            programme_values.market = programmes.market
            and programme_values.pack = programmes.pack
            and programme_values.version = programmes.version
            and programme_values.programme = programmes.programme
),

readings_with_the_day_they_are_looked_at as (
    select
        programme_values.* exclude (until_day),  -- noqa: RF02
        case
            when calendar_days.period_from = programme_values.on_day then programme_values.on_day
            else calendar_days.period_until
        end as looked_at_on
    from programme_values
    inner join programmes
        on
            programme_values.market = programmes.market
            and programme_values.pack = programmes.pack
            and programme_values.version = programmes.version
            and programme_values.programme = programmes.programme
    inner join calendar_days
        on
            programmes.market = calendar_days.market
            and programmes.pack = calendar_days.pack
            and programmes.version = calendar_days.version
            and programmes.evaluated = calendar_days.calendar
            and greatest(programme_values.on_day, cast('2015-01-01' as date)) = calendar_days.on_day
),

last_reading_before_each_look as (
    select
        * exclude (value_before),
        min_by(value_before, on_day) over (
            partition by account_id, programme, balance_of, history_version, pack, version, looked_at_on
        ) as value_before
    from readings_with_the_day_they_are_looked_at
    qualify row_number() over (
        partition by account_id, programme, balance_of, history_version, pack, version, looked_at_on
        order by on_day desc
    ) = 1
),

readings_that_hold_until_the_next_look as (
    select
        account_id,  -- noqa: RF02
        looked_at.market,
        programme,  -- noqa: RF02
        balance_of,  -- noqa: RF02
        history_version,  -- noqa: RF02
        known_from,  -- noqa: RF02
        known_until,  -- noqa: RF02
        looked_at_on as on_day,  -- noqa: RF02
        coalesce(
            lead(looked_at_on) over looks_in_order, {{ add_days('packs.effective_until', 1) }}  -- noqa: RF02
        ) as until_day,
        looked_at.pack,
        looked_at.version,
        value,  -- noqa: RF02
        case  -- noqa: RF02
            when lag(looked_at_on) over looks_in_order is null then value_before  -- noqa: RF02
            else lag(value) over looks_in_order  -- noqa: RF02
        end as value_before
    from last_reading_before_each_look as looked_at
    inner join {{ source('policy', 'packs') }} as packs
        on
            looked_at.market = packs.market
            and looked_at.pack = packs.pack
            and looked_at.version = packs.version
    window
        looks_in_order as (
            partition by account_id, programme, balance_of, history_version, looked_at.pack, looked_at.version
            order by looked_at_on
        )
)

select * from readings_looked_at_every_night
union all
select * from readings_that_hold_until_the_next_look
