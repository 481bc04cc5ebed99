-- name: counted
select market, count(*) from {{ rows }}
where {{ is_counted }} and market is not null
group by market
order by market;
