-- Longer than other files, for it has a part for each feed.
-- The feeds: each version of each row with the night that it lands in. One row in a hundred comes some nights late;
-- some decisions are corrected a few nights later; flags that are dismissed are withdrawn.
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
    case when exited_no is not null and lands_on >= getvariable('first_night') + exited_no then lands_on end
        as exited_on,
    followers_then as followers,
    category,
    case when draw(account_id, 'linked') < 0.01 then market || '-' || cast(floor(i / 2) as bigint) end as linked_to
from (
    select * from first_versions
    union all
    select * from later_versions
    union all
    select * from last_versions
)
qualify row_number() over (partition by account_id, lands_on order by exited_no nulls last, followers_then) = 1;

create or replace view feed_contents as
with

-- Of what was removed, how often it had been seen: most of it never. Views are counted so far, and never fall.
seen_before_removal as (
    select
        contents.content_id,
        if(draw(contents.content_id, 'seen first') < 0.8, 0, cast(floor(any_value(contents.views) * 0.2) as bigint))
            as seen
    from contents
    inner join cases on contents.content_id = cases.content_id
    where cases.enforced_on is not null
    group by contents.content_id
),

versions as (
    select
        contents.* replace (coalesce(cast(floor(removed.seen / 2) as bigint), contents.views) as views),
        lands(contents.day, contents.content_id) as lands_on,
        null as views_before_removal,
        1 as version
    from contents
    left join seen_before_removal as removed on contents.content_id = removed.content_id
    union all
    select
        contents.*,
        greatest(lands(contents.day, contents.content_id), cases.enforced_on) as lands_on,
        removed.seen,
        2
    from contents
    inner join cases on contents.content_id = cases.content_id
    inner join seen_before_removal as removed on contents.content_id = removed.content_id
    where cases.enforced_on is not null
)

select
    lands_on,
    market as source,
    content_id,
    account_id,
    'short_video' as kind,
    day as published_on,
    at_hour(day, content_id, 8, 9) as published_at,
    coalesce(views_before_removal, views) as views,
    views_before_removal,
    link_of(content_id) as link
from versions
qualify row_number() over (partition by content_id, lands_on order by version desc) = 1;

create or replace view feed_lives as
select
    lands(day, live_id) as lands_on,
    market as source,
    live_id,
    account_id,
    day as on_day,
    at_hour(day, live_id, 8, 9) as began_at,
    minutes,
    viewers,
    case
        when draw(live_id, 'silent') < 0.02 then 0
        else cast(floor(viewers * 0.3 * draw(live_id, 'interactions')) as bigint)
    end as interactions,
    cast(floor(30 * draw(live_id, 'links')) as bigint) as product_links,
    case when draw(live_id, 'broken') < 0.03 then 'yes' else 'no' end as interrupted,
    link_of(live_id) as link
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
with

versions as (
    select *, lands(reported_on, report_id) as lands_on, false as is_decided from reported
    union all
    select *, reported_on + 4, true from reported
)

select
    lands_on,
    market as source,
    report_id,
    account_id,
    content_id,
    live_id,
    report_type,
    reported_on,
    at_hour(reported_on, report_id, 10, 15) as reported_at,
    case
        when draw(report_id, 'notifier') < 0.9 then 'user'
        when draw(report_id, 'notifier') < 0.95 then 'rights_holder'
        when draw(report_id, 'notifier') < 0.98 then 'trusted_flagger'
        else 'authority'
    end as notifier,
    if(draw(report_id, 'ground') < 0.3, 'law', 'terms') as ground,
    case
        when not is_decided then 'pending' when draw(report_id, 'outcome') < 0.6 then 'action_taken' else 'no_action'
    end
        as outcome,
    case when is_decided then reported_on + 1 end as decided_on,
    case when is_decided then at_hour(reported_on + 1, report_id, 8, 15) end as decided_at
from versions;

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
    union all
    select cases.*, restored_on as lands_on, 5 as version from cases inner join restored using (violation_id)
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
    case when version = 1 then 'open' when version = 5 then 'restored' else 'decided' end as status,
    case when version = 4 then 'low' else severity end as severity,
    case when version = 4 then 1 when version > 1 then points end as points,
    live_id,
    surface,
    detected_on,
    detected_by,
    case
        when version > 1 then if(automation_of_decision = 'full', 'system', decided_by)
    end as decided_by,
    automation_of_detection,
    case when version > 1 then automation_of_decision end as automation_of_decision,
    confidence,
    'g1' as guidance_version,
    at_hour(detected_on, thing, 9.5, 11) as detected_at,
    case when version > 1 then at_hour(decided_on, thing, 11.5, 13) end as decided_at,
    case when enforced_on <= lands_on then at_hour(enforced_on, thing, 13.25, 14.25) end as enforced_at,
    case when notified_on <= lands_on then at_hour(notified_on, thing, 14.5, 15.5) end as notified_at,
    case when version = 5 then lands_on end as restored_on,
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
    case when is_decided and outcome = 'partly_granted' then 1 end as points,
    case
        when is_decided then if(draw(appeal_id, 'decider') < 0.05, 'automated', 'another_person')
    end as decider,
    if(draw(appeal_id, 'ground') < 0.5, 'facts', 'proportion') as ground,
    'own' as channel,
    at_hour(filed_on, appeal_id, 8, 11) as filed_at,
    case when is_decided then at_hour(decided_on, appeal_id, 11, 15) end as decided_at
from versions
union all
-- What was denied goes on out of court now and then.
select
    appealed.decided_on + 6,
    market,
    'x' || appeal_id,
    violation_id,
    account_id,
    appealed.decided_on + 1,
    if(draw(appeal_id, 'won') < 0.4, 'granted', 'denied'),
    appealed.decided_on + 6,
    null,
    'person',
    'facts',
    'out_of_court',
    at_hour(appealed.decided_on + 1, appeal_id, 8, 11),
    at_hour(appealed.decided_on + 6, appeal_id, 11, 15)
from appealed
where outcome = 'denied' and draw(appeal_id, 'goes on') < 0.03;

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
    violation_type,
    reviewer,
    round,
    'g1' as guidance_version,
    'yes' as blind,
    round(inclusion_probability, 10) as inclusion_probability,
    at_hour(reviewed_on, review_id, 8, 15) as reviewed_at
from opinions;

create or replace view feed_creator_contacts as
with

versions as (
    select *, opened_on as lands_on from contacted
    union all
    select *, solved_on as lands_on from contacted
)

select
    lands_on,
    market as source,
    contact_id,
    account_id,
    opened_on,
    subject,
    rule,
    case when solved_on <= lands_on then solved_on end as solved_on,
    case when solved_on <= lands_on then satisfaction end as satisfaction,
    at_hour(opened_on, contact_id, 8, 11) as opened_at,
    case when solved_on <= lands_on then at_hour(solved_on, contact_id, 11, 15) end as solved_at
from versions
qualify row_number() over (partition by contact_id, lands_on order by solved_on nulls last) = 1;

create or replace view feed_golden_items as
select
    getvariable('until') as lands_on,
    market as source,
    golden_id,
    account_id,
    subject,
    case when is_violation then 'yes' else 'no' end as is_violation,
    'g1' as guidance_version
from golden;
