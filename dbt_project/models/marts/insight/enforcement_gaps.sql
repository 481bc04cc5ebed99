with

violation_cases as (
    select * from {{ ref('int_violation_cases') }}
),

penalty_periods as (
    select * from {{ ref('int_penalty_periods') }}
),

orders as (
    select * from {{ ref('stg_orders') }}
),

-- What stops sales in one of a market's packs stops them, whichever pack brings it.
measures_that_stop_sales as (
    select distinct
        measures.market,
        measures.measure
    from {{ source('policy', 'measures') }} as measures
    where measures.stops_sales and {{ in_effect_on('measures', night()) }}
),

cases_that_went_nowhere as (
    select
        case
            when decided_on is not null then 'decided_not_enforced'
            when enforced_on is not null then 'enforced_not_decided'
            else 'detected_not_decided'
        end as gap,
        account_id,
        market,
        violation_id as row_key,
        violation_id,
        coalesce(decided_on, enforced_on, detected_on) as since
    from violation_cases
    where
        (decided_on is not null and enforced_on is null and is_enforcement_due)
        or (decided_on is null and enforced_on is not null)
        or (decided_on is null and enforced_on is null and is_decision_due)
),

orders_with_the_penalty_that_prevailed as (
    select
        orders.order_id,
        orders.ordered_on,
        orders.amount,
        stretches.account_id,
        stretches.market,
        stretches.programme,
        stretches.scope,
        stretches.measure,
        stretches.in_force_from
    from penalty_periods as stretches
    inner join orders
        on
            stretches.account_id = orders.account_id
            and {{ day_in('orders.ordered_on', 'stretches.in_force_from', 'stretches.in_force_until') }}
    where
        {{ in_metric_window('orders.ordered_on') }}
        and case stretches.scope
            when 'live' then orders.live_id is not null
            when 'short_video' then orders.content_id is not null
            else true
        end
    qualify row_number() over (
        partition by orders.order_id, stretches.scope
        order by
            stretches.market_rank desc,
            stretches.in_force_until desc nulls first,
            stretches.in_force_from asc,
            stretches.programme asc
    ) = 1
),

orders_in_spite_of_a_penalty as (
    select
        'sold_while_penalised' as gap,
        prevailed.account_id,
        prevailed.market,
        prevailed.account_id || '/' || prevailed.programme || '/' || prevailed.scope
        || '/' || prevailed.in_force_from as row_key,
        min(prevailed.ordered_on) as since,
        count(*) as orders,
        sum(prevailed.amount) as amount
    from orders_with_the_penalty_that_prevailed as prevailed
    inner join measures_that_stop_sales as stopping
        on
            prevailed.market = stopping.market
            and prevailed.measure = stopping.measure
    group by
        prevailed.account_id, prevailed.market, prevailed.programme, prevailed.scope, prevailed.in_force_from
),

all_gaps as (
    select
        gap,
        account_id,
        market,
        row_key,
        violation_id,
        since,
        cast(null as bigint) as orders,
        cast(null as decimal(18, 2)) as amount
    from cases_that_went_nowhere
    union all
    select
        gap,
        account_id,
        market,
        row_key,
        cast(null as varchar) as violation_id,
        since,
        orders,
        {{ as_amount('amount') }} as amount
    from orders_in_spite_of_a_penalty
)

select * from all_gaps
