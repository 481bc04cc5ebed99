with

zone_stretches as (
    select * from {{ ref('zone_stretches') }}
),

effects as (
    select * from {{ source('policy', 'effects') }}
),

zones_entered_from_below as (
    select * from zone_stretches
    where strictness > strictness_before
),

measures_that_follow as (
    select
        entered.account_id,
        entered.market,
        entered.programme,
        entered.replay,
        effects.measure,
        effects.measure_strictness,
        effects.scope,
        entered.pack,
        entered.version,
        entered.zone,
        entered.at_least,
        entered.balance_before,
        entered.balance as balance_after,
        entered.on_day as starts_on,
        {{ add_days('entered.on_day', 'effects.days - 1') }} as ends_on,
        entered.true_from,
        entered.true_until
    from zones_entered_from_below as entered
    inner join effects
        on
            entered.market = effects.market
            and entered.pack = effects.pack
            and entered.version = effects.version
            and entered.programme = effects.programme
            and entered.zone = effects.zone
)

select * from measures_that_follow
