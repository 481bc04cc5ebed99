-- name: choices
select distinct {{ choice }} from {{ profiles }}
where market = $market and {{ choice }} is not null
order by {{ choice }};
