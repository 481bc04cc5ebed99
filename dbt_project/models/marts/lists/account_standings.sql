with

standings as (
    select * from {{ ref('int_account_standings') }}
)

-- By a column of theirs and not by a join with the nights: so the database looks at no other night.
select * exclude (is_of_accounts) from standings
where is_of_accounts
