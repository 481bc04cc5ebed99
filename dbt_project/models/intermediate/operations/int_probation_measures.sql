with

kinds as (
    select distinct
        kinds.market,
        kinds.edition_id,
        kinds.kind
    from {{ source('policy', 'kinds') }} as kinds
    where {{ in_effect_on('kinds', night()) }}
),

measures as (
    select * from {{ source('policy', 'measures') }}
),

probation as (
    select * from {{ source('policy', 'probation') }} as probation
    where {{ in_effect_on('probation', night()) }}
),

measures_of_each_kind as (
    select
        kinds.market,
        kinds.kind,
        measures.measure,
        max(measures.measure_rank) as highest_rank
    from kinds
    inner join measures on kinds.edition_id = measures.edition_id
    group by kinds.market, kinds.kind, measures.measure
),

-- Where no pack says which put on probation: what is the mildest in each pack that has it.
mildest_of_each_kind as (
    select
        measures.market,
        measures.kind,
        measures.measure
    from measures_of_each_kind as measures
    left join probation
        on
            measures.market = probation.market
            and measures.kind = probation.kind
    where probation.market is null and measures.highest_rank = 0
),

measures_that_put_on_probation as (
    select distinct
        market,
        kind,
        measure
    from probation
    union all
    select
        market,
        kind,
        measure
    from mildest_of_each_kind
)

select * from measures_that_put_on_probation
