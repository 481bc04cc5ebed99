-- sqlfluff:dialect:sqlite

-- name: wanted
select list, row_key, account_id, market, measure, scope, payload, changed_at from held
where
    ($q = '' or row_key like $pattern escape '\' or payload like $pattern escape '\')
    and ($list = '' or list = $list)
    and ($market = '' or market = $market);

-- name: rows
select * from ({{ wanted }})
order by list, row_key
limit $most offset $passed_over;

-- name: recent
select list, row_key, action, account_id, measure, happened_at from effects
order by number desc
limit ?;

-- name: counts
select {{ columns }}, count(*) as number from held
group by {{ columns }}
order by number desc, {{ columns }} asc;
