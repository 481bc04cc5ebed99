-- Longer than other files, for the walk over versions can't be cut in two.
-- Under which version an account has entered a zone is asked by the zone's name: one step for each version that an
-- account was under, all accounts side by side.
with recursive

zones_by_value as (
    select * from {{ ref('int_zones_by_value') }}
),

zones_after_grace as (
    select * from {{ ref('int_zones_after_grace') }}
),

programmes as (
    select * from {{ rules('programmes') }}
),

zones as (
    select * from {{ rules('zones') }}
),

columns_of_a_stretch as (
    select
        account_id,
        market,
        programme,
        balance_of,
        history_version,
        known_from,
        known_until,
        from_day,
        until_day,
        edition_id,
        zone,
        zone_rank,
        comparator,
        bound,
        is_rising,
        value,
        value_before,
        read_before,
        has_changed,
        zone_rank_before,
        false as is_held
    from zones_by_value
    union all
    select
        account_id,
        market,
        programme,
        balance_of,
        history_version,
        known_from,
        known_until,
        from_day,
        until_day,
        edition_id,
        zone,
        zone_rank,
        comparator,
        bound,
        is_rising,
        value,
        value_before,
        read_before,
        has_changed,
        zone_rank_before,
        true as is_held
    from zones_after_grace
),

stretches_of_each_programme as (
    select
        stretches.* exclude (is_held),  -- noqa: RF02
        programmes.pack_edition_id,
        programmes.fires_on_each_rise,
        stretches.zone_rank > stretches.zone_rank_before as enters,
        coalesce(
            stretches.zone_rank = stretches.zone_rank_before
            and stretches.bound is not null
            and case
                when stretches.is_rising then stretches.value > stretches.value_before
                else stretches.value < stretches.value_before
            end,
            false
        ) as rises_inside
    from columns_of_a_stretch as stretches
    inner join programmes
        on
            stretches.edition_id = programmes.edition_id
            and stretches.programme = programmes.programme
            and stretches.is_held = (programmes.never_falls or programmes.falls_after_days is not null)
),

stays_under_each_version as (
    select
        account_id,
        market,
        programme,
        balance_of,
        history_version,
        edition_id,
        min(from_day) as first_day,
        case when not bool_or(until_day is null) then max(until_day) end as until_day,
        min_by(zone_rank_before, from_day) as rank_at_first,
        max_by(zone_rank, from_day) as rank_at_last,
        min(zone_rank) as mildest,
        bool_or(enters) as has_entered,
        max(case when rises_inside then zone_rank end) as strictest_rise_inside,
        row_number() over (
            partition by account_id, programme, balance_of, history_version
            order by min(from_day)
        ) as step
    from stretches_of_each_programme
    group by account_id, market, programme, balance_of, history_version, edition_id
),

-- The zones of two versions that have one name, as the places that they have in each.
zones_of_one_name as (
    select
        zones.programme,
        zones.edition_id,
        former.edition_id as former_edition_id,
        list(
            struct_pack(zone_rank := zones.zone_rank, former_rank := former.zone_rank) order by zones.zone_rank
        ) as places
    from zones
    inner join zones as former
        on
            zones.market = former.market
            and zones.programme = former.programme
            and zones.zone = former.zone
            and zones.effective_from = former.effective_before
    group by zones.programme, zones.edition_id, former.edition_id
),

stays_beside_the_version_before as (
    select
        stays.*,
        names.places
    from stays_under_each_version as stays
    left join stays_under_each_version as former
        on
            stays.account_id = former.account_id
            and stays.programme = former.programme
            and stays.balance_of = former.balance_of
            and stays.history_version = former.history_version
            and stays.step = former.step + 1
            and stays.first_day = former.until_day
    left join zones_of_one_name as names
        on
            stays.programme = names.programme
            and stays.edition_id = names.edition_id
            and former.edition_id = names.former_edition_id
),

