with

known as (
    select * from {{ source('emergencies', 'known') }}
),

creators as (
    select * from {{ ref('stg_creators') }}
),

-- An account that has moved since isn't met: another market's pack in_effect_on it.
emergencies_on_accounts_of_their_market as (
    select
        known.emergency_id,
        known.action,
        known.list,
        known.account_id,
        known.market,
        known.measure,
        known.scope,
        known.reason,
        known.author,
        known.approved_by,
        known.first_night as from_day,
        {{ add_days('known.last_day', 1) }} as until_day
    from known
    inner join creators
        on
            known.account_id = creators.account_id
            and known.market = creators.market
)

select * from emergencies_on_accounts_of_their_market
