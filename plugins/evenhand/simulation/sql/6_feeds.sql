-- Longer than other files, for it has a part for each feed.
-- The feeds: each version of each row with the night that it lands in. One row in a hundred comes some nights late; some
-- decisions are corrected a few nights later; flags that are dismissed are withdrawn.
create or replace temp macro lands(day, key) as
    day + case when draw(key, 'late') < 0.01 then 1 + cast(floor(draw(key, 'how late') * 3) as integer) else 0 end;

create or replace view feed_creators as
with

first_versions as (
    select people.*, days.day as lands_on, people.followers as followers_then
    from people
    inner join days on people.joined_no = days.day_no
),

-- Who grows is told again now and then.
later_versions as (
    select
        people.*,
        days.day as lands_on,
        cast(people.followers * (1 + 0.004 * (days.day_no - people.joined_no)) as bigint) as followers_then
    from people
    inner join days on people.joined_no < days.day_no
    where draw(people.account_id || days.day_no, 'grows') < 0.01
),

last_versions as (
    select people.*, days.day as lands_on, people.followers as followers_then
    from people
    inner join days on people.exited_no = days.day_no and people.joined_no < people.exited_no
)

select
    lands_on,
    market as source,
    account_id,
    market,
    kind,
    language,
    -- Who was there before the simulation begins came in the two years before it.
    case
        when joined_no = 0
            then getvariable('first_night') - cast(floor(draw(account_id, 'since') * 730) as integer)
        else getvariable('first_night') + joined_no
    end as onboarded_on,
    case when exited_no is not null and lands_on >= getvariable('first_night') + exited_no then lands_on end as exited_on,
    followers_then as followers,
    category,
    case when draw(account_id, 'linked') < 0.01 then market || '-' || cast(floor(i / 2) as bigint) end as linked_to
from (select * from first_versions union all select * from later_versions union all select * from last_versions)
qualify row_number() over (partition by account_id, lands_on order by exited_no nulls last, followers_then) = 1;

create or replace view feed_contents as
select
    lands(day, content_id) as lands_on,
    market as source,
    content_id,
    account_id,
    'short_video' as kind,
    day as published_on
from contents;

create or replace view feed_lives as
select
    lands(day, live_id) as lands_on,
    market as source,
    live_id,
    account_id,
    day as on_day,
    minutes,
    viewers,
    case
        when draw(live_id, 'silent') < 0.02 then 0
        else cast(floor(viewers * 0.3 * draw(live_id, 'interactions')) as bigint)
    end as interactions,
    cast(floor(30 * draw(live_id, 'links')) as bigint) as product_links,
    case when draw(live_id, 'broken') < 0.03 then 'yes' else 'no' end as interrupted
from lives;

create or replace view feed_orders as
with

versions as (
    select *, ordered_on as lands_on, 'placed' as status, ordered_on as status_on from sold
    union all
    select *, becomes_on as lands_on, becomes as status, becomes_on as status_on from sold
)

select
    lands_on,
    market as source,
    order_id,
    account_id,
    ordered_on,
    status,
    status_on,
    amount,
    -- Planted: a market's orders of one night without their commission.
    case
        when market = getvariable('faulty_market') and lands_on = getvariable('faulty_night') then null
        else cast(amount * 0.08 as decimal(18, 2))
    end as commission,
    content_id,
    live_id
from versions;

create or replace view feed_user_reports as
select
    lands(reported_on, report_id) as lands_on,
    market as source,
    report_id,
    account_id,
    content_id,
    live_id,
    report_type,
    reported_on
from reported;

create or replace view feed_violations as
with

versions as (
    select *, detected_on as lands_on, 1 as version from cases
    union all
    select *, decided_on as lands_on, 2 as version from cases
    where decided_on is not null
    union all
    select *, notified_on as lands_on, 3 as version from cases
    where notified_on is not null
    union all
    select *, decided_on + 5 as lands_on, 4 as version from cases
    where decided_on is not null and is_upheld and draw(thing, 'corrected') < 0.003
)

select
    lands_on,
    market as source,
    violation_id,
    account_id,
    content_id,
    violation_type,
    case
        when detected_by = 'rights_holder' then market || '/' || detected_on || '/' || (hash(thing) % 5)
    end as batch_id,
    case when version > 1 then decided_on end as decided_on,
    case when version = 1 then 'open' else 'decided' end as status,
    case when version = 4 then 'low' else severity end as severity,
    case when version = 4 then 1 when version > 1 then points end as points,
    live_id,
    surface,
    detected_on,
    detected_by,
    case when version > 1 then decided_by end as decided_by,
    case when enforced_on <= lands_on then enforced_on end as enforced_on,
    case when notified_on <= lands_on then notified_on end as notified_on,
    case when version > 1 and not is_upheld then 'yes' end as withdrawn
from versions
-- Of versions that land together, the last is the one that lands.
qualify row_number() over (partition by violation_id, lands_on order by version desc) = 1;

create or replace view feed_appeals as
with

versions as (
    select *, filed_on as lands_on, false as is_decided from appealed
    union all
    select *, decided_on as lands_on, true as is_decided from appealed
)

select
    lands_on,
    market as source,
    appeal_id,
    violation_id,
    account_id,
    filed_on,
    case when is_decided then outcome else 'pending' end as outcome,
    case when is_decided then decided_on end as decided_on,
    case when is_decided and outcome = 'partly_granted' then 1 end as points
from versions;

create or replace view feed_trainings as
select
    passed_on as lands_on,
    market as source,
    attempt_id,
    account_id,
    training,
    passed_on,
    subject
from trained;

create or replace view feed_qa_reviews as
select
    reviewed_on as lands_on,
    market as source,
    review_id,
    drawn_from,
    account_id,
    content_id,
    violation_id,
    reviewed_on,
    case when is_violation then 'yes' else 'no' end as is_violation,
    violation_type
from opinions;
