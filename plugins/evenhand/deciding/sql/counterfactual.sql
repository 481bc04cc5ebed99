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
