-- name: create_held_lists
create or replace table gate.held_lists (
    list varchar,
    market varchar,
    digest varchar,
    changes bigint,
    why varchar[],
    approvable boolean,
    by_policy boolean,
    changed_by varchar[],
    since date,
    answer varchar,
    answered_by varchar
);

-- name: never_held
create or replace table gate.never_held as
select list, row_key from gate.changes
where cause = $emergency;

-- name: held_markets
create or replace table gate.held_markets as
select distinct market, why, file, line, cast(null as date) as since from held.markets
order by all;

-- name: first_wave
-- Who moved is released as a whole, once neither market's list is held.
insert into gate.first_wave
select list, market, row_key
from gate.changes
anti join gate.never_held using (list, row_key)
where
    list = $list
    and market = $market
    and (list, account_id) not in (select (list, account_id) from gate.kept_accounts)
order by md5(row_key), row_key
limit $rows;

-- name: kept_by_held_lists
create or replace view gate.kept_by_held_lists as
select distinct list, account_id
from gate.kept_accounts
inner join gate.held_lists using (list, market)
where answer != 'approved';

-- name: released_list
create or replace view {{ view }} as
select {{ columns }} from {{ proposed }}
union all
select {{ columns }} from {{ kept }};

-- name: and_holds
create or replace view {{ view }} as
select counted.*, held.list is not null or {{ is_kept }} as is_held
from {{ counted }} as counted
left join (
    select list, market from gate.held_lists
    where answer != 'approved'
    union
    select unnest(['penalties', 'rewards']), market from held.markets
) as held using (list, market);

-- name: all_that_would_change
select row_key, change, cause, measure, reason_id, content, text_of
from gate.changes
anti join gate.never_held using (list, row_key)
where list = $list and market = $market
order by all;
