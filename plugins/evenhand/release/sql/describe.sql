-- name: quarantined
select feed, column_name as "column", rule, remedy, count(*) as rows from quarantine.rows
group by all
order by all;

-- name: words_without_effect
select feed, market, column_name as "column", word, coalesce(nearest, '') as nearest, rows
from arrivals.words_without_effect as words
order by feed asc, market asc, column_name asc, words.rows desc, word asc;

-- name: held_back
select list, market, rule, remedy, count(distinct row_key) as rows from gate.held_rows
group by all
order by all;

-- name: kept
with

counted as (
    select 'penalties' as list, market, 1 as kept, 0 as in_force from {{ penalties }}
    union all
    select 'rewards' as list, market, 1 as kept, 0 as in_force from {{ rewards }}
    union all
    select 'penalties' as list, market, 0 as kept, 1 as in_force from wanted.penalties
    where coalesce(starts_on, $night) <= $night and coalesce(ends_on, $night) >= $night
    union all
    select 'rewards' as list, market, 0 as kept, 1 as in_force from wanted.rewards
    where coalesce(starts_on, $night) <= $night and coalesce(ends_on, $night) >= $night
)

select list, market, cast(sum(kept) as bigint) as kept, cast(sum(in_force) as bigint) as in_force from counted
group by all;

-- name: held_lists
select
    held.* exclude (approvable, by_policy, changed_by),
    count(row_key) as first_wave,
    coalesce(kept, 0) as kept,
    coalesce(in_force, 0) as in_force
from gate.held_lists as held
left join gate.first_wave using (list, market)
left join ({{ kept }}) as counted using (list, market)
group by all
order by list, market;

-- name: held_markets
select
    held.*,
    cast(coalesce(sum(kept), 0) as bigint) as kept,
    cast(coalesce(sum(in_force), 0) as bigint) as in_force
from gate.held_markets as held
left join ({{ kept }}) as counted using (market)
group by all
order by all;

-- name: causes
-- What is held, or reversed, didn't happen.
select
    list, cause,
    count(*) filter (change = 'added') as added,
    count(*) filter (change = 'removed') as removed,
    count(*) filter (change = 'changed') as changed
from wanted.changes
where not is_held
group by all
order by all;

-- name: zones
select programme, zone, count(*) as accounts from main.account_standings
group by programme, zone, zone_rank
order by programme, zone_rank;

-- name: penalty_changes
-- What is released against what was released last: whatever is held, reversed or released for the first time.
with

rows_of_tonight as (select row_key, measure, row_key as key from {{ tonight }}),

rows_before as (select row_key, measure, row_key as key from {{ before }})

select
    measure,
    count(*) filter (last.key is null) as new,
    count(*) filter (now.key is not null and last.key is not null) as kept,
    count(*) filter (now.key is null) as ended
from rows_of_tonight as now
full join rows_before as last using (row_key, measure)
group by measure
order by measure;

-- name: stages
select coalesce(stage, 'none') as stage, count(*) as accounts from main.account_profiles
group by all
order by all;

-- name: metrics
select metric, cast(figure as varchar) as figure, is_enough
from (from {{ metrics }})
where market = 'all' and slice = ''
order by metric;

-- name: notices
select list, event, count(*) as notices from main.notices
group by all
order by all;

-- name: forgotten
select landed_file as file, sha256, forgotten_by as by, approved_by, why from landing.forgotten
order by all;

-- name: approved_receivers
select receiver, case when held.market is null then config else before end
from gate.receivers
left join (
    select * from gate.held_lists
    where list = $deliveries and answer != 'approved'
) as held on receiver = held.market
order by receiver;

-- name: approved_budgets
select market, items
from (
    select market, case when held.market is null then budget else approved end as items
    from samples.review_budgets as budgets
    left join (
        select market from gate.held_lists
        where list = $items and answer != 'approved'
    ) as held using (market)
)
where items is not null
order by market;

-- name: feed_counts
-- Lines that can't be read are no rows of a file, and are in quarantine.
select
    (
        select cast(coalesce(sum(rows), 0) as bigint) from landing.files
        where feed = $feed
    ) + (
        select count(*) from landing.bad_rows
        where feed = $feed and column_name = ''
    ) as known,
    (select count(*) from accepted.{{ feed }}) as accepted,
    (
        select count(distinct row(landed_file, landed_row)) from quarantine.rows
        where feed = $feed
    ) as quarantined;
