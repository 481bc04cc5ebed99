-- Longer than other files, for from a zone that was entered to the days of its end is one chain of steps.
with

zone_periods as (
    select * from {{ ref('int_zone_periods') }}
),

entries_counted as (
    select * from {{ ref('int_entries_counted') }}
),

appeals_counted as (
    select * from {{ ref('int_appeals_counted') }}
),

appeal_rules as (
    select * from {{ ref('int_appeal_rules') }}
),

effects as (
    select * from {{ rules('effects') }}
),

ledgers as (
    select * from {{ rules('ledgers') }}
),

effects_that_an_appeal_can_stop as (
    select
        zone_periods.account_id,
        zone_periods.programme,
        zone_periods.balance_of,
        zone_periods.history_version,
        zone_periods.known_until,
        zone_periods.from_day as on_day,
        effects.edition_id,
        effects.effect,
        ledgers.ledger,
        zone_periods.read_before,
        cast({{ add_days('zone_periods.from_day', 'effects.starts_after_days + effects.appeal_days') }} as date)
            as last_day_to_file
    from zone_periods
    inner join effects
        on
            zone_periods.edition_id = effects.edition_id
            and zone_periods.programme = effects.programme
            and zone_periods.zone = effects.zone
    left join ledgers
        on
            effects.edition_id = ledgers.edition_id
            and effects.programme = ledgers.programme
    where zone_periods.fires and effects.length = 'appeal'
),

-- Those that came since the value before was read.
violations_that_brought_each as (
    select distinct
        effects.* replace (
            -- Another pack can give more time to appeal against what counts in both.
            greatest(
                effects.last_day_to_file, {{ add_days('appeal_rules.decided_on', 'appeal_rules.file_within_days') }}
            ) as last_day_to_file
        ),
        entries_counted.violation_id
    from effects_that_an_appeal_can_stop as effects
    inner join entries_counted
        on
            effects.account_id = entries_counted.account_id
            and effects.history_version = entries_counted.history_version
            and effects.ledger = entries_counted.programme
            and (effects.balance_of = '' or effects.balance_of = entries_counted.balance_of)
            and effects.read_before < entries_counted.counts_from
            and effects.on_day >= entries_counted.counts_from
            and (entries_counted.counts_until is null or effects.on_day < entries_counted.counts_until)
    inner join appeal_rules on entries_counted.violation_id = appeal_rules.violation_id
),

-- What helps from the day on which a history ends is believed in the next one: in this, the appeal stays open.
days_on_which_each_was_helped as (
    select
        brought.violation_id,
        brought.history_version,
        brought.on_day,
        min(appeals.decided_on) as helped_on
    from violations_that_brought_each as brought
    inner join appeals_counted as appeals
        on
            brought.violation_id = appeals.violation_id
            and appeals.effect <> 'denies'
            and brought.on_day <= appeals.decided_on
            and coalesce(brought.known_until > appeals.decided_on, true)
    group by brought.violation_id, brought.history_version, brought.on_day
),

-- The first appeal that isn't decided before it stops the clock; a further one doesn't start it again, but can help.
violations_with_what_became_of_them as (
    select
        brought.*,
        appeals.filed_on,
        case
            when
                appeals.effect = 'denies'
                or (appeals.effect is not null and coalesce(appeals.decided_on < brought.known_until, true))
                then appeals.decided_on
        end as settled_on,
        helped.helped_on
    from violations_that_brought_each as brought
    left join appeals_counted as appeals
        on
            brought.violation_id = appeals.violation_id
            and coalesce(not appeals.is_out_of_court, true)
            and brought.last_day_to_file >= appeals.filed_on
            and brought.on_day <= coalesce(appeals.decided_on, cast('9999-12-31' as date))
    left join days_on_which_each_was_helped as helped
        on
            brought.violation_id = helped.violation_id
            and brought.history_version = helped.history_version
            and brought.on_day = helped.on_day
    qualify row_number() over (
        partition by
            brought.account_id, brought.programme, brought.balance_of, brought.history_version, brought.on_day,
            brought.edition_id, brought.effect, brought.violation_id
        order by appeals.filed_on, appeals.appeal_id
    ) = 1
),

