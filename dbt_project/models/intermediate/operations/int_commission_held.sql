with

penalty_periods as (
    select * from {{ ref('int_penalty_periods') }}
),

orders as (
    select * from {{ ref('stg_orders') }}
    -- Of what was cancelled or refunded nothing is earned.
    where {{ in_metric_window('ordered_on') }} and status not in ('cancelled', 'refunded')
),

-- What holds commission in one of a market's packs holds it, whichever pack brings it.
measures_that_hold_commission as (
    select distinct
        measures.market,
        measures.measure
    from {{ source('policy', 'measures') }} as measures
    where measures.holds_commission and {{ in_effect_on('measures', night()) }}
),

holds as (
    select
        penalty_periods.account_id,
        penalty_periods.market,
        penalty_periods.measure,
        penalty_periods.market_rank,
        penalty_periods.in_force_from,
        penalty_periods.in_force_until
    from penalty_periods
    inner join measures_that_hold_commission as holding
        on
            penalty_periods.market = holding.market
            and penalty_periods.measure = holding.measure
),

accounts_held_tonight as (
    select distinct account_id
    from holds
    where {{ day_in(night(), 'in_force_from', 'in_force_until') }}
),

-- An order is held once, by the strictest that holds it.
orders_held as (
    select
        orders.order_id,
        orders.account_id,
        holds.market,
        holds.measure,
        orders.ordered_on,
        orders.commission
    from orders
    inner join holds
        on
            orders.account_id = holds.account_id
            and {{ day_in('orders.ordered_on', 'holds.in_force_from', 'holds.in_force_until') }}
    qualify row_number() over (
        partition by orders.order_id
        order by
            holds.market_rank desc nulls last,
            holds.measure asc,
            holds.in_force_until desc nulls first,
            holds.in_force_from asc
    ) = 1
)

select
    orders_held.order_id,
    orders_held.account_id,
    orders_held.market,
    orders_held.measure,
    orders_held.ordered_on,
    {{ as_amount('orders_held.commission') }} as commission,
    tonight.account_id is null as is_given_back
from orders_held
left join accounts_held_tonight as tonight on orders_held.account_id = tonight.account_id
