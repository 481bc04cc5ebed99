-- name: time_zones
select market, min(pack), min(timezone)
from {{ schema }}.packs
where timezone is not null
group by market
order by market;
