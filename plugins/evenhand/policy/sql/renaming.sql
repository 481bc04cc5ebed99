-- name: take_name
update {{ rules }} set {{ name_column }} = $name
where market = $market and {{ pack }} = $pack and {{ is_named_so }} and effective_from < $first;

-- name: take_company
-- Where one version of a programme looks from one entry at another, all do.
update {{ rules }} set has_company = true
where (market, programme) in (
    select (market, programme) from policy.programmes
    where has_company
);

-- name: take_name_of_what_is_brought
update {{ rows }} set {{ brought }} = $name
where
    market = $market
    and programme = $was
    and starts_with(row_key, account_id || '/' || $was || '/')
    and {{ brought }} = $was;

-- name: take_name_of_rows
update {{ rows }} set
    programme = $name,
    row_key = account_id || '/' || $name || substr(row_key, length(account_id || '/' || $was) + 1)
where market = $market and programme = $was and starts_with(row_key, account_id || '/' || $was || '/');

-- name: is_there
select 1 from duckdb_tables()
where database_name = current_database() and schema_name = 'policy' and table_name = 'renamed';

-- name: names
select distinct market, former_pack, part, part_of, was, name, effective_from from policy.renamed
where effective_from <= $night;
