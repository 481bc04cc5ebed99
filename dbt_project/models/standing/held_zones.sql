with

zones_reached as (
    select * from {{ ref('zones_reached') }}
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
        zones_reached.*,
        case
            when not programmes.never_falls
                then {{ add_days('zones_reached.until_day', 'programmes.falls_after_days') }}
        end as held_until
    from zones_reached
    inner join programmes
        on
            zones_reached.market = programmes.market
            and zones_reached.pack = programmes.pack
            and zones_reached.version = programmes.version
            and zones_reached.programme = programmes.programme
),

-- A stretch is cut where a zone that was held falls at last.
days_on_which_a_zone_may_change as (
    select
        account_id,
        programme,
        kept_for,
        replay,
        on_day
    from stretches_with_how_long_their_zone_is_held
    union
    select
        account_id,
        programme,
        kept_for,
        replay,
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
            and days.kept_for = stretches.kept_for
            and days.replay = stretches.replay
            and {{ day_in('days.on_day', 'stretches.on_day', 'stretches.until_day') }}
    window
        days_in_order as (
            partition by
                stretches.account_id, stretches.programme, stretches.kept_for, stretches.replay, stretches.pack,
                stretches.version
            order by days.on_day
        )
),

zones_that_are_held_on_each_day as (
    select
        cut.* exclude (zone, strictness, comparator, bound, is_rising),  -- noqa: RF02
        zones.zone,
        zones.strictness,
        zones.comparator,
        zones.bound,
        zones.is_rising
    from stretches_cut_on_these_days as cut
    inner join stretches_with_how_long_their_zone_is_held as earlier
        on
            cut.account_id = earlier.account_id
            and cut.programme = earlier.programme
            and cut.kept_for = earlier.kept_for
            and cut.replay = earlier.replay
            and {{ day_in('cut.on_day', 'earlier.on_day', 'earlier.held_until') }}
    inner join zones
        on
            cut.market = zones.market
            and cut.pack = zones.pack
            and cut.version = zones.version
            and cut.programme = zones.programme
            and earlier.zone = zones.zone
    qualify row_number() over (
        partition by cut.account_id, cut.programme, cut.kept_for, cut.replay, cut.on_day
        order by zones.strictness desc, earlier.on_day desc
    ) = 1
),

zones_beside_the_one_before as (
    select
        * exclude (read_on, read_before),
        case when on_day = read_on then read_before else value end as value_before,
        lag(strictness) over days_in_order as held_before,
        lag(on_day) over days_in_order is null as is_first,
        lag(pack || version) over days_in_order as pack_before
    from zones_that_are_held_on_each_day
    window days_in_order as (partition by account_id, programme, kept_for, replay order by on_day)
)

select
    * exclude (is_first, pack_before, reached_before, held_before),
    case
        when is_first then reached_before
        when pack_before <> pack || version then strictness
        else held_before
    end as strictness_before
from zones_beside_the_one_before
