-- name: changed_by_code
insert into gate.changed_by_code
with

before_it as (select * from {{ before }}),

after_it as (select * from {{ after }}),

changed as (
    (
        select * from before_it
        except
        select * from after_it
    )
    union
    (
        select * from after_it
        except
        select * from before_it
    )
)

select list, market, row_key from gate.changes
semi join changed using (list, row_key)
-- What people imposed or lifted a second person has seen.
where cause != $emergency and base_of(changes.list, changes.account_id, changes.market) = $base
order by all;
