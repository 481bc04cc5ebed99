-- name: appeals
select violation_id from {{ warehouse }}.main.account_violations
where account_id = $account and (appeal in ('pending', 'any_time') or (appeal = 'until' and appeal_until > $night))
order by violation_id;

-- name: rules
-- Those that judge the account on the night.
select * from policy.{{ table }}
where
    market = (
        select market from {{ warehouse }}.accepted.creators
        where account_id = $account
    )
    and effective_from <= $night
    and (effective_before is null or $night < effective_before);

-- name: helping
select distinct rules.{{ activity }} from ({{ rules }}) as rules
where rules.{{ activity }} is not null and {{ which }};

-- name: naming
select distinct rules.{{ activity }}, entries.violation_id from ({{ rules }}) as rules
cross join {{ warehouse }}.main.account_entries as entries
where
    rules.{{ activity }} is not null
    and {{ which }}
    and entries.account_id = $account
    and entries.is_counted
    and entries.violation_id is not null
    and (entries.counts_until is null or entries.counts_until > $night);
