-- name: reasons_of_penalties
select reason.*, penalty.measure
from read_parquet($penalties, hive_partitioning = false) as penalty
inner join read_parquet($reasons, hive_partitioning = false) as reason using (reason_id, row_key)
where list_contains($markets, penalty.market)
order by row_key;
