with

creators as (
    select * from {{ source('accepted', 'creators') }}
),

packs as (
    select * from {{ source('policy', 'packs') }}
),

-- A market that no pack knows is a word without effect: an account stays where the row before it says.
last_row_with_a_market as (
    select
        account_id,
        market,
        kind
    from {{ source('accepted', 'creator_versions') }}
    where
        withdrawn is null
        and market in (select packs.market from packs)
        and account_id in (
            select creators.account_id
            from creators
            where creators.market not in (select packs.market from packs)
        )
    qualify row_number() over (partition by account_id order by landed_night desc) = 1
)

select
    creators.account_id,
    coalesce(last_row.market, creators.market) as market,
    coalesce(last_row.kind, creators.kind) as kind,
    creators.language,
    cast(creators.onboarded_on as date) as onboarded_on,
    cast(creators.exited_on as date) as exited_on,
    cast(creators.followers as bigint) as followers,
    creators.category,
    creators.linked_to,
    creators.landed_night
from creators
left join last_row_with_a_market as last_row on creators.account_id = last_row.account_id
