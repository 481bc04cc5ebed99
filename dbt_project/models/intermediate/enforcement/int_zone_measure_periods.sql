-- Longer than other files, for when a zone's measures begin, go on and end is one chain of steps.
with

zone_periods as (
    select * from {{ ref('int_zone_periods') }}
),

appeal_measure_periods as (
    select * from {{ ref('int_appeal_measure_periods') }}
),

activities as (
    select * from {{ ref('int_activities') }}
),

calendar_days as (
    select * from {{ ref('int_calendar_days') }}
),

calendar_periods as (
    select * from {{ source('policy', 'calendar_periods') }}
),

packs as (
    select * from {{ source('policy', 'packs') }}
),

ends_running as (
    select * from {{ source('policy', 'ends_running') }}
),

effects as (
    select * from {{ rules('effects') }}
),

followers as (
    select * from {{ rules('followers') }}
),

-- What has a length of its own runs on through later versions, unless one of them says that it ends: in the market
-- where it was brought, wherever its account is by then.
first_days_on_which_a_version_ends_it as (
    select
        packs.edition_id as pack_edition_id,
        ends_running.measure,
        min(ends_running.effective_from) as ended_on
    from packs
    inner join ends_running
        on
            packs.market = ends_running.market
            and packs.pack = ends_running.former_pack
            and packs.effective_from < ends_running.effective_from
    group by packs.edition_id, ends_running.measure
),

effects_of_zones_in_which_an_account_was as (
    select
        stretches.account_id,
        stretches.market,
        stretches.programme,
        stretches.balance_of,
        stretches.history_version,
        stretches.known_from,
        stretches.known_until,
        stretches.edition_id,
        stretches.zone,
        stretches.comparator,
        stretches.bound,
        stretches.value_before,
        stretches.value as value_after,
        stretches.from_day as on_day,
        stretches.until_day,
        stretches.has_changed,
        stretches.fires,
        effects.* exclude (market, effective_from, effective_before, edition_id, programme, zone),  -- noqa: RF02
        cast({{ add_days('stretches.from_day', 'effects.starts_after_days') }} as date) as starts_on,
        case when effects.length <> 'zone' then ended.ended_on end as ended_on
    from zone_periods as stretches
    inner join effects
        on
            stretches.edition_id = effects.edition_id
            and stretches.programme = effects.programme
            and stretches.zone = effects.zone
    left join first_days_on_which_a_version_ends_it as ended
        on
            effects.pack_edition_id = ended.pack_edition_id
            and effects.measure = ended.measure
    where stretches.fires or effects.length = 'zone'
),

effects_of_a_plain_length as (
    select
        *,
        case when length = 'days' then {{ add_days('starts_on', 'days') }} end as in_force_until
    from effects_of_zones_in_which_an_account_was
    where
        length = 'permanent'
        or (length = 'days' and not extends and and_until is null and shortened_by is null)
),

effects_with_those_they_wait_behind as (
    select
        *,
        list(
            struct_pack(
                starts_on := starts_on,
                days := days,
                ended_on := ended_on,
                over_on := least({{ add_days('starts_on', 'days') }}, ended_on)
            )
        ) over (
            partition by account_id, programme, scope, measure, history_version
            order by starts_on, on_day, balance_of, effect
            rows between unbounded preceding and 1 preceding
        ) as those_before
    from effects_of_zones_in_which_an_account_was
    where length = 'days' and extends
),

effects_put_one_behind_the_other as (
    select
        * exclude (those_before),
        {{ add_days('greatest(starts_on, ' ~ day_that_all_are_over('those_before') ~ ')', 'days') }}  -- noqa: PRS
            as in_force_until
    from effects_with_those_they_wait_behind
),

effects_with_the_period_that_ends_them as (
    select
        effects.*,
        calendar_days.period + effects.until_nth - 1 as last_period
    from effects_of_zones_in_which_an_account_was as effects
    inner join calendar_days
        on
            effects.pack_edition_id = calendar_days.edition_id
            and effects.until_calendar = calendar_days.calendar
            and effects.starts_on = calendar_days.on_day
    where effects.length = 'calendar'
),

effects_until_a_day_of_a_calendar as (
    select
        effects.* exclude (last_period),  -- noqa: RF02
        periods.period_until as in_force_until
    from effects_with_the_period_that_ends_them as effects
    inner join calendar_periods as periods
        on
            effects.pack_edition_id = periods.edition_id
            and effects.until_calendar = periods.calendar
            and effects.last_period = periods.period
),

-- A stay goes over versions that have the zone and what it brings by name; the version of its first day tells of it.
effects_as_long_as_the_zone as (
    select
        * exclude (was_until, first_stretch, last_change) replace (
            first_stretch['starts_on'] as starts_on,
            first_stretch['edition_id'] as edition_id,
            first_stretch['comparator'] as comparator,
            first_stretch['bound'] as bound,
            last_change['on_day'] as on_day,
            last_change['value_before'] as value_before,
            last_change['value_after'] as value_after
        ),
        on_day as in_force_from,
        until_day as in_force_until
    from (
        select
            *,
            last_value(
                case
                    when was_until is distinct from on_day
                        then struct_pack(
                            starts_on := starts_on,
                            edition_id := edition_id,
                            comparator := comparator,
                            bound := bound
                        )
                end
                ignore nulls
            ) over stays_so_far as first_stretch,
            last_value(
                case
                    when was_until is distinct from on_day or coalesce(has_changed, true)
                        then struct_pack(on_day := on_day, value_before := value_before, value_after := value_after)
                end
                ignore nulls
            ) over stays_so_far as last_change
        from (
            select
                *,
                lag(until_day) over (
                    partition by
                        account_id, programme, balance_of, history_version, zone, list, measure, scope
                    order by on_day
                ) as was_until
            from effects_of_zones_in_which_an_account_was
            where length = 'zone'
        ) as effects_beside_the_end_of_the_stretch_before
        window
            stays_so_far as (
                partition by account_id, programme, balance_of, history_version, zone, list, measure, scope
                order by on_day
                rows between unbounded preceding and current row
            )
    ) as effects_with_the_stay_that_they_are_of
),

