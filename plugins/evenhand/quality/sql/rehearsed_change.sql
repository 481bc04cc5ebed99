-- name: otherwise
with

otherwise as (
    (
        select * from changed.before
        except all
        select * from changed.after
    )
    union all
    (
        select * from changed.after
        except all
        select * from changed.before
    )
)

select list, market, count(distinct row_key) from otherwise
group by all
order by all;
