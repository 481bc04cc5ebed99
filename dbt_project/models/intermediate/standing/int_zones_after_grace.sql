with

zones_by_value as (
    select * from {{ ref('int_zones_by_value') }}
),

zones as (
    select * from {{ source('policy', 'zones') }}
),

programmes as (
    select * from {{ source('policy', 'programmes') }}
    where never_falls or falls_after_days is not null
),

stretches_with_how_long_their_zone_is_held as (
    select
        zones_by_value.*,
        case
            when not programmes.never_falls
                then {{ add_days('zones_by_value.until_day', 'programmes.falls_after_days') }}
        end as held_until
    from zones_by_value
    inner join programmes
        on
            zones_by_value.market = programmes.market
            and zones_by_value.pack = programmes.pack
            and zones_by_value.version = programmes.version
            and zones_by_value.programme = programmes.programme
),

-- A stretch is cut where a zone that was held falls at last.
days_on_which_a_zone_may_change as (
    select
        account_id,
        programme,
        balance_of,
        history_version,
        on_day
    from stretches_with_how_long_their_zone_is_held
    union
    select
        account_id,
        programme,
        balance_of,
        history_version,
        held_until as on_day
    from stretches_with_how_long_their_zone_is_held
    where held_until is not null
),

stretches_cut_on_these_days as (
    select
        stretches.* exclude (on_day, until_day, value_before, strictness_before, held_until),  -- noqa: RF02
        stretches.strictness_before as reached_before,
        days.on_day,
        stretches.on_day as read_on,
        stretches.value_before as read_before,
        least(stretches.until_day, lead(days.on_day) over days_in_order) as until_day
    from days_on_which_a_zone_may_change as days
    inner join stretches_with_how_long_their_zone_is_held as stretches
        on
            days.account_id = stretches.account_id
            and days.programme = stretches.programme
            and days.balance_of = stretches.balance_of
            and days.history_version = stretches.history_version
            and {{ day_in('days.on_day', 'stretches.on_day', 'stretches.until_day') }}
    window
        days_in_order as (
            partition by
                stretches.account_id, stretches.programme, stretches.balance_of, stretches.history_version,
                stretches.pack, stretches.version
            order by days.on_day
        )
),

zones_that_are_held_on_each_day as (
    select
        cut.* exclude (zone, zone_rank, comparator, bound, is_rising),  -- noqa: RF02
        zones.zone,
        zones.zone_rank,
        zones.comparator,
        zones.bound,
        zones.is_rising
    from stretches_cut_on_these_days as cut
    inner join stretches_with_how_long_their_zone_is_held as earlier
        on
            cut.account_id = earlier.account_id
            and cut.programme = earlier.programme
            and cut.balance_of = earlier.balance_of
            and cut.history_version = earlier.history_version
            and {{ day_in('cut.on_day', 'earlier.on_day', 'earlier.held_until') }}
    inner join zones
        on
            cut.market = zones.market
            and cut.pack = zones.pack
            and cut.version = zones.version
            and cut.programme = zones.programme
            and earlier.zone = zones.zone
    qualify row_number() over (
        partition by cut.account_id, cut.programme, cut.balance_of, cut.history_version, cut.on_day
        order by zones.zone_rank desc, earlier.on_day desc
    ) = 1
),

zones_beside_the_one_before as (
    select
        * exclude (read_on, read_before),
        case when on_day = read_on then read_before else value end as value_before,
        lag(zone_rank) over days_in_order as held_before,
        lag(on_day) over days_in_order is null as is_first,
        lag(pack || version) over days_in_order as pack_before
    from zones_that_are_held_on_each_day
    window days_in_order as (partition by account_id, programme, balance_of, history_version order by on_day)
)

select
    * exclude (is_first, pack_before, reached_before, held_before),
    case
        when is_first then reached_before
        when pack_before <> pack || version then zone_rank
        else held_before
    end as strictness_before
from zones_beside_the_one_before
