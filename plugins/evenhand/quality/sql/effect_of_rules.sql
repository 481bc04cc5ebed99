-- name: rows_in_force
-- A row of a list on each night that the models were asked about, with what is done to the account.
select
    'penalties' as list, split_part(market, '/', 1) as market, account_id, programme, as_of, row_key, measure, scope,
    cast(null as decimal(18, 2)) as amount, starts_on, ends_on
from main.int_measures_in_force
where list = 'penalties' and is_asked
union all
select
    'rewards', split_part(market, '/', 1), account_id, programme, as_of, row_key, reward, scope, amount, starts_on,
    ends_on
from main.int_rewards_in_force;

-- name: otherwise
with

otherwise as (
    (
        select * from effect.before
        except all
        select * from effect.after
    )
    union all
    (
        select * from effect.after
        except all
        select * from effect.before
    )
)

select list, market, as_of, count(distinct row_key) from otherwise
group by all
order by all;