-- With no violation behind it, nothing can be appealed against, and the time passes all the same.
days_on_which_the_end_is_told_otherwise as (
    select
        * exclude (known_until, ledger, read_before, last_day_to_file),
        cast('0001-01-01' as date) as told_from
    from effects_that_an_appeal_can_stop
    union
    select
        * exclude (known_until, ledger, read_before, last_day_to_file, violation_id, filed_on, settled_on, helped_on),
        filed_on as told_from
    from violations_with_what_became_of_them
    where filed_on is not null
    union
    select
        * exclude (known_until, ledger, read_before, last_day_to_file, violation_id, filed_on, settled_on, helped_on),
        settled_on as told_from
    from violations_with_what_became_of_them
    where settled_on is not null
    union
    select
        * exclude (known_until, ledger, read_before, last_day_to_file, violation_id, filed_on, settled_on, helped_on),
        helped_on as told_from
    from violations_with_what_became_of_them
    where helped_on is not null
),

-- It is over when the last of its violations is: denied, or appealed against no more. What was helped holds nothing.
ends_as_they_are_known as (
    select
        days.account_id,
        days.programme,
        days.balance_of,
        days.history_version,
        days.on_day,
        days.edition_id,
        days.effect,
        days.told_from,
        coalesce(
            bool_or(
                violations.filed_on <= days.told_from
                and days.told_from
                < coalesce(least(violations.settled_on, violations.helped_on), cast('9999-12-31' as date))
            ),
            false
        ) as is_open,
        -- Whether anything is left that wasn't helped.
        count(violations.violation_id) = 0
        or bool_or(violations.helped_on is null or days.told_from < violations.helped_on) as is_held,
        coalesce(
            max(
                case
                    when violations.helped_on <= days.told_from then null
                    when violations.settled_on <= days.told_from then violations.settled_on
                    else {{ add_days('violations.last_day_to_file', 1) }}
                end
            ),
            max(
                least(
                    violations.helped_on,
                    case
                        when violations.filed_on is null then {{ add_days('violations.last_day_to_file', 1) }}
                        else violations.settled_on
                    end
                )
            ),
            max({{ add_days('effects.last_day_to_file', 1) }})
        ) as over_on
    from days_on_which_the_end_is_told_otherwise as days
    inner join effects_that_an_appeal_can_stop as effects
        on
            days.account_id = effects.account_id
            and days.programme = effects.programme
            and days.balance_of = effects.balance_of
            and days.history_version = effects.history_version
            and days.on_day = effects.on_day
            and days.edition_id = effects.edition_id
            and days.effect = effects.effect
    left join violations_with_what_became_of_them as violations
        on
            days.account_id = violations.account_id
            and days.programme = violations.programme
            and days.balance_of = violations.balance_of
            and days.history_version = violations.history_version
            and days.on_day = violations.on_day
            and days.edition_id = violations.edition_id
            and days.effect = violations.effect
    group by all
),

ends_until_they_are_told_otherwise as (
    select
        account_id,
        programme,
        balance_of,
        history_version,
        on_day,
        edition_id,
        effect,
        told_from,
        lead(told_from) over (
            partition by account_id, programme, balance_of, history_version, on_day, edition_id, effect
            order by told_from
        ) as told_until,
        case when not is_open then over_on end as in_force_until,
        -- What is told last is how it went.
        lead(told_from) over (
            partition by account_id, programme, balance_of, history_version, on_day, edition_id, effect
            order by told_from
        ) is null
        and not is_open
        and is_held as is_followed
    from ends_as_they_are_known
)

select * from ends_until_they_are_told_otherwise
