-- name: causes
select list, row_key, any_value(cause order by cause) from read_parquet($file)
where {{ is_sent }}
group by all
order by all;
