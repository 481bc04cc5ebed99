-- Longer than other files, for who is decided once more, and as known on which nights, is one chain of steps.

-- name: gate_tables
select 1
from information_schema.tables
where
    table_catalog = coalesce($warehouse, current_database())
    and table_schema = 'candidates'
    and table_name = 'appeals';

-- name: pays_behind_eligibility
-- Whether a place in a queue can matter to a bonus that asks who is eligible.
select count(*) > 0
from policy.bonuses
where
    eligibility is not null
    and (at_most_per_subject is not null or at_most_per_account is not null or budget is not null);

-- name: activities_read
-- What makes an account eligible, or not; what is only paid for doesn't.
create or replace temp table activities_read as
select event_type as activity
from policy.entry_rules
where source = 'activity'
union
select unnest([clock_starts_with, ends_only_after, paused_by, ended_by, grace_training, answer, extended_by])
from policy.entry_rules
union
select unnest([and_until, shortened_by]) from policy.effects
union
select unnest([begins_with, ends_with]) from policy.programmes;

-- name: violations_and_what_they_say
select
    *,
    [
        account_id,
        violation_type,
        severity,
        decided_on,
        points,
        batch_id,
        content_id,
        case when status = 'restored' then restored_on end,
        withdrawn
    ] as said
from ({{ rows }});

-- name: appeals_and_what_they_say
-- Points are those of a decision in part.
select
    *,
    [
        account_id,
        violation_id,
        filed_on,
        outcome,
        decided_on,
        case when outcome = 'partly_granted' then points end,
        channel,
        withdrawn
    ] as said
from ({{ rows }});

-- name: appeals_decided_again
select * from ({{ rows }})
where
    appeal_id in (
        select decided.appeal_id from ({{ rows }}) as decided
        where decided.outcome != 'pending'
        group by decided.appeal_id
        having count(*) > 1
    );

-- name: violations_restored_again
select * from ({{ rows }})
where
    violation_id in (
        select restored.violation_id from ({{ rows }}) as restored
        where restored.status = 'restored'
        group by restored.violation_id
        having count(*) > 1
    );

-- name: decisions_that_landed_again
-- Since which night each has said without a break what it says, where its row landed again since.
insert into believed.decisions
with

versions as (
    select
        'appeals' as feed,
        appeal_id as key,
        landed_night,
        said
    from ({{ appeals }})
    union all
    select
        'violations' as feed,
        violation_id as key,
        landed_night,
        said
    from ({{ violations }})
),

changed as (
    select
        *,
        coalesce(said != lag(said) over (partition by feed, key order by landed_night), true) as says_something_else
    from versions
)

select
    feed,
    key,
    max(landed_night) filter (where says_something_else) as known_from
from changed
group by feed, key
having known_from < max(landed_night)
order by all;

-- name: out_of_order
-- Whose decisions became known in another order than that of their days, or one by one where they are of one day: from
-- which night each history of the account was believed can't be told.
create or replace temp table out_of_order as
with

decisions as (
    select
        'appeals' as feed,
        appeal_id as key,
        account_id,
        try_cast(decided_on as date) as on_day,
        landed_night
    from accepted.appeals
    where outcome in ('granted', 'partly_granted')
    union all
    select
        'violations' as feed,
        violation_id as key,
        account_id,
        try_cast(restored_on as date) as on_day,
        landed_night
    from accepted.violations
    where status = 'restored'
),

known as (
    select
        decisions.account_id,
        decisions.on_day,
        greatest(decisions.on_day, coalesce(again.known_from, decisions.landed_night)) as night
    from decisions
    left join believed.decisions as again on decisions.feed = again.feed and decisions.key = again.key
)

select distinct account_id
from (
    select
        account_id,
        on_day,
        night,
        lag(on_day) over by_day as day_before,
        max(night) over (by_day rows between unbounded preceding and 1 preceding) as night_before
    from known
    window by_day as (partition by account_id order by on_day, night)
) as one_by_one
where night < night_before or (on_day = day_before and night > night_before);

