-- name: of_accounts
select of_all.* from {{ file }} as of_all
left join {{ owners }} as owners on of_all.account_id = owners.account_id
where {{ market }} in ({{ markets }});

-- name: owners
-- The market that each account is of: the newest, or that of the night where it is there no more.
select account_id, market from {{ newest }}
union all
select account_id, market from {{ of_night }}
where account_id not in (select account_id from {{ newest }});
