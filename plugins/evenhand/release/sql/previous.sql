-- name: last_languages
insert into released.last_languages
select account_id, any_value(language order by language)
from read_parquet($profiles, hive_partitioning = false)
group by account_id;

-- name: create_told_notices
create or replace table released.told_notices (
    notice_id varchar,
    account_id varchar,
    market varchar,
    list varchar,
    row_key varchar,
    measure varchar,
    event varchar,
    language varchar,
    subject varchar,
    body varchar,
    reason_id varchar
);
