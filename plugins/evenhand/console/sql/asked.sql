-- name: markets
select distinct market from {{ rows }}
where market is not null
order by market;
