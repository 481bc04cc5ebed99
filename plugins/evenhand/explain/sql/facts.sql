-- name: told
select filename, notice_id, event, row_key, subject, body
from read_parquet($files, filename = true, hive_partitioning = false, union_by_name = true)
where account_id = $account
order by filename, list, row_key, event, notice_id;
