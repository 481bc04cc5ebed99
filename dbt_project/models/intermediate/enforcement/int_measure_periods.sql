with

zone_measure_periods as (
    select * from {{ ref('int_zone_measure_periods') }}
),

emergencies as (
    select * from {{ ref('int_emergencies') }}
),

measure_periods_between_lifts as (
    select * from {{ ref('int_measure_periods_between_lifts') }}
),

history_versions as (
    select * from {{ ref('int_history_versions') }}
),

packs as (
    select * from {{ source('policy', 'packs') }}
),

measures as (
    select * from {{ source('policy', 'measures') }}
),

kinds_judged as (
    select * from {{ source('policy', 'kinds_judged') }}
),

account_markets as (
    select * from {{ ref('int_account_markets') }}
),

what_zones_bring as (
    select
        *,
        '' as imposed_by,
        cast(null as varchar) as condition
    from zone_measure_periods
),

-- Of the packs of the market, it is by one that has the measure, and rather by one that judges the account's kind: of
-- the first day on which it meets the account, whatever that becomes later.
pack_of_what_is_imposed as (
    select
        emergencies.emergency_id,
        emergencies.account_id,
        packs.edition_id,
        measures.measure_rank
    from emergencies
    inner join account_markets
        on
            emergencies.account_id = account_markets.account_id
            and {{ day_in('emergencies.from_day', 'account_markets.from_day', 'account_markets.until_day') }}
    inner join packs on emergencies.market = packs.market and {{ in_effect_on('packs', 'emergencies.first_night') }}
    left join measures
        on
            packs.edition_id = measures.edition_id
            and case when emergencies.list = 'penalties' then emergencies.measure end = measures.measure
    left join kinds_judged
        on
            packs.edition_id = kinds_judged.edition_id
            and account_markets.kind = kinds_judged.kind
    where emergencies.action = 'impose' and emergencies.part = 1
    qualify row_number() over (
        partition by emergencies.emergency_id, emergencies.account_id
        order by measures.measure is null, kinds_judged.kind is null, packs.pack
    ) = 1
),

-- It is the same in every history of the account: no appeal against a violation touches it. To an account that left its
-- market and came back it is the same measure, on other days.
what_is_imposed as (
    select
        emergencies.account_id,
        emergencies.judged_as as market,
        'emergency' as programme,
        emergencies.emergency_id as balance_of,
        history_versions.history_version,
        history_versions.known_from,
        history_versions.known_until,
        emergencies.list,
        emergencies.measure,
        judging.measure_rank,
        emergencies.scope,
        'emergency' as length,
        judging.edition_id,
        'imposed' as zone,
        cast(0 as {{ figure() }}) as value_before,
        cast(1 as {{ figure() }}) as value_after,
        emergencies.first_night as on_day,
        emergencies.first_night as starts_on,
        emergencies.last_day as ends_on,
        emergencies.from_day as in_force_from,
        emergencies.until_day as in_force_until,
        emergencies.emergency_id as imposed_by,
        'emergency ' || emergencies.emergency_id || ': ' || emergencies.reason as condition
    from emergencies
    inner join history_versions on emergencies.account_id = history_versions.account_id
    inner join pack_of_what_is_imposed as judging
        on
            emergencies.emergency_id = judging.emergency_id
            and emergencies.account_id = judging.account_id
    where emergencies.action = 'impose'
),

episodes_of_both as (
    select * from what_zones_bring
    union all by name
    select * from what_is_imposed
),

-- What is lifted for some days isn't believed on them; afterwards it is again what it was.
-- What lies between lifts before a history is known, or after it, is believed on no day (it is known until a day before
-- it is known), but says what is in force then.
episodes_when_they_are_not_lifted as (
    select
        episodes.* exclude (imposed_by) replace (  -- noqa: RF02
            greatest(episodes.known_from, stretches.from_day) as known_from,
            least(episodes.known_until, stretches.until_day) as known_until
        ),
        stretches.from_day as believed_from,
        stretches.until_day as believed_until
    from episodes_of_both as episodes
    left join measure_periods_between_lifts as stretches
        on
            episodes.imposed_by = stretches.imposed_by
            and episodes.account_id = stretches.account_id
            and episodes.list = stretches.list
            and episodes.measure = stretches.measure
            and episodes.scope = stretches.scope
)

select
    account_id,
    market,
    programme,
    balance_of,
    history_version,
    known_from,
    known_until,
    told_until,
    list,
    measure,
    measure_rank,
    scope,
    length,
    edition_id,
    zone,
    comparator,
    bound,
    condition,
    value_before,
    value_after,
    on_day,
    starts_on,
    ends_on,
    in_force_from,
    in_force_until,
    quota_activity,
    quota_at_most,
    quota_calendar,
    quota_edition_id,
    believed_from,
    believed_until
from episodes_when_they_are_not_lifted
