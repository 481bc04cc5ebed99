{#- Of programmes that are evaluated on the days of a calendar, what they hold between these days; of all others, what is
    read. CTEs that follow `readings`; the last of them is `values_held`. Over versions, what is held goes on until the
    first day of the new calendar. Longer than
    other files, for what is held over versions is one chain of steps. -#}
{% macro held_between_evaluations(readings) -%}
versions_of_programmes as (
    select
        market,
        edition_id,
        pack_edition_id,
        programme,
        evaluated,
        begins_with,
        effective_from,
        effective_before,
        bool_or(evaluated is not null) over (partition by market, programme) as is_ever_evaluated,
        sum(case when goes_on then 0 else 1 end) over (
            partition by market, programme
            order by effective_from
            rows between unbounded preceding and current row
        ) as run
    from (
        select
            *,
            -- A balance that is kept otherwise is another one.
            lag(effective_before) over (partition by market, programme order by effective_from) = effective_from
            and lag(kept_per is null) over (partition by market, programme order by effective_from) = (kept_per is null)
                as goes_on
        from {{ rules('programmes') }}
    ) as versions_beside_the_one_before
),

read_every_night as (
    select
        readings.*,
        versions.is_ever_evaluated,
        versions.run
    from {{ readings }} as readings
    inner join versions_of_programmes as versions
        on
            readings.edition_id = versions.edition_id
            and readings.programme = versions.programme
    where versions.evaluated is null
),

read_with_the_day_of_evaluation as (
    select
        readings.*,
        versions.run,
        versions.effective_from,
        versions.effective_before,
        case
            when calendar_days.period_from = readings.from_day then readings.from_day
            else calendar_days.period_until
        end as evaluated_on,
        case
            when not bool_or(readings.until_day is null) over of_the_version
                then max(readings.until_day) over of_the_version
        end as ends_on
    from {{ readings }} as readings
    inner join versions_of_programmes as versions
        on
            readings.edition_id = versions.edition_id
            and readings.programme = versions.programme
    inner join {{ ref('int_calendar_days') }} as calendar_days
        on
            versions.pack_edition_id = calendar_days.edition_id
            and versions.evaluated = calendar_days.calendar
            and greatest(readings.from_day, cast('2015-01-01' as date)) = calendar_days.on_day
    window
        of_the_version as (
            partition by
                readings.account_id, readings.programme, readings.balance_of, readings.history_version,
                readings.edition_id
        )
),

last_reading_before_each_evaluation as (
    select
        * exclude (value_before, read_before),
        evaluated_on < coalesce(effective_before, cast('9999-12-31' as date)) as is_seen,
        first_value(value_before) over of_the_evaluation as value_before,
        first_value(read_before) over of_the_evaluation as read_before
    from read_with_the_day_of_evaluation
    window
        of_the_evaluation as (
            partition by account_id, programme, balance_of, history_version, edition_id, evaluated_on
            order by from_day
        )
    qualify row_number() over (
        partition by account_id, programme, balance_of, history_version, edition_id, evaluated_on
        order by from_day desc
    ) = 1
),

-- From its first reading on, where none of the run was read until then: there can be a version between them that has
-- the programme, though not for the account.
days_on_which_a_balance_begins as (
    select
        account_id,
        programme,
        balance_of,
        history_version,
        edition_id,
        from_day
    from (
        select
            account_id,
            programme,
            balance_of,
            history_version,
            edition_id,
            run,
            min(from_day) as from_day,
            coalesce(
                case when not bool_or(until_day is null) then max(until_day) end, cast('9999-12-31' as date)
            ) as read_until
        from (
            select account_id, programme, balance_of, history_version, edition_id, run, from_day, until_day
            from read_every_night
            union all
            select account_id, programme, balance_of, history_version, edition_id, run, from_day, until_day
            from read_with_the_day_of_evaluation
        ) as all_readings
        group by account_id, programme, balance_of, history_version, edition_id, run
    ) as readings_of_each_version
    qualify coalesce(
        lag(read_until) over (partition by account_id, programme, balance_of, history_version, run order by from_day)
        < from_day,
        true
    )
),

what_an_evaluation_can_find as (
    select
        account_id,
        market,
        programme,
        balance_of,
        history_version,
        known_from,
        known_until,
        edition_id,
        run,
        'read' as found,
        0 as place,
        from_day,
        until_day as ends_on,
        struct_pack(held := value, read_on := from_day) as holding,
        struct_pack(ends_on := until_day) as reading,
        cast(null as struct (before {{ figure() }}, read_on date)) as waiting
    from read_every_night
    where is_ever_evaluated
    union all
    select
        account_id,
        market,
        programme,
        balance_of,
        history_version,
        known_from,
        known_until,
        edition_id,
        run,
        -- What waits for a day that its version doesn't see, the next one evaluates.
        case when is_seen then 'evaluated' else 'waiting' end as found,
        case when is_seen then 0 else 2 end as place,
        case when is_seen then evaluated_on else from_day end as from_day,
        ends_on,
        case when is_seen then struct_pack(held := value, read_on := evaluated_on) end as holding,
        struct_pack(ends_on := ends_on) as reading,
        struct_pack(before := value_before, read_on := read_before) as waiting
    from last_reading_before_each_evaluation
    union all
    -- Where a version begins, or a programme for the account, and none read it until then, what is read of the day
    -- before is held.
    select
        readings.account_id,
        readings.market,
        readings.programme,
        readings.balance_of,
        readings.history_version,
        readings.known_from,
        readings.known_until,
        readings.edition_id,
        readings.run,
        'begins' as found,
        1 as place,
        readings.from_day,
        readings.ends_on,
        struct_pack(held := readings.value_before, read_on := readings.read_before) as holding,
        struct_pack(ends_on := readings.ends_on) as reading,
        cast(null as struct (before {{ figure() }}, read_on date)) as waiting
    from read_with_the_day_of_evaluation as readings
    inner join days_on_which_a_balance_begins as begins
        on
            readings.account_id = begins.account_id
            and readings.programme = begins.programme
            and readings.balance_of = begins.balance_of
            and readings.history_version = begins.history_version
            and readings.edition_id = begins.edition_id
            and readings.from_day = begins.from_day
    left join {{ ref('int_memberships') }} as memberships
        on
            readings.account_id = memberships.account_id
            and readings.edition_id = memberships.edition_id
            and readings.programme = memberships.programme
    where readings.from_day = greatest(readings.effective_from, memberships.member_from)
),

-- With the account's kind, each by itself: in one step with the next, and where much is believed to be found, all accounts
-- meet all rules for their kind first.
what_accounts_of_each_kind_can_find as {{ materialized_cte() }} (
    select
        found.account_id,
        found.market,
        found.programme,
        found.balance_of,
        found.history_version,
        found.known_from,
        found.known_until,
        found.run,
        found.from_day,
        creators.kind
    from what_an_evaluation_can_find as found
    inner join {{ ref('int_creators_judged') }} as creators on found.account_id = creators.account_id
),

versions_for_each_kind as {{ materialized_cte() }} (
    select
        versions.market,
        versions.programme,
        versions.run,
        versions.edition_id,
        versions.effective_from,
        versions.begins_with,
        kinds.kind,
        -- The day on which it is evaluated first, where it sees one.
        case
            when calendar_days.period_from = versions.effective_from then versions.effective_from
            else calendar_days.period_until
        end as seen_on,
        versions.effective_before
    from versions_of_programmes as versions
    inner join {{ rules('kinds') }} as kinds
        on
            versions.edition_id = kinds.edition_id
            and versions.programme = kinds.programme
    inner join {{ ref('int_calendar_days') }} as calendar_days
        on
            versions.pack_edition_id = calendar_days.edition_id
            and versions.evaluated = calendar_days.calendar
            and greatest(versions.effective_from, cast('2015-01-01' as date)) = calendar_days.on_day
    where versions.evaluated is not null
),

-- One that hasn't begun for the account, or has ended, holds nothing of what was held before.
versions_that_go_on_with_what_is_held as {{ materialized_cte() }} (
    select distinct
        found.* exclude (from_day, kind),  -- noqa: RF02
        versions.edition_id,
        versions.effective_from as from_day,
        versions.seen_on,
        versions.effective_before,
        memberships.member_until as ends_on
    from what_accounts_of_each_kind_can_find as found
    inner join versions_for_each_kind as versions
        on
            found.market = versions.market
            and found.programme = versions.programme
            and found.run = versions.run
            and found.kind = versions.kind
            and found.from_day < versions.effective_from
    left join {{ ref('int_memberships') }} as memberships
        on
            found.account_id = memberships.account_id
            and versions.edition_id = memberships.edition_id
            and versions.programme = memberships.programme
    where
        (versions.begins_with is null or memberships.member_from <= versions.effective_from)
        and (memberships.member_until is null or memberships.member_until > versions.effective_from)
),

-- A version can read nothing of the account, such as a metric that was never measured: what its first evaluation finds
-- is missing, and what was held until then is held no longer.
evaluations_that_find_nothing as (
    select
        versions.* exclude (from_day, seen_on, effective_before),  -- noqa: RF02
        'evaluated' as found,
        0 as place,
        versions.seen_on as from_day,
        struct_pack(held := cast(null as {{ figure() }}), read_on := versions.seen_on) as holding,
        struct_pack(ends_on := versions.ends_on) as reading
    from versions_that_go_on_with_what_is_held as versions
    left join read_with_the_day_of_evaluation as readings
        on
            versions.account_id = readings.account_id
            and versions.programme = readings.programme
            and versions.balance_of is not distinct from readings.balance_of
            and versions.history_version = readings.history_version
            and versions.edition_id = readings.edition_id
            and versions.seen_on >= readings.from_day
    where
        readings.account_id is null
        and versions.seen_on < coalesce(versions.effective_before, cast('9999-12-31' as date))
),

what_is_held_from_each_day_on as (
    select
        *,
        last_value(holding ignore nulls) over until_the_day_before as holding_before,
        -- Also of a version that saw no day of the calendar, and so evaluated nothing.
        last_value(reading ignore nulls) over until_the_day_before as reading_before,
        -- What waits since then is held as it was before the first of it, through versions that saw no such day either.
        first_value(waiting ignore nulls) over until_the_day_before as waiting_before
    from (
        select * from what_an_evaluation_can_find
        union all by name
        select * from evaluations_that_find_nothing
        union all by name
        select
            * exclude (seen_on, effective_before),  -- noqa: RF02
            'goes on' as found,
            1 as place
        from versions_that_go_on_with_what_is_held
    ) as found
    window
        until_the_day_before as (
            partition by account_id, programme, balance_of, history_version, run
            -- What it begins with is held until the evaluation of the same day, and no longer.
            order by from_day, found <> 'begins', place
            rows between unbounded preceding and 1 preceding
        )
),

values_on_days_of_evaluation as (
    select
        account_id,
        market,
        programme,
        balance_of,
        history_version,
        known_from,
        known_until,
        from_day,
        edition_id,
        case
            when found <> 'goes on' then holding['held']
            when holding_before is not null then holding_before['held']
            else waiting_before['before']
        end as value,
        case
            when found = 'begins' then holding['held']
            when holding_before is not null then holding_before['held']
            when waiting_before is not null then waiting_before['before']
            else waiting['before']
        end as value_before,
        -- Whichever version that was under.
        case
            when found = 'begins' then holding['read_on']
            when holding_before is not null then holding_before['read_on']
            when waiting_before is not null then waiting_before['read_on']
            else waiting['read_on']
        end as read_before,
        -- What comes to what was held is no change, whatever was read meanwhile.
        found = 'evaluated' and (
            holding['held'] is distinct from case
                when holding_before is not null then holding_before['held']
                else waiting_before['before']
            end
        ) as has_changed,
        coalesce(ends_on, case when found = 'goes on' then reading_before['ends_on'] end) as ends_on
    from what_is_held_from_each_day_on
    where
        (found in ('begins', 'evaluated') and coalesce(ends_on > from_day, true))
        or (
            found = 'goes on'
            and (holding_before is not null or waiting_before['before'] is not null)
            and coalesce(reading_before['ends_on'] >= from_day, true)
        )
    -- On a day of the new calendar it is evaluated.
    qualify row_number() over (
        partition by account_id, programme, balance_of, history_version, from_day
        order by place, found
    ) = 1
),

values_until_the_next_evaluation as (
    select
        each_value.* exclude (ends_on),
        least(
            coalesce(
                lead(each_value.from_day) over evaluations_in_order, versions.effective_before
            ),
            case when each_value.ends_on > each_value.from_day then each_value.ends_on end
        ) as until_day
    from values_on_days_of_evaluation as each_value
    inner join versions_of_programmes as versions
        on
            each_value.edition_id = versions.edition_id
            and each_value.programme = versions.programme
    window
        evaluations_in_order as (
            partition by
                each_value.account_id, each_value.programme, each_value.balance_of, each_value.history_version,
                each_value.edition_id
            order by each_value.from_day
        )
),

values_held as (
    select * exclude (is_ever_evaluated, run) from read_every_night
    union all by name
    select * from values_until_the_next_evaluation
)
{%- endmacro %}
