-- name: of_accounts
select account_id, market from {{ profiles }}
where account_id in (select unnest($accounts))
order by account_id;

-- name: markets
select distinct market from {{ profiles }}
where market is not null
order by market;
