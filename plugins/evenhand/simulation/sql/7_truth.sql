-- What the nightly run is to find, in one place; nothing of it lands.
create or replace table truth as
select
    'decided_not_enforced' as what,
    market,
    violation_id as row_key,
    cast(null as double) as value
from cases
where is_upheld and decided_on is not null and enforced_on is null
union all
select 'detected_not_decided', market, violation_id, null from cases
where decided_on is null and enforced_on is null
union all
select 'enforced_not_decided', market, violation_id, null from cases
where decided_on is null and enforced_on is not null
union all
select 'wrongly_upheld', market, violation_id, null from cases
where is_upheld and decided_on is not null and not is_violation
union all
-- Of the contents of the last four weeks, the share that breaks a rule.
select
    'prevalence',
    contents.market,
    null,
    count(case when breaches.is_violation then 1 end) / count(*)
from contents
left join breaches on contents.content_id = breaches.thing
where contents.day > getvariable('until') - 28
group by contents.market
union all
select 'trend', market, category || ' from ' || from_day, times from trends
union all
select 'orders_without_commission', source, order_id, null from feed_orders
where commission is null;

-- What a reviewer sees who follows a link, and how often those of its market are right about that.
create or replace table reviewable as
with

seen as (
    select content_id as thing, content_id, account_id, market from contents
    union all
    select live_id, null, account_id, market from lives
)

select
    link_of(seen.thing) as link,
    seen.account_id,
    seen.market,
    seen.content_id,
    coalesce(breaches.is_violation, false) as is_violation,
    breaches.violation_type,
    markets.sensitivity,
    markets.specificity
from seen
inner join markets on seen.market = markets.market
left join breaches on seen.thing = breaches.thing;
