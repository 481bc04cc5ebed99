-- name: reviewed
-- All items of a penalty are known of the draws of these weeks, whenever they were closed.
select
    keys.market, keys.account_id, keys.unit_id, keys.measure, keys.drawn_on, keys.probability,
    case when bool_and(keys.needs_each) then count(distinct keys.subject) else 1 end as decisions,
    list(distinct keys.subject order by keys.subject) filter (not reviews.is_violation) as wrong
from samples.qa_keys as keys
left join (
    select * from stg_qa_reviews
    where coalesce(blind, true)
) as reviews using (review_id)
where keys.stratum = 'penalties' and keys.round = 1 and keys.drawn_on > $since
group by keys.market, keys.account_id, keys.unit_id, keys.measure, keys.drawn_on, keys.probability
having count(reviews.is_violation) = count(*)
order by keys.drawn_on, keys.unit_id;

-- name: in_force
select distinct row_key, measure, as_of from main.int_measures_in_force
where list = 'penalties' and is_asked;
