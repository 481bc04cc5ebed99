-- Longer than other files, for which measures bar, on which scopes and from when, is one chain of steps.
with

eligibility_tests as (
    select * from {{ rules('eligibility_tests') }}
    where without_measure is not null
),

measures as (
    select * from {{ rules('measures') }}
),

measures_order as (
    select * from {{ source('policy', 'measures_order') }}
),

kinds as (
    select * from {{ rules('kinds') }}
),

eligibilities as (
    select * from {{ rules('eligibility') }}
),

asked as (
    select distinct
        market,
        pack,
        version,
        kind,
        without_measure,
        effective_from,
        effective_before
    from eligibility_tests
),

editions as (
    select distinct
        market,
        pack,
        version
    from asked
),

-- How strict it is as the asking pack has it; what that hasn't, as the newest version has it that does.
measures_as_the_asking_pack_ranks_them as (
    select
        editions.market,
        editions.pack,
        editions.version,
        measures.measure,
        {{ rank_in_market('measures_order.order_rank', 'measures.measure_rank') }} as market_rank
    from editions
    inner join measures on editions.market = measures.market
    left join measures_order
        on
            {{ market_now('measures.market') }} = measures_order.market
            and measures.measure = measures_order.measure
    qualify row_number() over (
        partition by editions.market, editions.pack, editions.version, measures.measure
        order by
            measures.pack = editions.pack and measures.version = editions.version desc,
            measures.pack = editions.pack desc,
            measures.effective_from desc,
            measures.pack asc,
            measures.version desc
    ) = 1
),

effects_of_zones as (
    select
        market,
        pack,
        version,
        programme,
        measure,
        scope,
        effective_from,
        effective_before
    from {{ rules('effects') }}
    where list = 'penalties'
    union
    select
        market,
        pack,
        version,
        programme,
        measure,
        scope,
        effective_from,
        effective_before
    from {{ rules('followers') }}
),

-- Where a pack puts a measure on accounts of a kind, and on which days.
scopes_of_measures as (
    select
        effects.market,
        kinds.kind,
        effects.measure,
        effects.scope,
        effects.effective_from,
        effects.effective_before
    from effects_of_zones as effects
    inner join kinds
        on
            effects.market = kinds.market
            and effects.pack = kinds.pack
            and effects.version = kinds.version
            and effects.programme = kinds.programme
    union
    select
        effects.market,
        eligibilities.kind,
        effects.measure,
        effects.scope,
        effects.effective_from,
        effects.effective_before
    from {{ rules('eligibility_effects') }} as effects
    inner join eligibilities
        on
            effects.market = eligibilities.market
            and effects.pack = eligibilities.pack
            and effects.version = eligibilities.version
            and effects.eligibility = eligibilities.eligibility
    where effects.list = 'penalties'
),

scopes_asked_about as (
    select
        asked.market,
        asked.pack,
        asked.version,
        asked.kind,
        asked.without_measure,
        scopes.scope,
        scopes.effective_from as from_day,
        scopes.effective_before as until_day
    from asked
    inner join scopes_of_measures as scopes
        on
            asked.market = scopes.market
            and asked.kind = scopes.kind
            and asked.without_measure = scopes.measure
            and (asked.effective_before is null or asked.effective_before > scopes.effective_from)
            and (scopes.effective_before is null or asked.effective_from < scopes.effective_before)
    union
    select
        market,
        pack,
        version,
        kind,
        without_measure,
        'account' as scope,
        effective_from as from_day,
        effective_before as until_day
    from asked
),

stricter_measures as (
    select
        scopes.market,
        scopes.pack,
        scopes.version,
        scopes.kind,
        scopes.without_measure,
        stricter.measure,
        scopes.scope,
        scopes.from_day,
        scopes.until_day
    from scopes_asked_about as scopes
    inner join measures_as_the_asking_pack_ranks_them as ranks
        on
            scopes.market = ranks.market
            and scopes.pack = ranks.pack
            and scopes.version = ranks.version
            and scopes.without_measure = ranks.measure
    inner join measures_as_the_asking_pack_ranks_them as stricter
        on
            scopes.market = stricter.market
            and scopes.pack = stricter.pack
            and scopes.version = stricter.version
            and ranks.market_rank < stricter.market_rank
),

-- The measure itself bars wherever it is.
measures_that_bar as (
    select
        market,
        pack,
        version,
        kind,
        without_measure,
        without_measure as measure,
        cast(null as varchar) as scope,
        effective_from as from_day,
        effective_before as until_day
    from asked
    union all
    select * from stricter_measures
)

select * from measures_that_bar
