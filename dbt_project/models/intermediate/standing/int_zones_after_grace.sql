-- Longer than other files, for the walk over versions can't be cut in two.
-- What a zone was held for goes over versions by the zone's name: one step for each version that follows a stretch.
with recursive

zones_by_value as (
    select * from {{ ref('int_zones_by_value') }}
),

zones as (
    select * from {{ rules('zones') }}
),

creators as (
    select * from {{ ref('int_creators_judged') }}
),

kinds as (
    select * from {{ rules('kinds') }}
),

memberships as (
    select * from {{ ref('int_memberships') }}
),

programmes as (
    select
        market,
        edition_id,
        programme,
        never_falls,
        falls_after_days,
        begins_with,
        effective_from,
        effective_before,
        -- A balance that is kept otherwise is another one.
        kept_per is not null as keeps_several,
        never_falls or falls_after_days is not null as holds,
        bool_or(never_falls or falls_after_days is not null) over (partition by market, programme) as ever_holds
    from {{ rules('programmes') }}
),

-- The same for each kind of account that it is for.
programmes_for_each_kind as {{ materialized_cte() }} (
    select
        programmes.*,
        kinds.kind
    from programmes
    inner join kinds
        on
            programmes.edition_id = kinds.edition_id
            and programmes.programme = kinds.programme
),

stretches_with_how_long_their_zone_is_held as (
    select
        zones_by_value.*,
        creators.kind,
        programmes.holds,
        programmes.never_falls,
        programmes.falls_after_days,
        programmes.effective_from,
        programmes.effective_before,
        programmes.keeps_several,
        case
            when not programmes.never_falls
                then {{ add_days('zones_by_value.until_day', 'coalesce(programmes.falls_after_days, 0)') }}
        end as held_until
    from zones_by_value
    inner join programmes
        on
            zones_by_value.edition_id = programmes.edition_id
            and zones_by_value.programme = programmes.programme
    inner join creators on zones_by_value.account_id = creators.account_id
    where programmes.ever_holds
),

-- A version first reads the day before as itself, and so does a programme that begins for the account under it.
zones_reached as (
    select
        account_id,
        market,
        kind,
        programme,
        balance_of,
        history_version,
        edition_id,
        zone,
        from_day as reached_on,
        from_day as held_from,
        held_until,
        holds,
        never_falls,
        falls_after_days,
        effective_before,
        keeps_several
    from stretches_with_how_long_their_zone_is_held
    union all
    select
        stretches.account_id,
        stretches.market,
        stretches.kind,
        stretches.programme,
        stretches.balance_of,
        stretches.history_version,
        stretches.edition_id,
        zones.zone,
        {{ add_days('stretches.from_day', -1) }} as reached_on,
        stretches.from_day as held_from,
        case
            when not stretches.never_falls then {{ add_days('stretches.from_day', 'stretches.falls_after_days') }}
        end as held_until,
        stretches.holds,
        stretches.never_falls,
        stretches.falls_after_days,
        stretches.effective_before,
        stretches.keeps_several
    from stretches_with_how_long_their_zone_is_held as stretches
    inner join zones
        on
            stretches.edition_id = zones.edition_id
            and stretches.programme = zones.programme
            and stretches.zone_rank_before = zones.zone_rank
    left join memberships
        on
            stretches.account_id = memberships.account_id
            and stretches.edition_id = memberships.edition_id
            and stretches.programme = memberships.programme
    where stretches.holds and stretches.from_day = greatest(stretches.effective_from, memberships.member_from)
),

-- Who was in a zone was beyond the milder ones: where the next version lacks it, it is the strictest of those it has.
zones_by_what_the_next_version_calls_them as (
    select
        former.programme,
        former.edition_id as former_edition_id,
        former.zone as former_zone,
        zones.edition_id,
        max_by(zones.zone, zones.zone_rank) as zone
    from zones as former
    inner join zones as milder
        on
            former.edition_id = milder.edition_id
            and former.programme = milder.programme
            and former.zone_rank >= milder.zone_rank
    inner join zones
        on
            milder.market = zones.market
            and milder.programme = zones.programme
            and milder.zone = zones.zone
            and milder.effective_before = zones.effective_from
    group by former.programme, former.edition_id, former.zone, zones.edition_id
),