-- name: facts
-- What landed of accounts, version by version: since which day it was so, by any of them, on which night it became
-- known, and whether that was later. A version that says nothing else is none.
create or replace temp table facts as
with

violations as (
    select
        account_id,
        violation_id as key,
        content_id,
        try_cast(decided_on as date) as on_day,
        landed_night,
        said,
        true as can_be_late
    from ({{ violations }})
),

-- Where a rule asks how old a content was, the content is as much a fact as the violation.
contents as (
    select
        violations.account_id,
        violations.key || '/' || contents.content_id as key,
        violations.on_day,
        contents.landed_night,
        [contents.published_on, contents.withdrawn] as said,
        true as can_be_late
    from violations
    inner join ({{ contents }}) as contents on violations.content_id = contents.content_id
    where (select count(entry_rules.content_age_at_most_days) > 0 from policy.entry_rules)
),

activities as (
    select
        account_id,
        activity_id as key,
        try_cast(on_day as date) as on_day,
        landed_night,
        [account_id, activity, on_day, quantity, subject, violation_id, content_id, withdrawn] as said,
        true as can_be_late
    from ({{ activities }})
    where activity in (select activities_read.activity from activities_read)
),

trainings as (
    select
        account_id,
        attempt_id as key,
        try_cast(passed_on as date) as on_day,
        landed_night,
        [account_id, training, passed_on, subject, withdrawn] as said,
        true as can_be_late
    from ({{ trainings }})
    where training in (select activities_read.activity from activities_read)
),

-- A decision that lands on its day begins another history of its account, which the models know.
appeals as (
    select
        account_id,
        appeal_id as key,
        try_cast(coalesce(decided_on, filed_on) as date) as on_day,
        landed_night,
        said,
        landed_night > try_cast(coalesce(decided_on, filed_on) as date) or withdrawn is not null as can_be_late
    from ({{ appeals }})
),

-- Not so where it says otherwise what was decided before, or came out of order: it bears on all days since the
-- violation.
decisions_of_another_history as (
    select
        decisions.account_id,
        decisions.appeal_id as key,
        violations.on_day,
        decisions.landed_night,
        decisions.said,
        true as can_be_late
    from (
        select * from (
            select * from ({{ appeals_decided_again }})
            -- Who is in both stands there twice, and says nothing else the second time.
            union all
            select appeals_known.* from ({{ appeals }}) as appeals_known
            semi join out_of_order on appeals_known.account_id = out_of_order.account_id
        )
        qualify
            (
                landed_night > min(landed_night) filter (where outcome != 'pending') over (partition by appeal_id)
                or (outcome != 'pending' and account_id in (select out_of_order.account_id from out_of_order))
            )
            and said is distinct from lag(said) over (partition by appeal_id order by landed_night)
    ) as decisions
    inner join violations on decisions.violation_id = violations.key
),

facts_of_all_feeds as (
    select 'violations' as feed, * exclude (content_id) from violations
    union all
    select 'contents' as feed, * from contents
    union all
    select 'activities' as feed, * from activities
    union all
    select 'trainings' as feed, * from trainings
    union all
    select 'appeals' as feed, * from appeals
    union all
    select 'decisions' as feed, * from decisions_of_another_history
)

select distinct
    account_id,
    feed = 'appeals' as is_appeal,
    min(on_day) over (partition by feed, key) as since_day,
    greatest(landed_night, on_day) as night,
    can_be_late and landed_night > min(on_day) over (partition by feed, key) as is_late
from facts_of_all_feeds
qualify said is distinct from lag(said) over (partition by feed, key order by landed_night);

-- name: done
-- What was ever known to be done that a bonus may pay for.
select
    account_id,
    activity_id as key,
    activity,
    on_day,
    subject,
    coalesce(try_cast(quantity as double), 1) as quantity,
    landed_night
from accepted.activity_versions
where withdrawn is null
union all
select
    account_id,
    attempt_id as key,
    training as activity,
    passed_on as on_day,
    subject,
    1 as quantity,
    landed_night
from accepted.training_versions
where withdrawn is null;

