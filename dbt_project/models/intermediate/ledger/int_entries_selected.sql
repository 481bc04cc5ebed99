-- Longer than other files, for the walk can't be cut in two.
-- Which events a rule picks can depend on which it picked before: the one sequential core of the engine. An event is
-- picked unless one that was picked before it blocks it; one that makes a group, if enough wait that no group before it
-- used. It walks all accounts side by side, and only those where anything is blocked. See docs/decisions/0004.
with recursive

entries as (
    select * from {{ ref('int_entries_deduplicated') }}
),

-- A rule is the same in all versions that have its name. Where one of them picks, the events of the others are there to
-- be looked back at: each of them counted.
rules as (
    select distinct
        rules_of_all_versions.rule_no,
        rules_of_all_versions.programme,
        rules_of_all_versions.not_again_within_days,
        rules_of_all_versions.every_count,
        rules_of_all_versions.every_within_days,
        rules_of_all_versions.grace_training,
        rules_of_all_versions.grace_same_type_days
    from {{ rules('entry_rules') }} as rules_of_all_versions
    inner join {{ rules('entry_rules') }} as rules_that_pick
        on
            rules_of_all_versions.market = rules_that_pick.market
            and rules_of_all_versions.programme = rules_that_pick.programme
            and rules_of_all_versions.rule = rules_that_pick.rule
    where rules_that_pick.picked_by is not null
),

trainings as (
    select distinct grace_training
    from rules
    where grace_training is not null
),

activities as (
    select * from {{ ref('int_activities') }}
),

entries_in_order as (
    select
        entries.account_id,
        entries.programme,
        entries.history_version,
        entries.entry_id,
        entries.event_type,
        coalesce(entries.subject, '') as subject,
        entries.picked_by,
        entries.on_day,
        rules.* exclude (rule_no, programme),  -- noqa: RF02
        dense_rank() over (
            order by entries.account_id, entries.programme, entries.history_version, entries.rule
        ) as walk,
        row_number() over (
            partition by entries.account_id, entries.programme, entries.history_version, entries.rule
            order by entries.on_day, entries.entry_id
        ) as place
    from entries
    inner join rules
        on
            entries.rule_no = rules.rule_no
            and entries.programme = rules.programme
),

entries_with_the_one_their_group_begins_with as (
    select
        *,
        lag(on_day, cast(coalesce(every_count, 1) - 1 as integer)) over (
            partition by walk order by place
        ) as group_begins_on
    from entries_in_order
),

entries_with_whether_they_could_be_picked as (
    select
        *,
        -- No last so many that wait begin later than the last so many of all.
        case
            when picked_by = 'every'
                then coalesce(on_day < {{ add_days('group_begins_on', 'every_within_days') }}, false)
            else true
        end as could_be_picked
    from entries_with_the_one_their_group_begins_with
),

entries_that_could_be_picked as (
    select * from entries_with_whether_they_could_be_picked
    where could_be_picked
),

warnings_with_the_trainings_that_end_them as (
    select
        warnings.walk,
        warnings.place,
        activities.activity as training,
        min(activities.on_day) as trained_on
    from entries_that_could_be_picked as warnings
    inner join activities
        on
            warnings.account_id = activities.account_id
            and warnings.on_day <= activities.on_day
    inner join trainings on activities.activity = trainings.grace_training
    where warnings.picked_by = 'grace'
    group by warnings.walk, warnings.place, activities.activity
),

-- Whether it is blocked, the version of the later event says. What grace picks only warns: to one that is picked in
-- another way, what grace didn't pick is what counted.
who_is_blocked_by_whom as (
    select
        later.walk,
        later.place,
        list(earlier.place order by earlier.place) filter (
            where later.picked_by = 'grace' or earlier.picked_by is distinct from 'grace'
        ) as blocked_by,
        list(earlier.place order by earlier.place) filter (
            where later.picked_by <> 'grace' and earlier.picked_by = 'grace'
        ) as blocked_unless_picked
    from entries_that_could_be_picked as later
    inner join entries_that_could_be_picked as earlier
        on
            later.walk = earlier.walk
            and later.place > earlier.place
    left join warnings_with_the_trainings_that_end_them as trained
        on
            earlier.walk = trained.walk
            and earlier.place = trained.place
            and later.grace_training = trained.training
    where
        case later.picked_by
            when 'spacing'
                then
                    earlier.subject = later.subject
                    and later.on_day < {{ add_days('earlier.on_day', 'later.not_again_within_days') }}
            when 'every' then earlier.place > later.place - later.every_count
            when 'grace'
                then
                    -- What another version let count, without a warning, is none.
                    earlier.picked_by = 'grace'
                    and (
                        trained.trained_on is null
                        or trained.trained_on > later.on_day
                        or (
                            later.event_type = earlier.event_type
                            and later.on_day < {{ add_days('trained.trained_on', 'later.grace_same_type_days') }}
                        )
                    )
        end
    group by later.walk, later.place
),

