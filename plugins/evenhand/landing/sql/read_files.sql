-- name: note_values_of_unusable
insert into landing.unusable_values
select $file, unnest(cast($positions as integer[])), unnest(cast($values as varchar[]));

-- name: lay_files
create or replace temp table arriving as
select
    unnest($paths) as path,
    unnest($nights) as night,
    unnest($names) as name,
    unnest($versions) as sha256,
    unnest($sizes) as size,
    unnest($changes) as changed_at,
    unnest($touches) as touched_at,
    unnest(cast($said as varchar[])) as rows_said;

-- name: load_rows
insert into {{ feed }}
select arriving.night, arriving.name, scanned.landed_row, {{ values }}
from ({{ scan }}) as scanned
inner join arriving on scanned.path_of_file = arriving.path
order by arriving.night, arriving.name, scanned.landed_row;

-- name: note_bad_values
insert into landing.bad_rows
select
    $feed, arriving.night, arriving.name, scanned.landed_row, null,
    {{ row_key }}, $column_name, {{ text }}, $rule, $remedy
from ({{ scan }}) as scanned
inner join arriving on scanned.path_of_file = arriving.path
where {{ is_bad }}
order by arriving.name, scanned.landed_row;

-- name: note_loaded
insert into landing.files
select
    $feed, arriving.night, name, sha256, size, changed_at, touched_at, rows_said,
    count(loaded.landed_row), cast($moments as varchar[])
from arriving
left join {{ feed }} as loaded on arriving.name = loaded.landed_file
group by all
order by name;

-- name: paths_rejected
select distinct file_path from reject_scans
semi join reject_errors using (scan_id, file_id);

-- name: rows_loaded
select landed_file, rows from landing.files
where feed = $feed and landed_file in (select name from arriving);

-- name: load_rows_read
insert into {{ feed }}
select $night, $file, unnest(cast($numbers as bigint[])), {{ values }};

-- name: note_bad_lines
insert into landing.bad_rows
select
    $feed, $night, $file, unnest(cast($numbers as bigint[])), unnest(cast($lines as bigint[])),
    unnest(cast($keys as varchar[])), '', unnest(cast($texts as varchar[])), $rule,
    unnest(cast($remedies as varchar[]));
