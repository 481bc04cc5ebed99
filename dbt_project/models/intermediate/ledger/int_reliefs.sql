-- Longer than other files, for the walk can't be cut in two.
-- What a relief takes depends on what earlier ones have left, and whether it is given on when the one before it was.
-- One step for each relief of an account, all accounts side by side. See docs/decisions/0004.
-- noqa: disable=RF01,RF03,LT01
with recursive

entries as (
    select * from {{ ref('int_entries_multiplied') }}
),

rules as (
    select distinct
        rule_no,
        takes_from,
        burden,
        amount as at_most,
        not_again_within_days
    from {{ source('policy', 'entry_rules') }}
    where takes_from is not null
),

reliefs_not_given as (
    select * from {{ source('policy', 'reliefs_not_given') }}
),

rules_that_each_is_not_given_beside as (
    select
        rule_no,
        list(not_with_rule order by not_with_rule) as not_with_rules
    from reliefs_not_given
    group by rule_no
),

reliefs_asked_for as (
    select
        entries.account_id,
        entries.programme,
        entries.history_version,
        entries.entry_id,
        entries.rule,
        entries.subject,
        entries.names_violation,
        entries.on_day,
        entries.counts_from,
        rules.rule_no,
        rules.takes_from,
        rules.burden,
        rules.at_most,
        rules.not_again_within_days,
        coalesce(beside.not_with_rules, []) as not_with_rules
    from entries
    inner join rules on entries.rule_no = rules.rule_no
    left join rules_that_each_is_not_given_beside as beside on entries.rule_no = beside.rule_no
    where entries.amount_by = 'relief'
),

reliefs_not_given_beside_certain_entries as (
    select distinct
        reliefs.account_id,
        reliefs.programme,
        reliefs.history_version,
        reliefs.entry_id
    from reliefs_asked_for as reliefs
    inner join reliefs_not_given on reliefs.rule_no = reliefs_not_given.rule_no
    inner join entries
        on
            reliefs.account_id = entries.account_id
            and reliefs.programme = entries.programme
            and reliefs.history_version = entries.history_version
            and reliefs_not_given.not_with_rule = entries.rule
            -- Whether another relief counts is known when it is its turn.
            and entries.amount_by <> 'relief'
            and {{ day_in('reliefs.counts_from', 'entries.counts_from', 'entries.counts_until') }}
),

-- What another version of its rule let count, without taking it from an entry, is looked back at as a relief is.
reliefs_too_soon_after_what_counted as (
    select distinct
        reliefs.account_id,
        reliefs.programme,
        reliefs.history_version,
        reliefs.entry_id
    from reliefs_asked_for as reliefs
    inner join entries as earlier
        on
            reliefs.account_id = earlier.account_id
            and reliefs.programme = earlier.programme
            and reliefs.history_version = earlier.history_version
            and reliefs.rule = earlier.rule
            and coalesce(reliefs.subject, '') = coalesce(earlier.subject, '')
            and earlier.amount_by <> 'relief'
            and (earlier.on_day, earlier.entry_id) < (reliefs.on_day, reliefs.entry_id)
            and {{ add_days('earlier.on_day', 'reliefs.not_again_within_days') }} > reliefs.on_day
),

reliefs_that_are_given as (
    select
        reliefs.*,
        row_number() over (
            partition by reliefs.account_id, reliefs.programme, reliefs.history_version
            order by reliefs.counts_from, reliefs.entry_id
        ) as step
    from reliefs_asked_for as reliefs
    anti join reliefs_not_given_beside_certain_entries as not_given
        on
            reliefs.account_id = not_given.account_id
            and reliefs.programme = not_given.programme
            and reliefs.history_version = not_given.history_version
            and reliefs.entry_id = not_given.entry_id
    anti join reliefs_too_soon_after_what_counted as too_soon
        on
            reliefs.account_id = too_soon.account_id
            and reliefs.programme = too_soon.programme
            and reliefs.history_version = too_soon.history_version
            and reliefs.entry_id = too_soon.entry_id
),

