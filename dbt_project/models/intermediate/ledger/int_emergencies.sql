with

known as (
    select * from {{ source('emergencies', 'known') }}
),

creators as (
    select * from {{ ref('int_creators_judged') }}
),

account_markets as (
    select * from {{ ref('int_account_markets') }}
),

account_markets_beside_the_one_before as (
    select
        account_markets.*,
        lag(account_markets.market) over (
            partition by account_markets.account_id order by account_markets.from_day
        ) as market_before
    from account_markets
    semi join known on account_markets.account_id = known.account_id
),

-- Of whatever kind.
stays_in_a_market as (
    select
        account_id,
        market,
        from_day,
        lead(from_day) over (partition by account_id order by from_day) as until_day
    from account_markets_beside_the_one_before
    where market is distinct from market_before
),

-- Who ended an emergency by its name did so from that night on.
ended as (
    select
        ends as emergency_id,
        account_id,
        min(first_night) as ended_on
    from known
    where action = 'end'
    group by ends, account_id
),

-- Who is in another market isn't met there; what was so before a move stays so.
emergencies_on_accounts_while_in_their_market as (
    select
        known.emergency_id,
        known.action,
        known.list,
        known.account_id,
        known.market,
        creators.market as judged_as,
        known.measure,
        known.scope,
        known.reason,
        known.author,
        known.approved_by,
        known.first_night,
        known.last_day,
        ended.ended_on,
        greatest(known.first_night, stays.from_day) as from_day,
        least({{ add_days('known.last_day', 1) }}, stays.until_day, ended.ended_on) as until_day
    from known
    left join ended
        on
            known.emergency_id = ended.emergency_id
            and known.account_id = ended.account_id
    inner join creators on known.account_id = creators.account_id
    inner join stays_in_a_market as stays
        on
            known.account_id = stays.account_id
            and known.market = stays.market
            and known.last_day >= stays.from_day
            and (stays.until_day is null or known.first_night < stays.until_day)
    where ended.ended_on is null or greatest(known.first_night, stays.from_day) < ended.ended_on
)

select
    emergency_id,
    row_number() over (partition by emergency_id, account_id order by from_day) as part,
    action,
    list,
    account_id,
    market,
    judged_as,
    measure,
    scope,
    reason,
    author,
    approved_by,
    first_night,
    last_day,
    ended_on,
    from_day,
    until_day
from emergencies_on_accounts_while_in_their_market
