with

known_readings as (
    select * from {{ ref('second_readings') }}
    union all
    select * from {{ ref('twice_combined_readings') }}
),

replays as (
    select * from {{ ref('replays') }}
),

creators as (
    select * from {{ ref('stg_creators') }}
),

programmes as (
    select * from {{ source('policy', 'programmes') }}
    where is_felt and source <> 'entries'
),

kinds as (
    select * from {{ source('policy', 'kinds') }}
),

-- Where a zone brings something to accounts whose value is missing, they have to be there.
values_that_are_missing_at_first as (
    select
        replays.account_id,
        replays.market,
        programmes.programme,
        '' as kept_for,
        replays.replay,
        replays.true_from,
        replays.true_until,
        programmes.effective_from as on_day,
        coalesce(min(known_readings.on_day), {{ add_days('programmes.effective_until', 1) }}) as until_day,
        programmes.pack,
        programmes.version,
        cast(null as {{ figure() }}) as value,
        cast(null as {{ figure() }}) as value_before
    from replays
    inner join creators on replays.account_id = creators.account_id
    inner join programmes on replays.market = programmes.market
    inner join kinds
        on
            programmes.market = kinds.market
            and programmes.pack = kinds.pack
            and programmes.version = kinds.version
            and programmes.programme = kinds.programme
            and creators.kind = kinds.kind
    left join known_readings
        on
            replays.account_id = known_readings.account_id
            and replays.replay = known_readings.replay
            and programmes.pack = known_readings.pack
            and programmes.version = known_readings.version
            and programmes.programme = known_readings.programme
    group by
        replays.account_id, replays.market, programmes.programme, replays.replay, replays.true_from,
        replays.true_until, programmes.effective_from, programmes.effective_until, programmes.pack, programmes.version
    having min(known_readings.on_day) is null or min(known_readings.on_day) > programmes.effective_from
)

select * from known_readings
union all
select * from values_that_are_missing_at_first
