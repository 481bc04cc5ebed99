-- name: causes
select cause, count(*) from gate.changes
group by all
order by all;

-- name: days_that_changed_rows
select distinct
    list, market,
    day || ' has come, which version ' || version || ' of ' || pack || ' names as a first or a last day' as said
from gate.changes
inner join gate.days_come using (market)
where 'policy' in (cause, text_of)
order by all;

-- name: not_compared
select night, string_agg("column", ', ' order by "column") from gate.not_compared
group by night
order by night;

-- name: limits
-- Each as the strictest of the market's packs says; what none of them says is as it is without them.
select
    market,
    coalesce(min(usual_spreads), $usual_spreads) as usual_spreads,
    coalesce(min(share_changed), $share_changed) as share_changed,
    coalesce(min(same_event_twice), $same_event_twice) as same_event_twice
from policy.limits
where effective_from <= $night and (effective_before is null or effective_before > $night)
group by market;