entries_each_could_take_from as (
    select
        reliefs.account_id,
        reliefs.programme,
        reliefs.history_version,
        reliefs.step,
        any_value(reliefs.entry_id) as entry_id,
        any_value(reliefs.rule) as rule,
        any_value(coalesce(reliefs.subject, '')) as subject,
        any_value(reliefs.on_day) as on_day,
        any_value(reliefs.counts_from) as counts_from,
        any_value(reliefs.not_again_within_days) as not_again_within_days,
        any_value(reliefs.not_with_rules) as not_with_rules,
        any_value(reliefs.at_most) as at_most,
        any_value(reliefs.burden) as burden,
        list(
            struct_pack(
                entry_id := entries.entry_id,
                amount := abs(entries.amount),
                balance_of := entries.balance_of,
                counts_until := entries.counts_until
            )
            order by
                case when reliefs.takes_from = 'oldest' then entries.counts_from end asc,
                case when reliefs.takes_from = 'oldest' then entries.entry_id end asc,
                entries.counts_from desc,
                entries.entry_id desc
        ) as targets
    from reliefs_that_are_given as reliefs
    inner join entries
        on
            reliefs.account_id = entries.account_id
            and reliefs.programme = entries.programme
            and reliefs.history_version = entries.history_version
            -- What weighs on the account: points that it has, or a score that it lost.
            and entries.amount * reliefs.burden > 0
            and entries.amount_by not in ('relief', 'step')
            and {{ day_in('reliefs.counts_from', 'entries.counts_from', 'entries.counts_until') }}
            and (reliefs.takes_from <> 'same_type' or reliefs.subject = entries.event_type)
            and (reliefs.takes_from <> 'violation' or reliefs.names_violation = entries.violation_id)
    group by reliefs.account_id, reliefs.programme, reliefs.history_version, reliefs.step
),

reliefs_in_the_order_they_take as (
    select
        * exclude (step),
        row_number() over (partition by account_id, programme, history_version order by step) as step
    from entries_each_could_take_from
),

walked as (
    select
        account_id,
        programme,
        history_version,
        cast(0 as bigint) as step,
        cast([] as struct (
            relief varchar, rule varchar, subject varchar, asked_on date, entry_id varchar, balance_of varchar,
            counts_until date, burden integer, amount decimal(18, 2)
        ) []) as taken
    from reliefs_in_the_order_they_take
    where step = 1
    union all
    select
        walked.account_id,
        walked.programme,
        walked.history_version,
        reliefs.step,
        walked.taken || list_transform(
            -- The first that anything is left of.
            list_filter(
                list_transform(
                    reliefs.targets,
                    lambda target: struct_pack(
                        relief := reliefs.entry_id,
                        rule := reliefs.rule,
                        subject := reliefs.subject,
                        asked_on := reliefs.on_day,
                        entry_id := target.entry_id,
                        balance_of := target.balance_of,
                        counts_until := target.counts_until,
                        burden := reliefs.burden,
                        amount := cast(target.amount - coalesce(list_sum(list_transform(
                            list_filter(walked.taken, lambda earlier: earlier.entry_id = target.entry_id),
                            lambda earlier: earlier.amount
                        )), 0) as decimal(18, 2))
                    )
                ),
                lambda left_over: left_over.amount > 0
                and len(list_filter(
                    walked.taken,
                    -- Of two that are answered in turn, the earlier can be given later.
                    lambda earlier: (
                        earlier.rule = reliefs.rule
                        and earlier.subject = reliefs.subject
                        and {{ add_days('earlier.asked_on', 'reliefs.not_again_within_days') }} > reliefs.on_day
                        and {{ add_days('reliefs.on_day', 'reliefs.not_again_within_days') }} > earlier.asked_on
                    )
                    or (
                        list_contains(reliefs.not_with_rules, earlier.rule)
                        and coalesce(earlier.counts_until > reliefs.counts_from, true)
                    )
                )) = 0
            )[:1],
            lambda left_over: struct_pack(
                relief := left_over.relief,
                rule := left_over.rule,
                subject := left_over.subject,
                asked_on := left_over.asked_on,
                entry_id := left_over.entry_id,
                balance_of := left_over.balance_of,
                counts_until := left_over.counts_until,
                burden := left_over.burden,
                amount := least(left_over.amount, coalesce(reliefs.at_most, left_over.amount))
            )
        ) as taken
    from walked
    inner join reliefs_in_the_order_they_take as reliefs
        on
            walked.account_id = reliefs.account_id
            and walked.programme = reliefs.programme
            and walked.history_version = reliefs.history_version
            and walked.step + 1 = reliefs.step
),

taken_at_the_end_of_each_walk as (
    select
        account_id,
        programme,
        history_version,
        unnest(max_by(taken, step)) as taken
    from walked
    group by account_id, programme, history_version
)

select
    account_id,
    programme,
    history_version,
    taken.relief as entry_id,
    taken.entry_id as taken_from,
    taken.balance_of,
    taken.counts_until,
    taken.burden,
    taken.amount
from taken_at_the_end_of_each_walk
