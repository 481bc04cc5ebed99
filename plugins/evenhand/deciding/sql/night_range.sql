-- name: ask
insert into policy.asked_nights by name
select distinct unnest(cast($nights as date[])) as night, true as lists_alone
order by all;

-- name: rows_in_force
-- A row of a list on each night that the models were asked about, with what is done to the account.
select
    'penalties' as list, split_part(market, '/', 1) as market, account_id, programme, as_of, row_key, measure, scope,
    cast(null as decimal(18, 2)) as amount, starts_on, ends_on, prevails
from main.int_measures_in_force
where list = 'penalties' and is_asked
union all
select
    'rewards', split_part(market, '/', 1), account_id, programme, as_of, row_key, reward, scope, amount, starts_on,
    ends_on, null
from main.int_rewards_in_force;

-- name: of_who_had_landed
-- Who hadn't landed yet wasn't there: no account is born before its first row.
select listed.* from ({{ rows }}) as listed
inner join (
    select account_id, min(landed_night) as known_from from candidates.creators
    group by account_id
) as known
    on listed.account_id = known.account_id and listed.as_of >= known.known_from;

-- name: penalties
create or replace table history.penalties as
select
    as_of, row_key, account_id, market, programme, scope, measure, starts_on, ends_on,
    cast(null as varchar) as reason_id, prevails
from ({{ listed }})
where list = 'penalties';

-- name: rewards
create or replace table history.rewards as
select
    as_of, row_key, account_id, market, programme, scope, measure as reward, amount, starts_on, ends_on,
    cast(null as varchar) as reason_id
from ({{ listed }})
where list = 'rewards';

-- name: zones
create or replace table history.zones as
select as_of, programme, zone, zone_rank, count(*) as accounts
from ({{ listed }})
group by all;

-- name: rows_that_count
select landed_night, landed_file, landed_row, {{ columns }} from {{ candidates }}
anti join (
    select landed_file, landed_row from {{ bad }}
    where feed = $feed
) using (landed_file, landed_row)
where
    account_id not in (
        select account_id from {{ held_accounts }}
        where is_set_aside
    );

-- name: lay_counted
create temp table counted as
select {{ rows_with_days }} from ({{ rows_that_count }})
order by landed_night;

-- name: narrow
-- Of each row what says which is the newest, and no more of it: the whole rows would be sorted by each comparison.
select rowid as counted_row, {{ key }}, landed_night, try_cast(updated_at as timestamptz) as updated_at
from temp.counted;

-- name: lay_versions
create table {{ versions }} as
with

newest as (
    select
        counted_row,
        lead(landed_night) over (partition by {{ key }} order by landed_night) as known_before
    from ({{ newest_of_each_night }})
)

select counted.*, newest.known_before
from temp.counted as counted
inner join newest on counted.rowid = newest.counted_row;

-- name: known_versions
select landed_night, landed_file, landed_row, {{ columns }} from {{ versions }}
where landed_night <= (select night from versions.asked);

-- name: newest_known
select landed_night, landed_file, landed_row, {{ columns }} from {{ versions }}
where
    landed_night <= (select night from versions.asked)
    and (known_before is null or known_before > (select night from versions.asked))
    and withdrawn is null;
