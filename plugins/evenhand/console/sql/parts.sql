-- name: zones
select market, programme, zone, count(*) as accounts from {{ rows }}
where market is not null
group by market, programme, zone, zone_rank
order by programme, zone_rank, zone, market;

-- name: stages
select market, coalesce(stage, 'none') as stage, count(*) as accounts from {{ rows }}
group by all
order by all;
