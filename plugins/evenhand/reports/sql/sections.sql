-- What is asked here stands in reports, in one line: no statement has a comment in it.
-- noqa: disable=AM03,AM05,ST09

-- name: of_markets
select market, {{ columns }} from ({{ rows }})
where night in ({{ night }}, {{ before }}) and {{ of_markets }}
group by market
order by market;

-- name: of_measures
select
    measure,
    count(*) filter (is_now) as in_force,
    count(*) filter (is_now and not was_then) as new,
    count(*) filter (was_then and not is_now) as ended
from (
    select
        measure, row_key, bool_or(night = {{ night }}) as is_now,
        coalesce(bool_or(night = {{ before }}), false) as was_then
    from penalties
    where night in ({{ night }}, {{ before }}) and {{ of_markets }}
    group by all
)
group by measure
order by in_force desc, measure;

-- name: of_causes
select
    list, cause, count(*) filter (change = 'added') as added, count(*) filter (change = 'removed') as removed,
    count(*) filter (change = 'changed') as changed
from changes
where night between {{ first }} and {{ night }} and {{ of_markets }} and not is_held
group by list, cause
order by list, cause;

-- name: of_zones
select
    programme, zone, count(*) filter (night = {{ night }}) as accounts,
    count(*) filter (night = {{ night }}) - count(*) filter (night = {{ before }}) as more
from standings
where night in ({{ night }}, {{ before }}) and {{ of_markets }} and zone != 'any'
group by programme, zone
order by programme, max(zone_rank), zone;

-- name: of_nights
select
    releases.night,
    count(*) filter (is_now) as in_force,
    count(*) filter (is_now and not was_then) as new,
    count(*) filter (was_then and not is_now) as ended
from releases
left join (
    select
        each.night, row_key, bool_or(rows.night = each.night) as is_now,
        coalesce(bool_or(rows.night = each.before), false) as was_then
    from releases as each
    join penalties as rows on rows.night in (each.night, each.before)
    where {{ of_markets }}
    group by all
) as counted using (night)
where releases.night between {{ first }} and {{ night }}
group by releases.night
order by releases.night;

-- name: of_appeals
select
    market,
    count(*) filter (what = 'violation' and decided_on between {{ first }} and {{ night }}) as violations,
    count(*) filter (what = 'appeal' and filed_on between {{ first }} and {{ night }}) as filed,
    count(*) filter (
        decided_on between {{ first }} and {{ night }} and outcome in ('granted', 'partly_granted', 'denied')
    ) as decided,
    count(*) filter (
        decided_on between {{ first }} and {{ night }} and outcome in ('granted', 'partly_granted')
    ) as granted,
    count(*) filter (outcome = 'pending') as open
from (
    select 'violation' as what, market, decided_on, null::date as filed_on, null as outcome from account_violations
    where night = {{ night }}
    union all
    select 'appeal', market, decided_on, filed_on, outcome from {{ appeals }}
    where night = {{ night }} and not is_out_of_court
)
where {{ of_markets }}
group by market
order by market;

-- name: of_bonuses
select reward, count(*) as in_force, sum(amount) as amount from rewards
where night = {{ night }} and {{ of_markets }}
group by reward
order by in_force desc, reward;

-- name: metrics
select
    metric, {{ units }},
    max(figure) filter (night = {{ night }} and is_enough) as figure,
    max(figure) filter (night = {{ before }} and is_enough) as figure_then
from operational_metrics
where night in ({{ night }}, {{ before }}) and market = {{ market }} and slice = ''
group by metric
having bool_or(night = {{ night }})
order by metric;

-- name: of_unclear
select market, slice, slice_value, figure, interval_low, interval_high, sample from operational_metrics
where
    night = {{ night }} and {{ of_markets }} and market != 'all' and metric = 'agreement_of_reviewers'
    and slice in ('', 'pack') and is_enough and figure < {{ unclear_below }}
order by market, slice, slice_value;

-- name: of_cases
select
    kind, count(*) as open, count(*) filter (coalesce(owner, '') = '') as of_nobody,
    count(*) filter (days_left < 0) as over, min(due) as next_due
from cases
where state = 'open' and {{ of_markets }}
group by kind
order by over desc, open desc, kind;

-- name: waiting
select list, market, changes, since from held_lists
where
    night = {{ night }} and {{ of_markets }} and answer not in ('approved', 'rejected')
    and list in ('penalties', 'rewards')
order by list, market;
