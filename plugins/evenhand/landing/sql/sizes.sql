-- name: sizes
-- A text that stands in a dictionary, or differs little from the one before, is no longer than its chunk.
select
    file_name,
    greatest(sum(total_uncompressed_size), sum(num_values)) as size,
    sum(
        total_uncompressed_size::hugeint
        * if(type like '%BYTE_ARRAY' and encodings != 'PLAIN', greatest(num_values, 1), 1)
    ) as at_most
from parquet_metadata($paths)
group by file_name
order by file_name;
