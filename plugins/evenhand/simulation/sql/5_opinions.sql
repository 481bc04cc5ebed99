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

create or replace table first_opinions as
with

drawn as (
    select
        content_id,
        account_id,
        market,
        day,
        least(1, getvariable('drawn_a_day') / count(*) over (partition by market, day)) as inclusion_probability
    from contents
    qualify
        row_number() over (partition by market, day order by draw(content_id, 'qa'), content_id)
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
    case when breaches.is_violation then breaches.violation_type end as violation_type,
    drawn.inclusion_probability
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
    case when is_violation then violation_type end,
    0.1
from cases
where is_upheld and decided_on is not null and draw(thing, 'checked') < 0.1;

-- The second reviewer is right about a violation, and about what is none, as often as those of a market are.
create or replace table opinions as
with

reviewed as (
    select
        *,
        1 as round,
        'qa-' || market || '-' || cast(floor(draw(review_id, 'reviewer') * 6) as integer) as reviewer
    from first_opinions
    union all by name
    select
        'second-' || opinions.review_id as review_id,
        * exclude (review_id, is_violation, violation_type, sensitivity, specificity),
        case when is_violation then draw(review_id, 'seen') < sensitivity else draw(review_id, 'seen') > specificity end
            as is_violation,
        null as violation_type,
        2 as round,
        'qa-' || market || '-' || cast(6 + floor(draw(review_id, 'reviewer') * 6) as integer) as reviewer
    from first_opinions as opinions
    inner join (select market, sensitivity, specificity from markets) as skills using (market)
    where draw(review_id, 'again') < 0.2
)

from reviewed;

-- Items whose truth is known: some of each market, of the days before the first night too.
create or replace table golden as
select
    'g' || thing as golden_id,
    account_id,
    market,
    thing as subject,
    is_violation
from breaches
where content_id is not null
qualify row_number() over (partition by market, is_violation order by draw(thing, 'golden'), thing) <= 50;
