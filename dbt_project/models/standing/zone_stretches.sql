with

change_points as (
    select * from {{ ref('change_points') }}
),

zones as (
    select * from {{ source('policy', 'zones') }}
),

zones_reached_by_the_balance as (
    select
        change_points.*,
        zones.pack,
        zones.version,
        zones.zone,
        zones.strictness,
        zones.at_least
    from change_points
    inner join zones
        on
            change_points.market = zones.market
            and change_points.programme = zones.programme
            and {{ judges('zones', 'change_points.on_day') }}
            and (zones.at_least is null or change_points.balance >= zones.at_least)
    qualify row_number() over (
        partition by change_points.account_id, change_points.programme, change_points.replay, change_points.on_day
        order by zones.strictness desc
    ) = 1
),

stretches_with_what_was_before as (
    select
        *,
        lag(balance, 1, 0) over (partition by account_id, programme, replay order by on_day) as balance_before,
        lag(strictness, 1, 0) over (partition by account_id, programme, replay order by on_day) as strictness_before
    from zones_reached_by_the_balance
)

select * from stretches_with_what_was_before