-- An activity that changes how long a measure lasts is known from its day on; until then the measure is what it was: in
-- every history, also in one that ends before, for it is believed until the night that brings the appeal which ends it.
effects_that_an_activity_ends_or_shortens as (
    select
        effects.* exclude (activity_id, activity_on),  -- noqa: RF03
        min(activity_on) as activity_on
    from (
        select
            effects.*,
            activities.activity_id,
            activities.on_day as activity_on
        from effects_of_zones_in_which_an_account_was as effects
        left join activities
            on
                effects.account_id = activities.account_id
                and coalesce(effects.and_until, effects.shortened_by) = activities.activity
                and effects.starts_on <= activities.on_day
        where effects.length = 'days' and (effects.and_until is not null or effects.shortened_by is not null)
    ) as effects
    group by all
),

effects_before_the_activity as (
    select
        * exclude (activity_on) replace (least(known_until, activity_on) as known_until),
        activity_on as told_until,
        case when and_until is null then {{ add_days('starts_on', 'days') }} end as in_force_until
    from effects_that_an_activity_ends_or_shortens
),

effects_since_the_activity as (
    select
        * exclude (activity_on) replace (greatest(known_from, activity_on) as known_from),
        case
            when and_until is not null then greatest({{ add_days('starts_on', 'days') }}, activity_on)
            else
                least(
                    {{ add_days('starts_on', 'days') }},
                    greatest({{ add_days('starts_on', 'shortened_to_days') }}, activity_on)
                )
        end as in_force_until
    from effects_that_an_activity_ends_or_shortens
    where activity_on is not null
),

effects_that_an_appeal_can_stop as (
    select
        effects.*,
        appeals.told_from,
        appeals.told_until,
        appeals.in_force_until,
        appeals.is_followed
    from effects_of_zones_in_which_an_account_was as effects
    inner join appeal_measure_periods as appeals
        on
            effects.account_id = appeals.account_id
            and effects.programme = appeals.programme
            and effects.balance_of = appeals.balance_of
            and effects.history_version = appeals.history_version
            and effects.on_day = appeals.on_day
            and effects.edition_id = appeals.edition_id
            and effects.effect = appeals.effect
    where effects.length = 'appeal'
),

effects_until_appeals_are_settled as (
    select
        * exclude (told_from, is_followed) replace (
            greatest(known_from, told_from) as known_from, least(known_until, told_until) as known_until
        )
    from effects_that_an_appeal_can_stop
    -- What was over before it is told otherwise isn't told; a later history says of it until when it was in force.
    where in_force_until is null or in_force_until > told_from or told_from <= known_from
),

effects_that_follow_for_good as (
    select
        stopped.* exclude (told_from, told_until, is_followed, in_force_until) replace (  -- noqa: RF02
            stopped.in_force_until as starts_on,
            'permanent' as length,
            followers.measure as measure,
            followers.measure_rank as measure_rank,
            followers.scope as scope,
            -- What there was a quota of while one could appeal isn't counted any more.
            null as quota_activity,
            null as quota_at_most,
            null as quota_calendar,
            ended.ended_on as ended_on
        ),
        cast(null as date) as in_force_until
    from effects_that_an_appeal_can_stop as stopped
    inner join followers
        on
            stopped.edition_id = followers.edition_id
            and stopped.programme = followers.programme
            and stopped.zone = followers.zone
            and stopped.effect = followers.effect
    left join first_days_on_which_a_version_ends_it as ended
        on
            followers.pack_edition_id = ended.pack_edition_id
            and followers.measure = ended.measure
    where
        stopped.is_followed
        -- What a version ended before it ran out is followed by nothing.
        and (stopped.ended_on is null or stopped.ended_on > stopped.in_force_until)
),

effects_of_every_length as (
    select * from effects_of_a_plain_length
    union all by name
    select * from effects_put_one_behind_the_other
    union all by name
    select * from effects_until_a_day_of_a_calendar
    union all by name
    select * from effects_as_long_as_the_zone
    union all by name
    select * from effects_before_the_activity
    union all by name
    select * from effects_since_the_activity
    union all by name
    select * from effects_until_appeals_are_settled
    union all by name
    select * from effects_that_follow_for_good
)

select
    account_id,
    market,
    programme,
    balance_of,
    history_version,
    known_from,
    known_until,
    told_until,
    list,
    measure,
    measure_rank,
    scope,
    length,
    edition_id,
    zone,
    comparator,
    bound,
    value_before,
    value_after,
    on_day,
    starts_on,
    -- What lasts as long as a zone or an open appeal has no end that could be told.
    case when length in ('days', 'calendar', 'appeal') then {{ add_days('in_force_until', -1) }} end as ends_on,
    coalesce(in_force_from, starts_on) as in_force_from,
    least(in_force_until, ended_on) as in_force_until,
    quota_activity,
    quota_at_most,
    quota_calendar,
    -- What is brought is counted as the version says that brings it; in a zone, as that of the day says.
    pack_edition_id as quota_edition_id
from effects_of_every_length
where
    (told_until is null or known_from < told_until)
    and (in_force_until is null or starts_on < in_force_until)
    and (ended_on is null or starts_on < ended_on)
