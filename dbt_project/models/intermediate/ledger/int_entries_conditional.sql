-- Longer than other files, for it has a step for each kind of condition.
with

rule_matches as (
    select * from {{ ref('int_rule_matches') }}
),

activities as (
    select * from {{ ref('int_activities') }}
),

calendar_days as (
    select * from {{ ref('int_calendar_days') }}
),

matches_to_be_looked_at_with_care as (
    select * from rule_matches
    where is_conditional
),

events_with_a_deadline_for_an_answer as (
    select
        asked.entry_id,
        asked.account_id,
        asked.subject,
        asked.answer,
        asked.on_day,
        cast(
            asked.on_day + asked.answer_within_days
            + case when count(extensions.activity_id) > 0 then asked.extension_days else 0 end
            as date
        ) as due_on
    from matches_to_be_looked_at_with_care as asked
    left join activities as extensions
        on
            asked.account_id = extensions.account_id
            and asked.extended_by = extensions.activity
            and asked.subject is not distinct from extensions.subject
            and extensions.on_day between asked.on_day
            and {{ add_days('asked.on_day', 'asked.answer_within_days') }}
    where asked.answer is not null
    group by
        asked.entry_id, asked.account_id, asked.subject, asked.answer, asked.on_day, asked.answer_within_days,
        asked.extension_days
),

events_with_their_answer as (
    select
        asked.entry_id,
        asked.due_on,
        min(answers.on_day) as answered_on
    from events_with_a_deadline_for_an_answer as asked
    left join activities as answers
        on
            asked.account_id = answers.account_id
            and asked.answer = answers.activity
            and asked.subject is not distinct from answers.subject
            and answers.on_day between asked.on_day and asked.due_on
    group by asked.entry_id, asked.due_on
),

entries_with_their_first_day as (
    select
        counted.*,
        case
            when counted.answer is null then counted.on_day
            when counted.answer_wanted then events_with_their_answer.answered_on
            when events_with_their_answer.answered_on is null
                then {{ add_days('events_with_their_answer.due_on', 1) }}
        end as counts_from
    from matches_to_be_looked_at_with_care as counted
    left join events_with_their_answer on counted.entry_id = events_with_their_answer.entry_id
),

entries_with_the_activity_they_wait_for as (
    select
        waiting.entry_id,
        min(activities.on_day) as came_on
    from entries_with_their_first_day as waiting
    inner join activities
        on
            waiting.account_id = activities.account_id
            and coalesce(waiting.clock_starts_with, waiting.ends_only_after) = activities.activity
            and waiting.counts_from <= activities.on_day
    group by waiting.entry_id
),

entries_ended_by_an_activity as (
    select
        ended.entry_id,
        min(greatest(activities.on_day, ended.counts_from)) as ended_on
    from entries_with_their_first_day as ended
    inner join activities
        on
            ended.account_id = activities.account_id
            and ended.ended_by = activities.activity
            and (
                ended.violation_id = activities.violation_id
                or (
                    ended.violation_id is null
                    and ended.subject is not distinct from activities.subject
                    and ended.on_day <= activities.on_day
                )
            )
    group by ended.entry_id
),

pauses_that_touch_an_entry as (
    select
        paused.entry_id,
        paused.lasts_days,
        paused.counts_from,
        greatest(activities.on_day, paused.counts_from) as pause_from,
        {{ add_days('activities.on_day', as_days('activities.quantity')) }} as pause_until
    from entries_with_their_first_day as paused
    inner join activities
        on
            paused.account_id = activities.account_id
            and paused.paused_by = activities.activity
            and {{ add_days('activities.on_day', as_days('activities.quantity')) }} > paused.counts_from
),

pauses_without_what_an_earlier_one_covers as (
    select
        entry_id,
        lasts_days,
        counts_from,
        greatest(pause_from, coalesce(max(pause_until) over (
            partition by entry_id order by pause_from, pause_until
            rows between unbounded preceding and 1 preceding
        ), pause_from)) as pause_from,
        pause_until
    from pauses_that_touch_an_entry
),

pauses_with_the_days_paused_before as (
    select
        *,
        cast(coalesce(sum(greatest(pause_until - pause_from, 0)) over (
            partition by entry_id order by pause_from, pause_until
            rows between unbounded preceding and 1 preceding
        ), 0) as integer) as days_before
    from pauses_without_what_an_earlier_one_covers
),

entries_with_the_days_they_were_paused as (
    select
        entry_id,
        cast(sum(greatest(pause_until - pause_from, 0)) as integer) as days_paused
    from pauses_with_the_days_paused_before
    -- A pause that begins after the entry's days are over stops nothing.
    where pause_from - days_before < counts_from + lasts_days
    group by entry_id
),

entries_with_the_day_their_days_are_over as (
    select
        entries.*,
        case
            when entries.lasts_until is not null then calendar_days.period_until
            when entries.clock_starts_with is not null then {{ add_days('waited.came_on', 'entries.lasts_days') }}
            else {{ add_days('entries.counts_from', 'entries.lasts_days + coalesce(paused.days_paused, 0)') }}
        end as days_are_over_on,
        waited.came_on
    from entries_with_their_first_day as entries
    left join calendar_days
        on
            entries.pack_edition_id = calendar_days.edition_id
            and entries.lasts_until = calendar_days.calendar
            and entries.counts_from = calendar_days.on_day
    left join entries_with_the_activity_they_wait_for as waited on entries.entry_id = waited.entry_id
    left join entries_with_the_days_they_were_paused as paused on entries.entry_id = paused.entry_id
    where entries.counts_from is not null
),

entries_with_their_last_day as (
    select
        entries.*,
        least(
            case
                when entries.ends_only_after is null then entries.days_are_over_on
                when entries.came_on is not null then greatest(entries.days_are_over_on, entries.came_on)
            end,
            ended.ended_on
        ) as counts_until
    from entries_with_the_day_their_days_are_over as entries
    left join entries_ended_by_an_activity as ended on entries.entry_id = ended.entry_id
)

select
    entry_id,
    account_id,
    market,
    programme,
    balance_of,
    event_id,
    event_type,
    subject,
    violation_id,
    names_violation,
    batch_id,
    rule_no,
    rule,
    unit,
    amount_by,
    amount,
    step_of,
    picked_by,
    has_company,
    counts_once_as,
    shares,
    on_day,
    counts_from,
    counts_until,
    voided_on,
    adjusted_amounts
from entries_with_their_last_day
where counts_until is null or counts_until > counts_from
