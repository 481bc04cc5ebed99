-- name: count_keys_gone
-- A key is of the account that it was of, unless nobody knows that account: such a row never counted.
with

old as (
    select distinct {{ compared_key }} as name, {{ compared_account }} as whose
    from {{ feed }}
    where landed_file = $old and {{ is_whole }}
),

new as (
    select distinct {{ compared_key }} as name, {{ compared_account }} as whose
    from {{ feed }}
    where landed_file = $new and {{ key }} is not null
),

judged as (
    select
        name,
        name not in (select new.name from new) as is_gone,
        (name, whose) not in (select (new.name, new.whose) from new)
        and whose in (select {{ compared_known }} from landing.creators) as is_anothers
    from old
)

select
    count(distinct name),
    count(distinct name) filter (is_gone),
    count(distinct name) filter (is_anothers and not is_gone)
from judged;