walks_where_something_is_blocked as (
    select distinct walk
    from who_is_blocked_by_whom
),

walks_on_which_events_wait_for_others as (
    select distinct candidates.walk
    from entries_that_could_be_picked as candidates
    inner join walks_where_something_is_blocked as blocked on candidates.walk = blocked.walk
    where candidates.picked_by = 'every'
),

entries_with_the_step_they_are_known_at as (
    select
        entries_with_whether_they_could_be_picked.walk,
        entries_with_whether_they_could_be_picked.place,
        entries_with_whether_they_could_be_picked.on_day,
        1 + count(*) filter (where entries_with_whether_they_could_be_picked.could_be_picked) over (
            partition by entries_with_whether_they_could_be_picked.walk
            order by entries_with_whether_they_could_be_picked.place
            rows between unbounded preceding and 1 preceding
        ) as step
    from entries_with_whether_they_could_be_picked
    inner join walks_on_which_events_wait_for_others as waiting
        on entries_with_whether_they_could_be_picked.walk = waiting.walk
),

-- The candidate itself is the last of them.
days_that_come_up_at_each_step as (
    select
        walk,
        step,
        list(on_day order by place) as days
    from entries_with_the_step_they_are_known_at
    group by walk, step
),

candidates_with_their_step as (
    select
        candidates.walk,
        candidates.place,
        candidates.picked_by,
        candidates.on_day,
        candidates.every_count,
        candidates.every_within_days,
        row_number() over (partition by candidates.walk order by candidates.place) as step,
        coalesce(blocked.blocked_by, []) as blocked_by,
        coalesce(blocked.blocked_unless_picked, []) as blocked_unless_picked
    from entries_that_could_be_picked as candidates
    left join who_is_blocked_by_whom as blocked
        on
            candidates.walk = blocked.walk
            and candidates.place = blocked.place
    where candidates.walk in (select walk from walks_where_something_is_blocked)  -- noqa: RF02
),

steps as (
    select
        candidates_with_their_step.*,
        coalesce(coming_up.days, []) as days
    from candidates_with_their_step
    left join days_that_come_up_at_each_step as coming_up
        on
            candidates_with_their_step.walk = coming_up.walk
            and candidates_with_their_step.step = coming_up.step
),

-- What wasn't counted waits, until a group has used it. Where no version of the rule makes groups, nothing does.
walked as (
    select
        walk,
        cast(0 as bigint) as step,
        cast([] as bigint[]) as picked,
        cast([] as date[]) as waiting
    from steps
    where step = 1
    union all
    select
        walk,
        step,
        case when is_picked then list_append(picked, place) else picked end as picked,
        case
            when picked_by = 'every' and is_picked then list_slice(waiting, 1, len(waiting) - every_count)
            -- What grace picks only warns.
            when is_picked = (picked_by is distinct from 'grace') then list_slice(waiting, 1, len(waiting) - 1)
            else waiting
        end as waiting
    from (
        select
            *,
            case
                when picked_by = 'every'
                    then
                        len(waiting) >= every_count
                        and on_day < {{
                            add_days('list_extract(waiting, len(waiting) - every_count + 1)', 'every_within_days')
                        }}
                else
                    not list_has_any(picked, blocked_by)
                    and list_has_all(picked, blocked_unless_picked)
            end as is_picked
        from (
            select
                steps.*,
                walked.picked,
                walked.waiting || steps.days as waiting
            from walked
            inner join steps
                on
                    walked.walk = steps.walk
                    and walked.step + 1 = steps.step
        ) as stepped
    ) as decided
),

picked_at_the_end_of_each_walk as (
    select
        walk,
        unnest(max_by(picked, step)) as place
    from walked
    group by walk
),

picked_where_nothing_is_blocked as (
    select
        walk,
        place
    from entries_that_could_be_picked
    where walk not in (select walk from walks_where_something_is_blocked)  -- noqa: RF02
),

picked as (
    select * from picked_at_the_end_of_each_walk
    union all
    select * from picked_where_nothing_is_blocked
)

select
    entries_in_order.account_id,
    entries_in_order.programme,
    entries_in_order.history_version,
    entries_in_order.entry_id
from entries_in_order
inner join picked
    on
        entries_in_order.walk = picked.walk
        and entries_in_order.place = picked.place
where entries_in_order.picked_by is not null
