-- Orders, each by a content or a live of that day where there was one, and what becomes of them.
create or replace table sold as
with

counted as (
    select
        *,
        cast(floor(0.2 * size * season * campaign + draw(account_id || day_no, 'orders')) as integer) as orders
    from presence
),

placed as (
    select *, unnest(range(orders)) as order_no
    from counted
    where orders > 0
),

attributed as (
    select
        placed.account_id || '-o' || placed.day_no || '-' || placed.order_no as order_id,
        placed.account_id,
        placed.market,
        placed.day as ordered_on,
        case when placed.order_no % 2 = 0 then contents.content_id end as content_id,
        case when placed.order_no % 2 = 1 then lives.live_id end as live_id
    from placed
    left join contents on placed.account_id || '-v' || placed.day_no || '-0' = contents.content_id
    left join lives on placed.account_id || '-l' || placed.day_no = lives.live_id
)

select
    attributed.*,
    cast(people.price * (0.2 + 0.4 * pow(draw(order_id, 'amount') + 1e-3, -0.4)) as decimal(18, 2)) as amount,
    case
        when draw(order_id, 'becomes') < 0.90 then 'delivered'
        when draw(order_id, 'becomes') < 0.95 then 'cancelled'
        when draw(order_id, 'becomes') < 0.99 then 'refunded'
        else 'disputed'
    end as becomes,
    ordered_on + 1 + cast(floor(draw(order_id, 'days') * 6) as integer) as becomes_on
from attributed
inner join people on attributed.account_id = people.account_id;
