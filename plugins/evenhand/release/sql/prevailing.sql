-- name: with_what_prevails
select
    penalties.*,
    row_number() over (
        partition by account_id, scope
        order by
            coalesce(in_force.market_rank, ranks.market_rank, -1) desc, ends_on desc nulls first,
            starts_on asc nulls last, programme asc
    ) = 1 as prevails
from ({{ rows }}) as penalties
left join (
    select row_key, measure, market_rank from main.int_measures_in_force
    where list = 'penalties' and as_of = cast({{ night }} as date)
) as in_force using (row_key, measure)
left join (
    select market, measure, max(coalesce(order_rank, 100000 + measure_rank)) as market_rank
    from policy.measures
    left join policy.measures_order using (market, measure)
    where
        effective_from <= cast({{ night }} as date)
        and (effective_before is null or effective_before > cast({{ night }} as date))
    group by market, measure
) as ranks using (market, measure);
