-- name: differ
with

here as (
    select * from read_parquet($here, hive_partitioning = false)
    where market = $market
),

there as (
    select * from read_parquet($there, hive_partitioning = false)
    where market = $market
)

select
    exists (
        select * from here
        except all
        select * from there
    )
    or exists (
        select * from there
        except all
        select * from here
    );
