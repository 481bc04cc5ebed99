-- name: ask
insert into policy.asked_nights by name
select distinct unnest(cast($nights as date[])) as night, true as lists_alone
order by all;

-- name: known_accounts
-- Who hadn't landed yet wasn't there: no account is born before its first row.
select account_id, min(landed_night) as known_from from candidates.creators
group by account_id;

-- name: lay_penalties
create or replace table history.penalties as
select
    as_of, row_key, listed.account_id, split_part(market, '/', 1) as market, programme, scope, measure,
    starts_on, ends_on, cast(null as varchar) as reason_id, prevails
from main.int_measures_in_force as listed
inner join ({{ known_accounts }}) as known
    on listed.account_id = known.account_id and listed.as_of >= known.known_from
where list = 'penalties' and is_asked;

-- name: lay_rewards
create or replace table history.rewards as
select
    as_of, row_key, listed.account_id, split_part(market, '/', 1) as market, programme, scope, reward,
    amount, starts_on, ends_on, cast(null as varchar) as reason_id
from main.int_rewards_in_force as listed
inner join ({{ known_accounts }}) as known
    on listed.account_id = known.account_id and listed.as_of >= known.known_from;

-- name: lay_zones
create or replace table history.zones as
select as_of, programme, zone, zone_rank, count(*) as accounts
from main.int_account_standings as listed
inner join ({{ known_accounts }}) as known
    on listed.account_id = known.account_id and listed.as_of >= known.known_from
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

-- name: lay_versions
create table {{ versions }} as
select
    {{ rows_with_days }},
    lead(landed_night) over (partition by {{ key }} order by landed_night) as known_before
from ({{ newest_of_each_night }})
order by landed_night;

-- name: known_versions
select landed_night, landed_file, landed_row, {{ columns }} from {{ versions }}
where landed_night <= (select night from versions.asked);

-- name: newest_known
select landed_night, landed_file, landed_row, {{ columns }} from {{ versions }}
where
    landed_night <= (select night from versions.asked)
    and (known_before is null or known_before > (select night from versions.asked))
    and withdrawn is null;
