-- name: create_models
create or replace table deciders.models (
    position integer, name varchar, materialized varchar, sql varchar, columns varchar, needed varchar
);

-- name: models_kept
-- In a warehouse that an earlier version of the code made, nothing is known of what each needs.
select name, materialized, sql, coalesce(columns, '[]') as columns, coalesce(needed, '[]') as needed
from
    (
        select * from {{ warehouse }}.deciders.models
        union all by name
        select cast(null as varchar) as columns, cast(null as varchar) as needed
        where false
    )
order by position;

-- name: read_rules
create or replace temp table rules_read as
select *, file_row_number as place from read_parquet($file, file_row_number = true);

-- name: tables_read
select rules, columns, count(fields) from rules_read
group by rules, columns
order by rules, columns;

-- name: kinds
select table_name, data_type from duckdb_columns()
where database_name = current_database() and schema_name = 'policy'
order by table_name, column_index;

-- name: columns_called
select table_name, column_name from duckdb_columns()
where database_name = current_database() and schema_name = 'policy' and list_contains($names, column_name)
order by all;

-- name: columns
select table_name, column_name from duckdb_columns()
where database_name = current_database() and schema_name = 'policy'
order by all;

-- name: name_the_pack_that_ends
update policy.ends_running as ending set pack = (
    select max_by(packs.pack, (packs.pack = ending.pack, packs.pack)) from policy.packs
    where
        packs.market = ending.market
        and packs.version = ending.version
        and packs.effective_from = ending.effective_from
);

-- name: kinds_of_stages
select market, effective_from, effective_before, pack, version, edition_id, kind from policy.stages;

-- name: packs_themselves
select market, effective_from, effective_before, pack, version, edition_id, pack as former_pack from policy.packs;

-- name: limits_of_words
select market, cast(coalesce({{ strictest }}, $usual) as decimal(18, 2)) from policy.limits
where effective_from <= $night and coalesce(effective_before, date '9999-12-31') > $night
group by market
order by market;