-- The strictest zone that counts as entered when a version begins: of those that the version has by name, and that the
-- account is in, or beyond, by its reading of the day before. None does where there was no version before: who is in a
-- zone by what the balance starts with, or by what a missing value is, never entered it.
entered_under_each_version as (
    select
        *,
        cast(0 as integer) as entered_at_first
    from stays_beside_the_version_before
    where step = 1
    union all
    select
        stays.*,
        case
            when stays.places is not null
                then coalesce(list_max(list_transform(
                    list_filter(
                        stays.places,
                        lambda place: place.zone_rank <= stays.rank_at_first  -- noqa: RF01
                        and place.former_rank <= case  -- noqa: RF01
                            when
                                entered.has_entered
                                or coalesce(entered.strictest_rise_inside > entered.entered_at_first, false)
                                then entered.rank_at_last
                            else least(entered.entered_at_first, entered.mildest)
                        end
                    ),
                    lambda place: place.zone_rank  -- noqa: RF01
                )), 0)
            else 0
        end as entered_at_first
    from entered_under_each_version as entered
    inner join stays_beside_the_version_before as stays
        on
            entered.account_id = stays.account_id
            and entered.programme = stays.programme
            and entered.balance_of = stays.balance_of
            and entered.history_version = stays.history_version
            and entered.step + 1 = stays.step
),

rises_beyond_what_was_entered as (
    select
        stretches.account_id,
        stretches.programme,
        stretches.balance_of,
        stretches.history_version,
        stretches.edition_id,
        stretches.from_day
    from stretches_of_each_programme as stretches
    inner join entered_under_each_version as entered
        on
            stretches.account_id = entered.account_id
            and stretches.programme = entered.programme
            and stretches.balance_of = entered.balance_of
            and stretches.history_version = entered.history_version
            and stretches.edition_id = entered.edition_id
    where stretches.rises_inside and stretches.zone_rank > entered.entered_at_first
),

days_of_entering_and_rising as (
    select * from rises_beyond_what_was_entered
    union all
    select
        account_id,
        programme,
        balance_of,
        history_version,
        edition_id,
        from_day
    from stretches_of_each_programme
    where enters
),

first_days_of_entering_or_rising as (
    select
        account_id,
        programme,
        balance_of,
        history_version,
        edition_id,
        min(from_day) as first_day
    from days_of_entering_and_rising
    group by account_id, programme, balance_of, history_version, edition_id
),

-- In a zone that it never entered, the first rise inside it is what entering is elsewhere.
rises_that_enter as (
    select rises.*
    from rises_beyond_what_was_entered as rises
    inner join first_days_of_entering_or_rising as firsts
        on
            rises.account_id = firsts.account_id
            and rises.programme = firsts.programme
            and rises.balance_of = firsts.balance_of
            and rises.history_version = firsts.history_version
            and rises.edition_id = firsts.edition_id
            and rises.from_day = firsts.first_day
),

-- Rises inside a zone are few: only they are looked for among those that enter.
stretches_with_what_was_entered as (
    select
        *,
        false as enters_at_last
    from stretches_of_each_programme
    where not rises_inside
    union all
    select
        stretches.*,
        rises.account_id is not null as enters_at_last
    from stretches_of_each_programme as stretches
    left join rises_that_enter as rises
        on
            stretches.account_id = rises.account_id
            and stretches.programme = rises.programme
            and stretches.balance_of = rises.balance_of
            and stretches.history_version = rises.history_version
            and stretches.edition_id = rises.edition_id
            and stretches.from_day = rises.from_day
    where stretches.rises_inside
)

select
    account_id,
    market,
    programme,
    balance_of,
    history_version,
    known_from,
    known_until,
    from_day,
    until_day,
    edition_id,
    pack_edition_id,
    zone,
    zone_rank,
    comparator,
    bound,
    is_rising,
    value,
    value_before,
    read_before,
    has_changed,
    zone_rank_before,
    -- What brings a zone's measures.
    enters or enters_at_last or (fires_on_each_rise and rises_inside) as fires
from stretches_with_what_was_entered
