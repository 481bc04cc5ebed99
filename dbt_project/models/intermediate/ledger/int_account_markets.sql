with

creator_versions as (
    select * from {{ ref('stg_creator_versions') }}
),

packs as (
    select * from {{ source('policy', 'packs') }}
),

-- A market that no pack knows is a word without effect, unless nothing else was ever said.
versions_with_a_market as (
    select
        account_id,
        market,
        kind,
        known_from
    from (
        select
            *,
            market in (select packs.market from packs) as is_known
        from creator_versions
    ) as versions
    qualify is_known or not bool_or(is_known) over (partition by account_id)
),

-- Before its first row an account is what that one says.
versions_from_the_beginning as (
    select
        account_id,
        market,
        kind,
        case
            when row_number() over (partition by account_id order by known_from) = 1 then cast('0001-01-01' as date)
            else known_from
        end as from_day,
        lead(known_from) over (partition by account_id order by known_from) as until_day
    from versions_with_a_market
)

select * from versions_from_the_beginning
