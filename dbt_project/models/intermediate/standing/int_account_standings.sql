with

creators as (
    select * from {{ ref('int_creators_judged') }}
),

stretches_of_these_nights as (
    select * from {{ ref('int_standing_stretches') }}
),

programmes as (
    select * from {{ rules('programmes') }}
),

memberships as (
    select * from {{ ref('int_memberships') }}
),

zones as (
    select * from {{ rules('zones') }}
),

kinds as (
    select * from {{ rules('kinds') }}
),

nights as (
    select * from {{ ref('int_as_of_nights') }}
    where is_asked
),

zones_of_accounts_without_a_standing as (
    select
        nights.as_of,
        nights.is_of_accounts,
        creators.account_id,
        creators.market,
        zones.programme,
        zones.zone,
        zones.zone_rank,
        case when programmes.source = 'entries' then programmes.starts_at end as value
    from creators
    cross join nights
    inner join zones
        on
            creators.market = zones.market
            and zones.is_resting
            and {{ in_effect_on('zones', 'nights.as_of') }}
    inner join kinds
        on
            zones.edition_id = kinds.edition_id
            and zones.programme = kinds.programme
            and creators.kind = kinds.kind
    inner join programmes
        on
            zones.edition_id = programmes.edition_id
            and zones.programme = programmes.programme
    left join memberships
        on
            creators.account_id = memberships.account_id
            and zones.edition_id = memberships.edition_id
            and zones.programme = memberships.programme
    -- A programme that hasn't begun for an account, or has ended, says nothing of it.
    where
        (programmes.begins_with is null or memberships.member_from <= nights.as_of)
        and (memberships.member_until is null or memberships.member_until > nights.as_of)
),

-- Of several balances of one programme, the strictest zone is the account's.
strictest_standing_of_several_balances as (
    select
        nights.as_of,
        stretches.account_id,
        stretches.programme,
        stretches.zone,
        stretches.zone_rank,
        stretches.balance,
        stretches.account_in_zone_since
    from stretches_of_these_nights as stretches
    inner join nights on {{ day_in('nights.as_of', 'stretches.valid_from', 'stretches.valid_until') }}
    where not stretches.is_of_one_balance
    qualify row_number() over (
        partition by nights.as_of, stretches.account_id, stretches.programme
        order by stretches.zone_rank desc, stretches.in_zone_since asc, stretches.balance_of asc
    ) = 1
),

every_account_with_its_standing as (
    select
        resting.as_of,
        resting.is_of_accounts,
        resting.account_id,
        {{ market_now('resting.market') }} as market,
        resting.programme,
        coalesce(alone.zone, strictest.zone, resting.zone) as zone,
        coalesce(alone.zone_rank, strictest.zone_rank, resting.zone_rank) as zone_rank,
        case
            when alone.account_id is not null then alone.balance
            when strictest.account_id is not null then strictest.balance
            else {{ as_number('resting.value') }}
        end as balance,
        coalesce(alone.account_in_zone_since, strictest.account_in_zone_since) as since
    from zones_of_accounts_without_a_standing as resting
    left join stretches_of_these_nights as alone
        on
            resting.account_id = alone.account_id
            and resting.programme = alone.programme
            and alone.is_of_one_balance
            and {{ day_in('resting.as_of', 'alone.valid_from', 'alone.valid_until') }}
    left join strictest_standing_of_several_balances as strictest
        on
            resting.as_of = strictest.as_of
            and resting.account_id = strictest.account_id
            and resting.programme = strictest.programme
)

select * from every_account_with_its_standing
