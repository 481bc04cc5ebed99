-- name: write
insert into samples.qa_keys
select
    $night as as_of, $night as drawn_on, unnest($item::varchar[]), $market, unnest($account::varchar[]),
    unnest($stratum::varchar[]), unnest($unit::varchar[]), unnest($measure::varchar[]), unnest($needs_each::boolean[]),
    unnest($subject::varchar[]), unnest($round::integer[]), unnest($probability::double[]), unnest($exposure::double[]),
    unnest($simple::double[]), unnest($link::varchar[]), $open, null, null;
