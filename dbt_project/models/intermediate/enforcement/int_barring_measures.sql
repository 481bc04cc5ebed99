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

packs as (
    select * from {{ rules('packs') }}
),

asked as (
    select distinct
        market,
        edition_id,
        kind,
        without_measure,
        effective_from,
        effective_before
    from eligibility_tests
),

editions_that_ask as (
    select * from packs
    where edition_id in (select asked.edition_id from asked)
),

-- How strict it is as the asking pack has it; what that hasn't, as the newest version has it that does.
measures_as_the_asking_pack_ranks_them as (
    select
        asking.edition_id,
        measures.measure,
        {{ rank_in_market('measures_order.order_rank', 'measures.measure_rank') }} as market_rank
    from editions_that_ask as asking
    inner join packs as ranking on asking.market = ranking.market
    inner join measures on ranking.edition_id = measures.edition_id
    left join measures_order
        on
            {{ market_now('asking.market') }} = measures_order.market
            and measures.measure = measures_order.measure
    qualify row_number() over (
        partition by asking.edition_id, measures.measure
        order by
            ranking.edition_id = asking.edition_id desc,
            ranking.pack = asking.pack and ranking.stay is not distinct from asking.stay desc,
            ranking.effective_from desc,
            ranking.pack asc,
            ranking.version desc
    ) = 1
),

effects_of_zones as (
    select
        market,
        edition_id,
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
        edition_id,
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
            effects.edition_id = kinds.edition_id
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
            effects.edition_id = eligibilities.edition_id
            and effects.eligibility = eligibilities.eligibility
    where effects.list = 'penalties'
),

scopes_asked_about as (
    select
        asked.edition_id,
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
        edition_id,
        kind,
        without_measure,
        'account' as scope,
        effective_from as from_day,
        effective_before as until_day
    from asked
),

stricter_measures as (
    select
        scopes.edition_id,
        scopes.kind,
        scopes.without_measure,
        stricter.measure,
        scopes.scope,
        scopes.from_day,
        scopes.until_day
    from scopes_asked_about as scopes
    inner join measures_as_the_asking_pack_ranks_them as ranks
        on
            scopes.edition_id = ranks.edition_id
            and scopes.without_measure = ranks.measure
    inner join measures_as_the_asking_pack_ranks_them as stricter
        on
            scopes.edition_id = stricter.edition_id
            and ranks.market_rank < stricter.market_rank
),

-- The measure itself bars wherever it is.
measures_that_bar as (
    select
        edition_id,
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
