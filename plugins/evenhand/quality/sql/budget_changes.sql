-- name: budget_changes
with

of_nights as (
    select market, drawn_on, count(distinct item_id) as items
    from samples.qa_keys
    group by all
)

select
    market, approved, budget, would_draw,
    coalesce(max(items) filter (drawn_on = $night), 0) as tonight,
    count(items) filter (drawn_on < $night) as nights,
    min(items) filter (drawn_on < $night) as fewest,
    max(items) filter (drawn_on < $night) as most
from samples.review_budgets
left join (
    select * from of_nights
    where drawn_on >= $night - 7
) as of_last_nights using (market)
where approved is distinct from budget
group by all
order by market;
