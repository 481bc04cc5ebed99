-- name: create_changes
create or replace table gate.changes (
    list varchar,
    row_key varchar,
    account_id varchar,
    market varchar,
    programme varchar,
    scope varchar,
    measure varchar,
    change varchar,
    cause varchar,
    reason_id varchar,
    columns varchar[],
    text_of varchar,
    content varchar
);

-- name: create_not_compared
create or replace table gate.not_compared ("column" varchar, night date);

-- name: create_days_come
create or replace table gate.days_come (market varchar, pack varchar, version integer, day date);

-- name: create_left_by_time
create or replace table gate.left_by_time (
    list varchar, market varchar, programme varchar, measure varchar, rows bigint
);

-- name: create_late_money
create or replace table gate.late_money (
    market varchar,
    programme varchar,
    account_id varchar,
    paid decimal(18, 2),
    left_of_it decimal(18, 2),
    landed_file varchar,
    -- What is taken of the programme in the market, in words.
    taken varchar
);

-- name: create_changed_by_code
create or replace table gate.changed_by_code (list varchar, market varchar, row_key varchar);

-- name: all_is_data
insert into gate.changes
select
    list, row_key, account_id, market, programme, scope, measure, 'added', 'data', reason, [], '',
    md5(cast({{ all_of_it }} as varchar))
from ({{ rows }})
order by list, row_key;

-- name: days_come
insert into gate.days_come
select come.*
from scratch.steps.days_come as come
anti join gate.days_come as known using (market, pack, version, day)
order by all;

-- name: entries_then
-- Models of an earlier version call what appeals made of an amount otherwise.
create table steps.entries_then as
select columns('^(entry_id|account_id|amount|adjusted_.*|voided_on)$') from {{ ledger }}
where violation_id is not null;

-- name: corrected
insert into steps.corrected
with

otherwise as (
    select columns('^(entry_id|account_id|amount|adjusted_.*|voided_on)$') from steps.entries_then
    except all
    select columns('^(entry_id|account_id|amount|adjusted_.*|voided_on)$') from {{ ledger }}
    where violation_id is not null
)

select distinct account_id from otherwise;

-- name: files_until
select landed_file, sha256 from tonight.landing.files
where night <= $night;
