-- What reads files, many at once: each row has the path of its file, and its number in it, which counts data rows from
-- 1, so that it points at the same row in a CSV and a Parquet file. Folders are named like Hive's partitions, but what
-- the path says is no column of the feed.

-- name: csv
select *, scan_order - min(scan_order) over (partition by path_of_file) + 1 as landed_row
from (
    select *, row_number() over () as scan_order
    from read_csv(
        $paths, columns = $header, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
        filename = 'path_of_file', hive_partitioning = false, store_rejects = true
    )
);

-- name: parquet
select {{ path }} as path_of_file, file_row_number + 1 as landed_row, {{ columns }}
from read_parquet(
    $paths, file_row_number = true, filename = {{ path_column }}, union_by_name = true, hive_partitioning = false
);

-- name: parquet_with_row_numbers_of_its_own
select *, scan_order - min(scan_order) over (partition by path_of_file) + 1 as landed_row
from (
    select {{ path }} as path_of_file, row_number() over () as scan_order, {{ columns }}
    from read_parquet($paths, filename = {{ path_column }}, union_by_name = true, hive_partitioning = false)
);