-- What was held on the last day of a version, the next one holds: for ever, for its days from its first day on, or, if
-- it says the same, for what is left of them. It is forgotten where the account wasn't in the programme on both days.
zones_held_under_each_version as (
    select * from zones_reached
    union all
    select
        held.account_id,
        held.market,
        held.kind,
        held.programme,
        held.balance_of,
        held.history_version,
        programmes.edition_id,
        names.zone,
        held.reached_on,
        programmes.effective_from as held_from,
        case
            when programmes.never_falls then null
            when held.falls_after_days = programmes.falls_after_days then held.held_until
            else {{ add_days('programmes.effective_from', 'programmes.falls_after_days') }}
        end as held_until,
        programmes.holds,
        programmes.never_falls,
        programmes.falls_after_days,
        programmes.effective_before,
        programmes.keeps_several
    from zones_held_under_each_version as held
    inner join programmes_for_each_kind as programmes
        on
            held.market = programmes.market
            and held.programme = programmes.programme
            and held.kind = programmes.kind
            and held.effective_before = programmes.effective_from
            and programmes.holds
            and held.keeps_several = programmes.keeps_several
            and coalesce(held.held_until >= programmes.effective_from, true)
    inner join zones_by_what_the_next_version_calls_them as names
        on
            held.programme = names.programme
            and held.edition_id = names.former_edition_id
            and held.zone = names.former_zone
            and programmes.edition_id = names.edition_id
    left join memberships as former
        on
            held.account_id = former.account_id
            and held.edition_id = former.edition_id
            and held.programme = former.programme
    left join memberships
        on
            held.account_id = memberships.account_id
            and programmes.edition_id = memberships.edition_id
            and programmes.programme = memberships.programme
    where
        not coalesce(former.member_until < held.effective_before, false)
        and (programmes.begins_with is null or memberships.member_from <= programmes.effective_from)
        and (memberships.member_until is null or memberships.member_until > programmes.effective_from)
),

-- A stretch is cut where a zone that was held falls at last.
days_on_which_a_zone_may_change as (
    select
        account_id,
        programme,
        balance_of,
        history_version,
        from_day
    from stretches_with_how_long_their_zone_is_held
    union
    select
        account_id,
        programme,
        balance_of,
        history_version,
        held_until as from_day
    from zones_held_under_each_version
    where held_until is not null and holds
),

stretches_cut_on_these_days as (
    select
        stretches.* exclude (  -- noqa: RF02
            from_day, until_day, value_before, zone_rank_before, held_until, has_changed, holds, kind,  -- noqa: RF02
            never_falls, falls_after_days, effective_from, effective_before, keeps_several  -- noqa: RF02
        ),
        stretches.zone_rank_before as reached_before,
        days.from_day,
        stretches.from_day as read_on,
        stretches.value_before as value_before_it_was_read,
        stretches.has_changed and days.from_day = stretches.from_day as has_changed,
        least(stretches.until_day, lead(days.from_day) over days_in_order) as until_day
    from days_on_which_a_zone_may_change as days
    inner join stretches_with_how_long_their_zone_is_held as stretches
        on
            days.account_id = stretches.account_id
            and days.programme = stretches.programme
            and days.balance_of = stretches.balance_of
            and days.history_version = stretches.history_version
            and {{ day_in('days.from_day', 'stretches.from_day', 'stretches.until_day') }}
    where stretches.holds
    window
        days_in_order as (
            partition by
                stretches.account_id, stretches.programme, stretches.balance_of, stretches.history_version,
                stretches.edition_id
            order by days.from_day
        )
),

zones_that_are_held_on_each_day as (
    select
        cut.* exclude (zone, zone_rank, comparator, bound, is_rising),  -- noqa: RF02
        zones.zone,
        zones.zone_rank,
        zones.comparator,
        zones.bound,
        zones.is_rising,
        -- By what was held before this version began; its own readings say the rest.
        max(case when held.reached_on < cut.from_day then zones.zone_rank end) over (
            partition by cut.account_id, cut.programme, cut.balance_of, cut.history_version, cut.from_day
        ) as held_from_before
    from stretches_cut_on_these_days as cut
    inner join zones_held_under_each_version as held
        on
            cut.account_id = held.account_id
            and cut.programme = held.programme
            and cut.balance_of = held.balance_of
            and cut.history_version = held.history_version
            and cut.edition_id = held.edition_id
            and {{ day_in('cut.from_day', 'held.held_from', 'held.held_until') }}
    inner join zones
        on
            cut.edition_id = zones.edition_id
            and cut.programme = zones.programme
            and held.zone = zones.zone
    qualify row_number() over (
        partition by cut.account_id, cut.programme, cut.balance_of, cut.history_version, cut.from_day
        order by zones.zone_rank desc, held.reached_on desc, held.held_until desc nulls first
    ) = 1
),

zones_beside_the_one_before as (
    select
        * exclude (read_on, value_before_it_was_read),
        case when from_day = read_on then value_before_it_was_read else value end as value_before,
        lag(zone_rank) over days_held_in_order as held_before,
        coalesce(lag(edition_id) over days_held_in_order <> edition_id, true) as is_first
    from zones_that_are_held_on_each_day
    window days_held_in_order as (partition by account_id, programme, balance_of, history_version order by from_day)
)

select
    * exclude (is_first, reached_before, held_before, held_from_before),
    case when is_first then greatest(reached_before, held_from_before) else held_before end as zone_rank_before
from zones_beside_the_one_before
