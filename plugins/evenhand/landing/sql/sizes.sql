-- name: sizes
select file_name, greatest(sum(total_uncompressed_size), sum(num_values)) as size
from parquet_metadata($paths)
group by file_name
order by file_name;
