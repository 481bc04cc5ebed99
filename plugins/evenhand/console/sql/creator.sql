-- name: called
select distinct account_id from {{ rows }}
where {{ called }} = $words
order by account_id
limit $most;

-- name: with_it_in_a_name
select account_id from {{ profiles }}
where contains(lower(account_id), lower($words))
order by account_id
limit $most;
