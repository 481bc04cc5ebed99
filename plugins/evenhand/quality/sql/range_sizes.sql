-- name: accounts_landed
select landed_night as as_of, account_id, {{ are_accounts }} as is_itself from {{ candidates }}
where landed_night between $first and $last;

-- name: write_sizes
create or replace table history.list_sizes as
with

listed as (
    select
        'penalties' as list, as_of, row_key, account_id, market, programme, scope, measure,
        cast(null as decimal(18, 2)) as amount, starts_on, ends_on
    from history.penalties
    union all
    select
        'rewards' as list, as_of, row_key, account_id, market, programme, scope, reward as measure,
        amount, starts_on, ends_on
    from history.rewards
),

now as (
    select *, ({{ acted }}) as acted from listed
    where as_of between $first and $last
),

last as (
    select * replace (as_of + 1 as as_of), ({{ acted }}) as acted from listed
    where as_of < $last
),

landed as (
    select as_of, account_id, bool_or(is_itself) as is_itself
    from ({{ accounts_landed }})
    group by all
),

-- A programme that counts entries changes by what landed where one begins or is voided, and by time where one lapses.
counting as (
    select distinct market, programme from policy.programmes
    where source = 'entries'
),

moved as (
    select distinct as_of, account_id, programme
    from (
        select account_id, programme, unnest([counts_from, voided_on]) as as_of
        from main.int_ledger_entries
    )
    where as_of between $first and $last
),

beside as (
    select
        coalesce(now.as_of, last.as_of) as as_of,
        coalesce(now.list, last.list) as list,
        coalesce(now.market, last.market) as market,
        coalesce(now.programme, last.programme) as programme,
        coalesce(now.measure, last.measure) as measure,
        coalesce(now.account_id, last.account_id) as account_id,
        case
            when last.row_key is null then 'added'
            when now.row_key is null then 'removed'
            when (now.acted is distinct from last.acted) then 'changed'
        end as change,
        coalesce(now.row_key is null and last.ends_on < last.as_of, false) as has_ended
    from now
    full join last
        on
            now.as_of = last.as_of
            and now.list = last.list
            and now.row_key = last.row_key
            and now.market = last.market
),

-- What people imposed and lifted themselves is counted by itself.
changes as (
    select
        beside.*,
        case
            when programme = $emergency then $emergency
            when has_ended then 'time'
            when landed.is_itself then 'data'
            when counting.programme is null and landed.account_id is not null then 'data'
            when counting.programme is not null and moved.account_id is not null then 'data'
            else 'time'
        end as cause
    from beside
    left join landed using (as_of, account_id)
    left join counting using (market, programme)
    left join moved using (as_of, account_id, programme)
    where change is not null
),

counted as (
    select
        as_of, list, market, programme, measure,
        count(*) filter (cause = 'data' and change = 'added') as added,
        count(*) filter (cause = 'data' and change = 'removed') as removed,
        count(*) filter (cause = 'data' and change = 'changed') as changed,
        count(*) filter (cause = 'time' and change = 'added')
        - count(*) filter (cause = 'time' and change = 'removed') as by_time,
        count(*) filter (cause = $emergency and change = 'added')
        - count(*) filter (cause = $emergency and change = 'removed') as by_emergency
    from changes
    group by all
),

rows_now as (
    select as_of, list, market, programme, measure, count(*) as rows from now
    group by all
),

rows_last as (
    select as_of, list, market, programme, measure, count(*) as rows from last
    group by all
)

select
    as_of, list, market, programme, measure,
    coalesce(rows_now.rows, 0) as rows,
    coalesce(rows_last.rows, 0) as released,
    coalesce(by_emergency, 0) as by_emergency,
    coalesce(rows_last.rows, 0) + coalesce(by_time, 0) as left_by_time,
    coalesce(added, 0) as added,
    coalesce(removed, 0) as removed,
    coalesce(changed, 0) as changed,
    false as is_held
from rows_now
full join rows_last using (as_of, list, market, programme, measure)
full join counted using (as_of, list, market, programme, measure)
order by all;

-- name: take_sizes
create or replace table gate.list_sizes as
select * exclude (as_of, is_held) from history.list_sizes
where as_of = $night;

-- name: sizes_before
select as_of as night, * exclude (as_of) from history.list_sizes
where as_of < cast({{ night }} as date);

-- name: beyond
select kind, market, programme, measure, what, number, expected from gate.counts
inner join gate.limits using (market)
where kind != 'feed' and abs(z_score) > usual_spreads;

-- name: unusual
select
    case when measure = '' then '' else programme || ', ' || measure || ': ' end as of_measure,
    kind, market, what, number, expected
from ({{ beyond }})
order by market, kind, programme, measure, what;

-- name: mark_unusual
update history.list_sizes set is_held = true
where as_of = $night and (list, market) in (select (kind, market) from ({{ beyond }}));
