-- What users report, and what QA draws: contents of each market and day at random, flagged or not; and decisions.
create or replace table reported as
select
    'r' || thing as report_id,
    account_id,
    market,
    content_id,
    live_id,
    violation_type as report_type,
    day + cast(floor(draw(thing, 'reported') * 2) as integer) as reported_on
from breaches
where draw(thing, 'reports') < 0.3;

create or replace table opinions as
with

drawn as (
    select content_id, account_id, market, day
    from contents
    qualify row_number() over (partition by market, day order by draw(content_id, 'qa'), content_id)
        <= getvariable('drawn_a_day')
)

select
    'q' || drawn.content_id as review_id,
    'published' as drawn_from,
    drawn.account_id,
    drawn.market,
    drawn.content_id,
    cast(null as varchar) as violation_id,
    drawn.day + 1 as reviewed_on,
    coalesce(breaches.is_violation, false) as is_violation,
    case when breaches.is_violation then breaches.violation_type end as violation_type
from drawn
left join breaches on drawn.content_id = breaches.thing
union all
select
    'q' || violation_id,
    'decided',
    account_id,
    market,
    content_id,
    violation_id,
    decided_on + 3,
    is_violation,
    case when is_violation then violation_type end
from cases
where is_upheld and decided_on is not null and draw(thing, 'checked') < 0.1;
