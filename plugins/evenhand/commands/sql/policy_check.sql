-- name: accounts_of_markets
select market, list(distinct account_id) from {{ rows }}
where market is not null
group by market;
