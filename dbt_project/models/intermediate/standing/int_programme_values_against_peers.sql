with

readings as (
    select * from {{ ref('int_programme_values_level_0') }}
),

creators as (
    select * from {{ ref('int_creators_judged') }}
),

inputs as (
    select * from {{ rules('inputs') }}
    where source = 'peers' and role = 'value'
),

programmes as (
    select
        *,
        min(effective_from) over (partition by market, programme) as compared_since
    from {{ rules('programmes') }}
    where source = 'peers'
),

calendar_periods as (
    select * from {{ source('policy', 'calendar_periods') }}
),

days_of_comparison as (
    select
        programmes.edition_id,
        programmes.pack_edition_id,
        programmes.programme,
        programmes.compared_since,
        inputs.input,
        inputs.peer_group,
        calendar_periods.period_from as from_day,
        least(calendar_periods.period_until, programmes.effective_before) as until_day
    from programmes
    inner join inputs
        on
            programmes.edition_id = inputs.edition_id
            and programmes.programme = inputs.programme
    inner join calendar_periods
        on
            programmes.pack_edition_id = calendar_periods.edition_id
            and programmes.evaluated = calendar_periods.calendar
            and {{ in_effect_on('programmes', 'calendar_periods.period_from') }}
    where calendar_periods.period_from <= {{ night() }}
),

values_on_these_days as (
    select
        readings.account_id,
        readings.market,
        readings.history_version,
        readings.known_from,
        readings.known_until,
        days.edition_id,
        days.programme,
        days.compared_since,
        days.from_day,
        days.until_day,
        -- Who has moved since was a peer of those whose market and pack were its own.
        days.pack_edition_id
        || case when days.peer_group = 'kind' then '/' || creators.kind else '' end as peers,
        readings.value
    from readings
    inner join creators on readings.account_id = creators.account_id
    inner join days_of_comparison as days
        on
            readings.edition_id = days.edition_id
            and readings.programme = days.input
            and {{ day_in('days.from_day', 'readings.from_day', 'readings.until_day') }}
),

averages_as_they_were_known_that_day as (
    select
        programme,
        peers,
        from_day,
        sum(value) as total,
        count(value) as accounts
    from values_on_these_days
    where {{ day_in('from_day', 'known_from', 'known_until') }}
    group by programme, peers, from_day
),

values_as_multiples_of_the_average as (
    select
        each_value.* exclude (peers, value),  -- noqa: RF02
        {{ as_figure('(each_value.value * averages.accounts / nullif(averages.total, 0))') }} as value
    from values_on_these_days as each_value
    inner join averages_as_they_were_known_that_day as averages
        on
            each_value.programme = averages.programme
            and each_value.peers = averages.peers
            and each_value.from_day = averages.from_day
),

comparisons as (
    select
        account_id,
        market,
        programme,
        '' as balance_of,
        history_version,
        known_from,
        known_until,
        from_day,
        until_day,
        edition_id,
        value,
        lag(value) over days_in_order as value_before,
        -- Whose first comparison it is had nothing that could be compared until then.
        coalesce(lag(from_day) over days_in_order, {{ add_days('compared_since', -1) }}) as read_before,
        true as has_changed
    from values_as_multiples_of_the_average
    window days_in_order as (partition by account_id, programme, history_version order by from_day)
),

{{ held_between_evaluations('comparisons') }}

select
    account_id,
    market,
    programme,
    balance_of,
    history_version,
    known_from,
    known_until,
    from_day,
    until_day,
    edition_id,
    value,
    value_before,
    read_before,
    has_changed
from values_held
