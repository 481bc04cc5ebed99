-- name: markets_of_packs
create or replace table candidates.markets as
select distinct market from policy.packs
union
select unnest(cast($known as varchar[])) as market
order by market;

-- name: markets_of_accounts
-- Nobody decides, and an account can be in any.
create or replace table candidates.markets as
select distinct market from landing.creators
where market is not null
order by market;

-- name: markets_without_rules
select market, count(*) from accepted.creators
where
    market in (select market from policy.packs)
    and market not in (
        select market from policy.packs
        where effective_from <= $night and coalesce(effective_before, date '9999-12-31') > $night
    )
group by market
order by market;

-- name: kind_of_table
select table_type from information_schema.tables
where table_schema = 'candidates' and table_name = $feed;

-- name: repeated
-- The rows that say what an earlier row of their night says; only those that share their key are compared.
select landed_file, landed_row from {{ landed }} as rows
semi join (
    select same.landed_night, same.{{ key }} from {{ landed }} as same
    group by all
    having count(*) > 1
) as shared on rows.landed_night = shared.landed_night and rows.{{ key }} is not distinct from shared.{{ key }}
qualify row_number() over (partition by landed_night, {{ columns }} order by landed_file, landed_row) > 1;

-- name: none_repeated
select '' as landed_file, 0 as landed_row
where false;

-- name: candidates
create table {{ candidates }} as
with

repeated as (select * from ({{ repeated_rows }}))

select landed_night, landed_file, landed_row, {{ columns }}
from {{ source }}
anti join repeated using (landed_file, landed_row)
where landed_night <= $night
order by landed_night, landed_file, landed_row;

-- name: as_landed
create view {{ candidates }} as
select landed_night, landed_file, landed_row, {{ columns }}
from {{ source }}
where landed_night <= cast({{ night }} as date);

-- name: creators_with_time_zones
select rows.*, moments, {{ zone }} as time_zone
from landing.creators as rows
inner join landing.files using (landed_file);

-- name: with_time_zones
-- The market is that which the account was in when the row landed.
select rows.*, moments, {{ zone }} as time_zone
from {{ landed }} as rows
inner join landing.files using (landed_file)
asof left join (
    select {{ account }} as of_account, landed_night as since, max(market) as market
    from landing.creators
    where account_id is not null
    group by all
) as creators on of_account = {{ account_of_row }} and since <= rows.landed_night;
