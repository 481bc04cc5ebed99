-- name: ever_in
-- Who was in a market is judged by its pack, too.
select account_id
from {{ warehouse }}.accepted.creators
where list_contains($markets, market)
union
select account_id
from {{ warehouse }}.accepted.creator_versions
where list_contains($markets, market);

-- name: otherwise
-- Rows that stand in one of two tables and not in the other, as often.
with

otherwise as (
    (
        select * from {{ before }}
        except all
        select * from {{ after }}
    )
    union all
    (
        select * from {{ after }}
        except all
        select * from {{ before }}
    )
)

select {{ columns }}, count(distinct row_key) from otherwise
group by all
order by all;
