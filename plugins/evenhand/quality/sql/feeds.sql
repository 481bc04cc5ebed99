-- name: create_bad
create or replace table quarantine.bad (
    feed varchar, landed_file varchar, landed_row bigint, column_name varchar, rule varchar, remedy varchar
);

-- name: create_quarantined
create or replace table quarantine.rows (
    night date,
    feed varchar,
    row_key varchar,
    column_name varchar,
    rule varchar,
    remedy varchar,
    landed_night date,
    landed_file varchar,
    landed_row bigint,
    line bigint,
    text varchar,
    meant varchar
);

-- name: bad_lines
insert into quarantine.bad
select feed, landed_file, landed_row, column_name, rule, remedy
from landing.bad_rows
where feed = $feed
order by all;

-- name: bad_rows
insert into quarantine.bad
select $feed, landed_file, landed_row, $column_name, $rule, $remedy
from ({{ rows }});

-- name: quarantined
insert into quarantine.rows
with

found as (
    select
        candidate.{{ key }} as row_key, bad.column_name, bad.rule, bad.remedy, candidate.landed_night, landed_file,
        landed_row, null as line, {{ text_of_column }} as text
    from quarantine.bad as bad
    inner join {{ candidates }} as candidate using (landed_file, landed_row)
    where bad.feed = $feed
    union all
    -- A line that can't be read is no candidate.
    select row_key, column_name, rule, remedy, night, landed_file, landed_row, line, text
    from landing.bad_rows
    where feed = $feed and column_name = ''
),

newest as (
    select {{ key }} as row_key, max(landed_night) as landed_night
    from {{ candidates }}
    anti join (
        select landed_file, landed_row from quarantine.bad
        where feed = $feed
    ) using (landed_file, landed_row)
    group by all
)

select
    $night, $feed, row_key, column_name, rule, remedy, found.landed_night, landed_file, landed_row, line, text,
    case
        when rule = column_name || ' is a name as it is written' then {{ likely_name }}
        when rule = column_name || ' is a number' then {{ likely_number }}
    end
from found
left join newest using (row_key)
where newest.landed_night is null or newest.landed_night < found.landed_night
order by landed_file, landed_row, column_name, rule;

-- name: counts
select
    (select count(*) from accepted.{{ feed }}),
    (
        select count(*) from arrivals.{{ feed }}
        where landed_night = $night
    ),
    (
        select count(distinct row(landed_file, landed_row)) from quarantine.rows
        where feed = $feed
    );
