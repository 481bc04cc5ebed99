-- name: take_closed
insert into samples.qa_keys by name
select * replace ($night as as_of) from {{ released }}
where state != $open
qualify dense_rank() over (partition by item_id order by as_of) = 1;

-- name: take_open
-- An answer is of the account whose the item is, and not of before it was drawn. Of several, the first is the answer:
-- the key is told once it has landed, so that who comes later may know it.
insert into samples.qa_keys by name
with

asked as (
    select * from {{ released }}
    where state = $open
),

answers as (
    select
        asked.item_id,
        arg_min(reviews.review_id, (reviews.landed_night, reviews.reviewed_on, reviews.review_id)) as review_id
    from (select distinct item_id, account_id, drawn_on from asked) as asked
    inner join stg_qa_reviews as reviews
        on
            asked.item_id = reviews.draw_item_id
            and asked.account_id = reviews.account_id
            and asked.drawn_on <= reviews.reviewed_on
    where reviews.reviewed_on <= $night
    group by asked.item_id
)

select
    asked.* replace (
        $night as as_of,
        case
            when answers.review_id is not null then $reviewed
            when asked.drawn_on <= $too_old then $unanswered
            else $open
        end as state,
        case when answers.review_id is not null or asked.drawn_on <= $too_old then $night end as closed_on,
        answers.review_id as review_id
    )
from asked
left join answers using (item_id);

-- name: delete_known
delete from samples.qa_keys
where list_contains($held, market) and coalesce(closed_on, $night) = $night;

-- name: keep
insert into samples.qa_keys by name
select * replace ($night as as_of) from {{ released }}
where list_contains($held, market);

-- name: markets_that_drew
select distinct market from {{ released }}
where drawn_on = $night and not list_contains($held, market)
order by market;

-- name: keep_draws
insert into samples.qa_keys by name
select * from {{ released }}
where drawn_on = $night and not list_contains($held, market);

-- name: left_out
select
    coalesce(sum(without_decisions), 0)::bigint, coalesce(sum(too_large), 0)::bigint,
    coalesce(sum(without_views), 0)::bigint
from samples.frames;

-- name: counted
select
    count(distinct item_id) filter (drawn_on = $night),
    count(distinct item_id) filter (state = $open),
    count(distinct item_id) filter (state = $unanswered and closed_on = $night)
from samples.qa_keys;
