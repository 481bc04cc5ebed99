-- name: preapproved_moves
create or replace table gate.preapproved_moves as
with

causes as (select list, market, row_key, unnest([cause, text_of]) as cause from gate.changes),

approved as (
    select list, market, cause from causes inner join gate.preapproved using (market, cause)
    group by all
    having count(distinct row_key) <= max(at_most)
),

changes as (
    select changes.*, before.measure as measure_before
    from gate.changes inner join approved using (list, market, cause)
    left join ({{ released }}) as before using (list, row_key, market)
),

moves as (
    select list, market, programme, measure, 1 as rows from changes
    where change in ('added', 'changed')
    union all
    select list, market, programme, measure_before, -1 from changes
    where change in ('removed', 'changed')
)

select list, market, programme, measure, cast(sum(rows) as bigint) as rows from moves
group by all
order by all;