-- name: days_paid_for
-- The days of which something may be paid for, with the first night on which it was known.
create or replace temp table days_paid_for as
with

asked as (
    select distinct
        market,
        activity
    from policy.bonuses
    where
        eligibility is not null
        and (at_most_per_subject is not null or at_most_per_account is not null or budget is not null)
)

select
    done.account_id,
    cast(done.on_day as date) as on_day,
    min(greatest(done.landed_night, cast(done.on_day as date))) as due_from
from ({{ done }}) as done
semi join facts on done.account_id = facts.account_id and facts.is_late
inner join accepted.creator_versions as creators on done.account_id = creators.account_id
semi join asked on creators.market = asked.market and done.activity = asked.activity
group by done.account_id, done.on_day;

-- name: days_with_late_facts
-- Of which something became known only after what was done on them.
create or replace temp table days_with_late_facts as
select * from days_paid_for
semi join facts
    on
        days_paid_for.account_id = facts.account_id
        and facts.is_late
        and days_paid_for.on_day >= facts.since_day
        and days_paid_for.due_from < facts.night
        and facts.night <= $night;

-- name: days_of_bonuses
-- The days on which something was done that a bonus pays for, with what it pays at most and what caps that, in the
-- periods in which a day with late facts is.
create or replace temp table days_of_bonuses as
with

done as (
    select distinct
        creators.market,
        done.activity,
        cast(done.on_day as date) as on_day
    from ({{ done }}) as done
    inner join accepted.creator_versions as creators on done.account_id = creators.account_id
),

days as (
    select
        done.market,
        done.activity,
        done.on_day,
        bonuses.bonus,
        bonuses.pays,
        bonuses.at_most_per_subject,
        bonuses.at_most_per_account,
        bonuses.budget,
        periods.period_from
    from done
    inner join policy.bonuses as bonuses
        on
            done.market = bonuses.market
            and done.activity = bonuses.activity
            and done.on_day >= bonuses.effective_from
            and (bonuses.effective_before is null or done.on_day < bonuses.effective_before)
    inner join policy.calendar_periods as periods
        on
            bonuses.edition_id = periods.edition_id
            and bonuses.calendar = periods.calendar
            and done.on_day >= periods.period_from
            and done.on_day < periods.period_until
)

select days.*
from days
where
    (days.market, days.bonus, days.period_from) in (
        select (touched.market, touched.bonus, touched.period_from) from days as touched
        where touched.on_day in (select late.on_day from days_with_late_facts as late)
    );

-- name: days_whose_place_matters
-- Of days with late facts, those of which a place in a queue can matter: where all that was ever known to be done comes
-- to more than a cap or the budget, whoever was eligible. Nights that are asked about beside this one are told what was
-- due on them, whatever is left.
create or replace temp table days_whose_place_matters as
with

-- Once in each market that the account was ever in; a part of a cent is a whole one, and what is taken back nothing: it
-- may not be due when the rest is.
earned_at_most as (
    select
        done.account_id,
        days.market,
        days.bonus,
        days.period_from,
        days.on_day,
        coalesce(done.subject, '') as subject,
        ceil(greatest(max(done.quantity * cast(days.pays as double)), 0) * 100 - 0.0001) / 100 as earned,
        min(days.at_most_per_subject) as at_most_per_subject,
        min(days.at_most_per_account) as at_most_per_account,
        min(days.budget) as budget
    from ({{ done }}) as done
    inner join (select distinct account_id, market from accepted.creator_versions) as creators
        on done.account_id = creators.account_id
    inner join days_of_bonuses as days
        on
            creators.market = days.market
            and done.activity = days.activity
            and cast(done.on_day as date) = days.on_day
    group by
        done.account_id, days.market, days.bonus, days.period_from, days.on_day, coalesce(done.subject, ''), done.key
),

queues as (
    select
        account_id,
        on_day,
        coalesce(sum(earned) over of_subject > min(at_most_per_subject) over of_all + 0.001, false)
        or coalesce(sum(earned) over of_account > min(at_most_per_account) over of_all + 0.001, false)
        or coalesce(sum(earned) over of_all > min(budget) over of_all + 0.001, false) as can_run_dry
    from earned_at_most
    window
        of_all as (partition by market, bonus, period_from),
        of_account as (partition by market, bonus, period_from, account_id),
        of_subject as (partition by market, bonus, period_from, account_id, subject)
),

