with

metrics as (
    select * from {{ ref('int_account_metrics') }}
),

history_versions as (
    select * from {{ ref('int_history_versions') }}
),

creators as (
    select * from {{ ref('int_creators_judged') }}
),

programmes as (
    select * from {{ rules('programmes') }}
    where source = 'metric'
),

kinds as (
    select * from {{ rules('kinds') }}
),

one_value_a_day as (
    select * from metrics
    -- Of two measurements of one day, the one that is named last holds.
    qualify row_number() over (partition by account_id, metric, on_day order by measurement_id desc) = 1
),

values_until_the_next as (
    select
        account_id,
        metric,
        on_day as from_day,
        value,
        lead(on_day) over (partition by account_id, metric order by on_day) as until_day,
        lag(value) over (partition by account_id, metric order by on_day) as value_before
    from one_value_a_day
),

values_while_a_pack_reads_them as (
    select
        history_versions.account_id,
        history_versions.market,
        programmes.programme,
        '' as balance_of,
        history_versions.history_version,
        history_versions.known_from,
        history_versions.known_until,
        greatest(metrics.from_day, programmes.effective_from) as from_day,
        least(metrics.until_day, programmes.effective_before) as until_day,
        programmes.edition_id,
        cast(metrics.value as {{ figure() }}) as value,
        cast(
            case when metrics.from_day >= programmes.effective_from then metrics.value_before else metrics.value end
            as {{ figure() }}
        ) as value_before,
        {{ add_days('greatest(metrics.from_day, programmes.effective_from)', -1) }} as read_before,
        metrics.from_day >= programmes.effective_from as has_changed
    from values_until_the_next as metrics
    inner join creators on metrics.account_id = creators.account_id
    inner join history_versions on metrics.account_id = history_versions.account_id
    inner join programmes
        on
            creators.market = programmes.market
            and metrics.metric = programmes.metric
            and (metrics.until_day is null or metrics.until_day > programmes.effective_from)
            and (programmes.effective_before is null or metrics.from_day < programmes.effective_before)
    inner join kinds
        on
            programmes.edition_id = kinds.edition_id
            and programmes.programme = kinds.programme
            and creators.kind = kinds.kind
),

{{ held_between_evaluations('values_while_a_pack_reads_them') }}

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
