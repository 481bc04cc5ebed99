-- name: create_held_rows
create or replace table gate.held_rows (
    list varchar, row_key varchar, account_id varchar, market varchar, rule varchar, remedy varchar
);

-- name: rows_of_lists
-- What a rule can be broken by: tonight's rows, and those that were released last.
select 'penalties' as list, row_key, account_id, programme, scope, reason_id from main.penalties
union all
select 'penalties' as list, row_key, account_id, programme, scope, reason_id from released.last_penalties
union all
select 'rewards' as list, row_key, account_id, programme, scope, reason_id from main.rewards
union all
select 'rewards' as list, row_key, account_id, programme, scope, reason_id from released.last_rewards;

-- name: without_a_row
select count(*)
from ({{ bad }}) as bad
where not exists (
    select 1 from ({{ rows }}) as listed
    where listed.list in $lists and {{ is_the_same }}
);

-- name: hold
insert into gate.held_rows
with

listed as (
    select * from ({{ rows }}) as listed
    where
        list in $lists
        and exists (
            select 1 from ({{ bad }}) as bad
            where {{ is_the_same }}
        )
)

select distinct list, row_key, account_id, coalesce(creator.market, ''), $rule, $remedy
from listed
left join accepted.creators as creator using (account_id);

-- name: counts
with

rows_of_lists as (
    select 'penalties' as list, account_id from main.penalties
    union all
    select 'rewards' as list, account_id from main.rewards
),

tonight as (
    select list, coalesce(market, '') as market, count(*) as rows
    from rows_of_lists
    left join accepted.creators using (account_id)
    group by all
)

select list, market, count(distinct row_key) as held, any_value(coalesce(rows, 0)) as rows
from gate.held_rows
left join tonight using (list, market)
group by all
order by all;

-- name: reasons_of
select {{ columns }} from {{ reasons }}
where list = {{ list }} and (row_key, reason_id) in (select (row_key, reason_id) from {{ rows_of_list }});

-- name: lifted
select (account_id, measure, scope) from main.int_emergencies_in_force
where action = 'lift' and list = {{ list }};
