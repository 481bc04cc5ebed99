-- name: owners
select account_id, market from account_profiles
where market is not null
order by account_id;
