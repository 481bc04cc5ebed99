with

account_standings as (
    select * from {{ ref('account_standings') }}
    where as_of = {{ night() }}
),

standings as (
    select * from {{ ref('int_standings') }}
),

entries_counted as (
    select * from {{ ref('int_entries_counted') }}
),

programmes as (
    select * from {{ source('policy', 'programmes') }}
),

ledgers as (
    select * from {{ source('policy', 'ledgers') }}
),

zones as (
    select * from {{ source('policy', 'zones') }}
),

programmes_of_the_night as (
    select * from programmes
    where {{ in_effect_on('programmes', night()) }}
),

zones_of_the_night as (
    select * from zones
    where {{ in_effect_on('zones', night()) }}
),

standings_on_a_ladder as (
    select
        account_standings.*,
        programmes.starts_at,
        programmes.is_recent
    from account_standings
    inner join programmes_of_the_night as programmes
        on
            account_standings.market = programmes.market
            and account_standings.programme = programmes.programme
    inner join zones_of_the_night as zones
        on
            account_standings.market = zones.market
            and account_standings.programme = zones.programme
            and zones.zone_rank = 1
),

-- As it was known last night.
standings_of_last_night as (
    select
        standings.account_id,
        standings.programme,
        standings.zone,
        {{ as_number('standings.value') }} as balance
    from standings
    where {{ day_in(add_days(night(), -1), 'standings.valid_from', 'standings.valid_until') }}
    qualify row_number() over (
        partition by standings.account_id, standings.programme
        order by standings.zone_rank desc, standings.from_day asc, standings.balance_of asc
    ) = 1
),

entries_of_both_nights as (
    select
        ledgers.programme,
        entries.account_id,
        entries.entry_id,
        entries.rule,
        max(case when {{ counts_on('entries', add_days(night(), -1)) }} then entries.amount end) as last_night,
        max(case when {{ counts_on('entries', night()) }} then entries.amount end) as tonight,
        max(entries.counts_until) as counts_until
    from entries_counted as entries
    inner join programmes_of_the_night as programmes
        on {{ market_now('entries.market') }} = programmes.market
    inner join ledgers
        on
            programmes.edition_id = ledgers.edition_id
            and programmes.programme = ledgers.programme
            and entries.programme = ledgers.ledger
    -- What counts on both nights moves nothing: of nearly all entries no more need be known.
    where ({{ counts_on('entries', add_days(night(), -1)) }}) is distinct from ({{ counts_on('entries', night()) }})
    group by ledgers.programme, entries.account_id, entries.entry_id, entries.rule
),

entries_that_moved_the_balance as (
    select
        account_id,
        programme,
        cast(to_json(list(
            struct_pack(
                entry := entry_id,
                rule := rule,
                amount := coalesce(tonight, 0) - coalesce(last_night, 0),
                because := case
                    when last_night is null then 'begins to count'
                    when tonight is not null then 'is adjusted'
                    when counts_until <= {{ night() }} then 'ends'
                    else 'is taken back'
                end
            )
            order by entry_id
        )) as varchar) as moved_by
    from entries_of_both_nights
    where last_night is distinct from tonight
    group by account_id, programme
),

standings_with_the_next_zone as (
    select
        tonight.as_of,
        tonight.account_id,
        tonight.market,
        tonight.programme,
        tonight.zone,
        tonight.since,
        tonight.balance,
        -- What is looked at for some weeks only is known on the night itself.
        case when not tonight.is_recent then coalesce(last_night.zone, resting.zone) end as zone_last_night,
        case
            when tonight.is_recent then null
            when last_night.account_id is not null then last_night.balance
            else coalesce(tonight.starts_at, tonight.balance)
        end as balance_last_night,
        coalesce(moved.moved_by, '[]') as moved_by,
        next_zones.zone as next_zone,
        {{ as_number('abs(cast(next_zones.bound as decimal(28, 4)) - tonight.balance)') }} as to_next_zone,
        coalesce(
            abs(cast(next_zones.bound as decimal(28, 4)) - tonight.balance) <= next_zones.warned_within, false
        ) as is_near
    from standings_on_a_ladder as tonight
    left join standings_of_last_night as last_night
        on
            tonight.account_id = last_night.account_id
            and tonight.programme = last_night.programme
    left join zones_of_the_night as resting
        on
            tonight.market = resting.market
            and tonight.programme = resting.programme
            and resting.is_resting
    left join zones_of_the_night as next_zones
        on
            tonight.market = next_zones.market
            and tonight.programme = next_zones.programme
            and tonight.zone_rank + 1 = next_zones.zone_rank
    left join entries_that_moved_the_balance as moved
        on
            tonight.account_id = moved.account_id
            and tonight.programme = moved.programme
)

select * from standings_with_the_next_zone
