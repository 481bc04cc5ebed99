-- What is flagged, decided, enforced and told; what of it is appealed; who takes which training.
create or replace table cases as
with

flagged as (
    select
        *,
        'x' || thing as violation_id,
        day + cast(floor(-ln(draw(thing, 'detection') + 1e-6) * 1.2) as integer) as detected_on
    from breaches
    where not is_violation or draw(thing, 'detected') < 0.7
),

decided as (
    select
        *,
        draw(thing, 'forgotten') < getvariable('never_decided') as is_forgotten,
        case
            when is_violation then draw(thing, 'upheld') < 0.93
            else draw(thing, 'upheld') < wrongly_upheld
        end as is_upheld,
        detected_on + cast(floor(-ln(draw(thing, 'decision') + 1e-6) * 1.0) as integer) as decision_day,
        case
            when violation_type in ('copyright', 'counterfeit') and draw(thing, 'detector') < 0.3 then 'rights_holder'
            when draw(thing, 'detector') < 0.7 then 'model'
            else 'user_report'
        end as detected_by,
        draw(thing, 'ignored') < getvariable('never_enforced') as is_ignored
    from flagged
)

select
    * exclude (decision_day),
    case when not is_forgotten then decision_day end as decided_on,
    case
        when is_forgotten
            then
                case
                    when draw(thing, 'early') < getvariable('enforced_undecided') then detected_on
                end
        when is_upheld and not is_ignored
            then decision_day + cast(floor(draw(thing, 'enforced') * 1.3) as integer)
    end as enforced_on,
    case
        when is_upheld and not is_ignored and not is_forgotten
            then decision_day + 1 + cast(floor(draw(thing, 'told') * 2.2) as integer)
    end as notified_on,
    case severity when 'low' then 1 when 'medium' then 3 else 6 end
    + case when draw(thing, 'points') < 0.3 then 1 else 0 end as points,
    'reviewer-' || market || '-' || cast(floor(draw(thing, 'reviewer') * 20) as integer) as decided_by,
    case when detected_by = 'model' then if(draw(thing, 'found') < 0.8, 'full', 'part') else 'none' end
        as automation_of_detection,
    case
        when detected_by = 'model' and draw(thing, 'by whom') < 0.4 then 'full'
        when detected_by = 'model' and draw(thing, 'by whom') < 0.8 then 'part'
        else 'none'
    end as automation_of_decision,
    -- A model is surer of what is one.
    case
        when detected_by = 'model'
            then round(if(is_violation, 0.6 + 0.4 * sqrt(draw(thing, 'sure')), 0.3 + 0.6 * draw(thing, 'sure')), 4)
    end as confidence
from decided;

create or replace table appealed as
select
    'p' || violation_id as appeal_id,
    violation_id,
    account_id,
    market,
    notified_on + 1 + cast(floor(draw(thing, 'filed') * 8) as integer) as filed_on,
    notified_on + 1 + cast(floor(draw(thing, 'filed') * 8) as integer)
    + 2 + cast(floor(draw(thing, 'answered') * 6) as integer) as decided_on,
    case
        -- As what marketplaces file: of complaints decided, 30 to 66 % are reversed.
        when draw(thing, 'granted') < case when is_violation then 0.3 else 0.8 end then 'granted'
        when draw(thing, 'granted') < 0.85 and draw(thing, 'partly') < 0.05 then 'partly_granted'
        when draw(thing, 'given up') < 0.04 then 'withdrawn_by_account'
        else 'denied'
    end as outcome
from cases
where is_upheld and notified_on is not null and draw(thing, 'appeals') < case when is_violation then 0.15 else 0.5 end;

-- What was upheld by mistake, and found without anybody appealing.
create or replace table restored as
select
    violation_id,
    notified_on + 5 as restored_on
from cases
where
    is_upheld and not is_violation and notified_on is not null and draw(thing, 'looked at again') < 0.5
    and violation_id not in (select violation_id from appealed);

-- What accounts complain of to support.
create or replace table contacted as
select
    'k' || violation_id as contact_id,
    account_id,
    market,
    'a violation' as subject,
    case
        when violation_type in ('counterfeit', 'prohibited_goods') then 'unsafe_goods'
        when violation_type = 'misleading_claim' then 'misleading_claims'
        else violation_type
    end as rule,
    notified_on + 1 as opened_on,
    notified_on + 1 + cast(floor(draw(thing, 'solved') * 4) as integer) as solved_on,
    1 + cast(floor(draw(thing, 'satisfied') * 5) as integer) as satisfaction
from cases
where notified_on is not null and draw(thing, 'complains') < 0.1;

create or replace table trained as
select
    't' || violation_id as attempt_id,
    account_id,
    market,
    'policy_course' as training,
    violation_type as subject,
    decided_on + 1 + cast(floor(draw(thing, 'trained') * 10) as integer) as passed_on
from cases
where is_upheld and decided_on is not null and draw(thing, 'trains') < 0.3
union all
select
    'w' || people.account_id,
    people.account_id,
    people.market,
    'welcome_course',
    null,
    days.day + 1 + cast(floor(draw(people.account_id, 'welcomed') * 5) as integer)
from people
inner join days on people.joined_no = days.day_no
where draw(people.account_id, 'welcome') < 0.6;
