-- name: penalty_events
select on_day, event, about, told from {{ rows }}
where account_id = $account and event in ('penalty_begins', 'penalty_ends', 'penalty_reversed')
order by on_day, step;
