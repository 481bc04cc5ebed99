-- name: rules
select * from policy.{{ table }}
where
    market = $market
    and effective_from <= $night
    and (effective_before is null or $night < effective_before)
    and {{ which }}
order by all;

-- name: rules_of_all_days
select * from policy.{{ table }}
order by all;

-- name: units
select distinct market, programme, unit from policy.programmes
where unit is not null and effective_from <= $night and (effective_before is null or $night < effective_before)
order by all;
