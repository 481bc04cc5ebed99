-- name: rules
select * from policy.{{ table }}
where
    market = $market
    and effective_from <= $night
    and (effective_before is null or $night < effective_before)
    and {{ which }}
order by all;
