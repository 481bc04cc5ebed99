with

measure_periods as (
    select * from {{ ref('int_measure_periods') }}
),

eligibility_effects_in_force as (
    select * from {{ ref('int_eligibility_effects_in_force') }}
),

as_of_nights as (
    select * from {{ ref('int_as_of_nights') }}
),

packs as (
    select * from {{ rules('packs') }}
),

programmes as (
    select * from {{ rules('programmes') }}
),

measures_order as (
    select * from {{ source('policy', 'measures_order') }}
),

measures_as_they_rank_each_night as (
    {{ measure_ranks('as_of_nights') }}
),

episodes_in_force as (
    select
        as_of_nights.as_of,
        as_of_nights.is_asked,
        measure_periods.list,
        measure_periods.account_id,
        measure_periods.market,
        measure_periods.programme,
        measure_periods.balance_of,
        measure_periods.history_version,
        measure_periods.edition_id,
        measure_periods.measure,
        -- Places in the lists of two versions can't be compared: what an earlier one brought ranks as that of the night
        -- has it, if that one has it too.
        coalesce(ranks.measure_rank, measure_periods.measure_rank) as measure_rank,
        measure_periods.scope,
        measure_periods.length,
        measure_periods.zone,
        case
            when measure_periods.condition is not null then measure_periods.condition
            when measure_periods.bound is null then 'in the zone ' || measure_periods.zone
            else
                'balance ' || replace(measure_periods.comparator, '_', ' ') || ' '
                || {{ plain_number('measure_periods.bound') }}
        end as condition,
        measure_periods.value_before,
        measure_periods.value_after,
        -- Since when can't be told of what is looked at for some weeks only.
        case when programmes.is_recent then null else measure_periods.on_day end as on_day,
        case when programmes.is_recent then null else measure_periods.starts_on end as starts_on,
        measure_periods.ends_on,
        measure_periods.quota_activity,
        measure_periods.quota_at_most,
        measure_periods.quota_calendar,
        measure_periods.quota_edition_id
    from measure_periods
    inner join as_of_nights
        on
            -- A stay in a zone is several stretches with one first day, of which some are still to come.
            measure_periods.in_force_from <= as_of_nights.as_of
            and measure_periods.starts_on <= as_of_nights.as_of
            and (measure_periods.in_force_until is null or measure_periods.in_force_until > as_of_nights.as_of)
            and {{ day_in('as_of_nights.as_of', 'measure_periods.known_from', 'measure_periods.known_until') }}
    left join programmes
        on
            measure_periods.edition_id = programmes.edition_id
            and measure_periods.programme = programmes.programme
    inner join packs on measure_periods.edition_id = packs.edition_id
    left join measures_as_they_rank_each_night as ranks
        on
            as_of_nights.as_of = ranks.as_of
            and measure_periods.market = ranks.market
            and measure_periods.programme = ranks.programme
            and case when measure_periods.programme = 'emergency' then packs.pack else '' end
            = ranks.imposed_by_pack
            and case when measure_periods.list = 'penalties' then measure_periods.measure end = ranks.measure
),

effects_of_zones_and_eligibility as (
    select * from episodes_in_force
    union all by name
    select * from eligibility_effects_in_force
),

effects_with_their_place_in_the_market as (
    select
        effects.*,
        packs.pack,
        packs.version,
        case
            when effects.list = 'penalties'
                then {{ rank_in_market('measures_order.order_rank', 'effects.measure_rank') }}
        end as market_rank
    from effects_of_zones_and_eligibility as effects
    inner join packs on effects.edition_id = packs.edition_id
    left join measures_order
        on
            {{ market_now('effects.market') }} = measures_order.market
            and case when effects.list = 'penalties' then effects.measure end = measures_order.measure
),

-- A scope has one penalty of a programme, the strictest; rewards stand side by side.
strictest_then_longest_on_each_scope as (
    select
        account_id || '/' || programme || '/' || scope
        || case when list = 'rewards' then '/' || measure else '' end as row_key,
        *
    from effects_with_their_place_in_the_market
    qualify row_number() over (
        partition by as_of, list, account_id, programme, scope, case when list = 'rewards' then measure end
        order by
            market_rank desc,
            ends_on desc nulls first,
            starts_on asc,
            balance_of asc,
            zone asc,
            measure asc,
            length asc,
            on_day asc,
            pack asc,
            version asc
    ) = 1
),

-- Of the penalties of several programmes on a scope the account feels the strictest. What is released says so of
-- its own rows, some of which may be kept: plugins/evenhand/release/prevailing.py, in the same order.
rows_with_what_prevails as (
    select
        *,
        list = 'rewards' or row_number() over (
            partition by as_of, list, account_id, scope
            order by market_rank desc, ends_on desc nulls first, starts_on asc nulls last, programme asc
        ) = 1 as prevails
    from strictest_then_longest_on_each_scope
)

select * exclude (pack, version) from rows_with_what_prevails
