-- name: time_zones
select market, min(timezone) from policy.packs
where timezone is not null
group by market;
