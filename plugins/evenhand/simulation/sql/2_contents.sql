-- Contents and lives, and which of them break a rule. That is the truth; the feeds don't say it.
create or replace table contents as
with

counted as (
    select
        *,
        cast(floor(0.12 * size * season + draw(account_id || day_no, 'posts')) as integer) as posts
    from presence
),

posted as (
    select *, unnest(range(posts)) as post_no
    from counted
    where posts > 0
)

select
    account_id || '-v' || day_no || '-' || post_no as content_id,
    account_id,
    market,
    day,
    day_no,
    cast(floor(60 * size * pow(draw(account_id || '-v' || day_no || '-' || post_no, 'views') + 1e-6, -0.5)) as bigint)
        as views
from posted;

create or replace table lives as
select
    account_id || '-l' || day_no as live_id,
    account_id,
    market,
    day,
    day_no,
    cast(20 + floor(220 * draw(account_id || day_no, 'minutes')) as integer) as minutes,
    cast(floor(40 * size * pow(draw(account_id || day_no, 'viewers') + 1e-6, -0.5)) as bigint) as viewers
from presence
where draw(account_id || day_no, 'live') < least(0.03 * size * season, 0.9);

-- Where something can be seen, by people who know no key.
create or replace temp macro link_of(thing) as 'https://marketplace.example/' || thing;

create or replace table breaches as
with

seen as (
    select content_id as thing, content_id, cast(null as varchar) as live_id, account_id, day, 'short_video' as surface
    from contents
    union all
    select live_id as thing, null as content_id, live_id, account_id, day, 'live' as surface from lives
),

chances as (
    select
        seen.*,
        people.market,
        people.wrongly_upheld,
        people.violating / 1000 * people.carelessness
        * case when seen.surface = 'live' then 1.5 else 1 end
        * coalesce(trends.times, 1) as chance
    from seen
    inner join people on seen.account_id = people.account_id
    left join trends
        on people.market = trends.market and people.category = trends.category and seen.day >= trends.from_day
)

select
    *,
    ['counterfeit', 'misleading_claim', 'prohibited_goods', 'low_quality', 'copyright'][
        1 + cast(floor(draw(thing, 'type') * 5) as integer)
    ] as violation_type,
    case
        when draw(thing, 'severity') < 0.6 then 'low'
        when draw(thing, 'severity') < 0.9 then 'medium'
        else 'high'
    end as severity,
    draw(thing, 'breach') < chance as is_violation
from chances
-- Of what is right, only what somebody flags by mistake is of interest.
where draw(thing, 'breach') < chance or draw(thing, 'flagged') < 0.003;