days_of_queues_that_can_run_dry as (
    select distinct
        account_id,
        on_day
    from queues
    where can_run_dry
)

select * from days_with_late_facts
where
    exists (select 1 from policy.asked_nights)
    or (account_id, on_day) in (select (dry.account_id, dry.on_day) from days_of_queues_that_can_run_dry as dry);

-- name: copies
-- A copy of the account for each night that brought something new of one of these days since that was due, and for the
-- newest before it: nights between two copies believe the same of it.
create or replace temp table copies as
with

bearing as (
    select
        days.account_id,
        days.on_day,
        days.due_from,
        facts.night
    from days_whose_place_matters as days
    inner join facts on days.account_id = facts.account_id
    where (facts.is_appeal or facts.since_day <= days.on_day) and facts.night <= $night
),

nights as (
    select
        account_id,
        night
    from bearing
    where night > due_from
    union
    select
        account_id,
        max(night) as night
    from bearing
    where night <= due_from
    group by account_id, on_day
    union
    select
        account_id,
        min(due_from) as night
    from days_whose_place_matters
    group by account_id
)

select
    account_id,
    night,
    lead(night) over (partition by account_id order by night) as next_night,
    row_number() over (partition by account_id order by night) as copy
from nights;

-- name: known_by_then
-- The newest versions that had landed by the night of each copy.
create or replace temp table {{ table }} as
select * exclude (copy, night) replace ({{ renamed }})
from (
    select
        known.*,
        copies.copy,
        copies.night
    from ({{ known }}) as known
    inner join copies on known.account_id = copies.account_id and known.landed_night <= copies.night
    qualify
        row_number() over (
            partition by copies.account_id, copies.copy, known.{{ key }}
            order by {{ changed_at }} desc, known.landed_night desc
        ) = 1
)
where withdrawn is null
order by all;

-- name: known_tonight
create or replace temp table {{ table }} as
select known.* replace ({{ renamed }})
from {{ rows }} as known
inner join copies using (account_id)
order by all;

-- name: believe
-- A row for as long as nights believed the same, from the night on which it was due.
insert into believed.eligibility
with

believed as (
    select
        copies.account_id,
        periods.edition_id,
        periods.eligibility,
        days.on_day,
        copies.night as known_from,
        copies.next_night as known_until,
        periods.is_open
    from temp.main.int_eligibility_periods as periods
    inner join copies on periods.account_id = copies.account_id || '~' || copies.copy
    inner join days_whose_place_matters as days
        on
            copies.account_id = days.account_id
            and periods.from_day <= days.on_day
            and (periods.until_day is null or periods.until_day > days.on_day)
    where
        periods.known_from <= copies.night
        and (periods.known_until is null or copies.night < periods.known_until)
        and (copies.next_night is null or copies.next_night > days.due_from)
),

believed_beside_the_night_before as (
    select
        *,
        coalesce(
            known_from != lag(known_until) over in_order or is_open != lag(is_open) over in_order, true
        ) as is_other
    from believed
    window in_order as (partition by account_id, edition_id, eligibility, on_day order by known_from)
),

believed_by_stretch as (
    select
        *,
        count_if(is_other) over (
            partition by account_id, edition_id, eligibility, on_day
            order by known_from
            rows unbounded preceding
        ) as stretch
    from believed_beside_the_night_before
)

select
    account_id,
    edition_id,
    eligibility,
    on_day,
    min(known_from) as known_from,
    case when count(known_until) = count(*) then max(known_until) end as known_until,
    any_value(is_open order by known_from) as is_open
from believed_by_stretch
group by account_id, edition_id, eligibility, on_day, stretch
order by all;

-- name: temporary
select
    table_name,
    case table_type when 'VIEW' then 'view' else 'table' end as kind
from information_schema.tables
where table_catalog = 'temp';
