-- name: kinds_and_stages
select
    concat_ws(', ', kind, stage) as who,
    count(*) as accounts,
    count(*) filter (list_contains($accounts, account_id)) as met
from read_parquet($profiles)
where market = $market
group by who
order by met desc, who asc;

-- name: in_zone
select account_id from read_parquet($standings)
where programme = $programme and zone = $zone;

-- name: have_it
select
    count(distinct account_id) filter (list_contains($accounts, account_id)),
    count(distinct account_id)
from read_parquet($list)
where
    {{ measure_of_row }} = $measure
    and scope = $scope
    and account_id in (
        select account_id from read_parquet($profiles)
        where market = $market
    );

-- name: usual
select programme, ends_on, count(distinct account_id) as accounts
from read_parquet($list)
where
    {{ measure_of_row }} = $measure
    and scope = $scope
    and programme <> $emergency
    and list_contains($accounts, account_id)
group by programme, ends_on
order by programme, ends_on nulls last;
