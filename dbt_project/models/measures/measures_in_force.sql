with

episodes as (
    select * from {{ ref('episodes') }}
),

effects as (
    select * from {{ source('policy', 'effects') }}
),

nights_to_compare as (
    select {{ night() }} as as_of
    union all
    select {{ add_days(night(), -1) }} as as_of
),

measures_as_each_pack_ranks_them as (
    select distinct
        market,
        effective_from,
        effective_until,
        measure,
        measure_strictness
    from effects
),

episodes_in_force as (
    select
        nights_to_compare.as_of,
        episodes.*,
        -- Places in the lists of two packs can't be compared: what an earlier pack brought ranks as the pack of the
        -- night has it, if that one brings it too.
        coalesce(ranks.measure_strictness, episodes.measure_strictness) as strictness_that_night
    from episodes
    inner join nights_to_compare
        on
            episodes.starts_on <= nights_to_compare.as_of
            and (episodes.ends_on is null or episodes.ends_on >= nights_to_compare.as_of)
            and {{ day_in('nights_to_compare.as_of', 'episodes.true_from', 'episodes.true_until') }}
    left join measures_as_each_pack_ranks_them as ranks
        on
            episodes.market = ranks.market
            and episodes.measure = ranks.measure
            and {{ judges('ranks', 'nights_to_compare.as_of') }}
),

strictest_then_longest_on_each_scope as (
    select
        account_id || '/' || programme || '/' || scope as row_key,
        *
    from episodes_in_force
    qualify row_number() over (
        partition by as_of, account_id, programme, scope
        order by strictness_that_night desc, ends_on desc nulls first, starts_on asc
    ) = 1
)

select * from strictest_then_longest_on_each_scope
