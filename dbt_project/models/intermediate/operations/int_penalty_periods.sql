with

episodes as (
    select * from {{ ref('int_measure_periods') }}
    where list = 'penalties'
),

history_versions as (
    select * from {{ ref('int_history_versions') }}
),

programmes as (
    select * from {{ rules('programmes') }}
),

measures_order as (
    select * from {{ source('policy', 'measures_order') }}
),

packs as (
    select * from {{ rules('packs') }}
),

the_night as (
    select {{ night() }} as as_of
),

measures_as_they_rank_tonight as (
    {{ measure_ranks('the_night') }}
),

-- Since when is not known of what is looked at for some weeks only.
episodes_with_days_that_can_be_told as (
    select episodes.*
    from episodes
    left join programmes
        on
            episodes.edition_id = programmes.edition_id
            and episodes.programme = programmes.programme
    -- Emergencies are no programme of a pack.
    where not coalesce(programmes.is_recent, false)
),

episodes_on_the_days_that_they_were_believed as (
    select
        episodes.account_id,
        {{ market_now('episodes.market') }} as market,
        episodes.programme,
        episodes.scope,
        episodes.measure,
        {{ rank_in_market('measures_order.order_rank', 'coalesce(ranks.measure_rank, episodes.measure_rank)') }}
            as market_rank,
        episodes.length = 'permanent' as is_permanent,
        greatest(episodes.starts_on, episodes.in_force_from, episodes.known_from) as from_day,
        least(episodes.in_force_until, episodes.known_until) as until_day,
        -- What is imposed is the same in every history.
        case when episodes.length <> 'emergency' then history_versions.known_until end as reconsidered_on
    from episodes_with_days_that_can_be_told as episodes
    inner join history_versions
        on
            episodes.account_id = history_versions.account_id
            and episodes.history_version = history_versions.history_version
    inner join packs on episodes.edition_id = packs.edition_id
    left join measures_as_they_rank_tonight as ranks
        on
            episodes.market = ranks.market
            and episodes.programme = ranks.programme
            and case when episodes.programme = 'emergency' then packs.pack else '' end = ranks.imposed_by_pack
            and episodes.measure = ranks.measure
    left join measures_order
        on
            {{ market_now('episodes.market') }} = measures_order.market
            and episodes.measure = measures_order.measure
    where
        least(episodes.in_force_until, episodes.known_until) is null
        or greatest(episodes.starts_on, episodes.in_force_from, episodes.known_from)
        < least(episodes.in_force_until, episodes.known_until)
),

days_on_which_something_begins_or_ends as (
    select
        account_id,
        programme,
        scope,
        from_day as on_day
    from episodes_on_the_days_that_they_were_believed
    union
    select
        account_id,
        programme,
        scope,
        until_day as on_day
    from episodes_on_the_days_that_they_were_believed
    where until_day is not null
),

strictest_from_each_day_on as (
    select
        days.account_id,
        days.programme,
        days.scope,
        days.on_day,
        episodes.market,
        episodes.measure,
        episodes.market_rank,
        episodes.is_permanent,
        episodes.until_day,
        episodes.reconsidered_on
    from days_on_which_something_begins_or_ends as days
    left join episodes_on_the_days_that_they_were_believed as episodes
        on
            days.account_id = episodes.account_id
            and days.programme = episodes.programme
            and days.scope = episodes.scope
            and {{ day_in('days.on_day', 'episodes.from_day', 'episodes.until_day') }}
    qualify row_number() over (
        partition by days.account_id, days.programme, days.scope, days.on_day
        order by
            episodes.market_rank desc nulls last,
            episodes.until_day desc nulls first,
            episodes.from_day asc,
            episodes.measure asc,
            episodes.is_permanent desc,
            episodes.reconsidered_on asc nulls last
    ) = 1
),

days_with_their_neighbours as (
    select
        *,
        lag(measure) over in_order as measure_before,
        lead(on_day) over in_order as next_day
    from strictest_from_each_day_on
    window in_order as (partition by account_id, programme, scope order by on_day)
),

days_numbered_by_stretch as (
    select
        *,
        sum(case when measure is distinct from measure_before then 1 else 0 end) over (
            partition by account_id, programme, scope
            order by on_day
            rows between unbounded preceding and current row
        ) as stretch
    from days_with_their_neighbours
),

stretches as (
    select
        account_id,
        market,
        programme,
        scope,
        measure,
        min(on_day) as in_force_from,
        case when not bool_or(next_day is null) then max(next_day) end as in_force_until,
        max_by(market_rank, on_day) as market_rank,
        max_by(is_permanent, on_day) as is_permanent,
        max_by(coalesce(next_day = reconsidered_on, false), on_day) as was_reversed
    from days_numbered_by_stretch
    where measure is not null
    group by account_id, market, programme, scope, measure, stretch
)

select * from stretches
