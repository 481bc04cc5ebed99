-- depends_on: {{ ref('stg_creators') }}
-- depends_on: {{ ref('int_violation_cases') }}
-- depends_on: {{ ref('enforcement_gaps') }}
-- depends_on: {{ ref('int_account_days') }}
-- depends_on: {{ ref('int_landed_rows') }}
-- depends_on: {{ ref('int_penalty_periods') }}
-- depends_on: {{ ref('eligibility') }}
-- depends_on: {{ ref('int_open_work') }}
-- depends_on: {{ ref('int_reports_decided') }}
-- depends_on: {{ ref('int_contacts') }}
-- depends_on: {{ ref('int_rule_decisions') }}
-- depends_on: {{ ref('int_bonus_budgets') }}
-- depends_on: {{ ref('int_commission_held') }}
-- depends_on: {{ ref('int_rewards_begun') }}
with

markets_told as (
    select market from ({{ markets_decided() }}) as decided
    union
    select 'all' as market
),

{% if execute %}
    {% for model in models_told() %}
        sums_of_{{ model }} as (
            {{ sums_by_market_and_slice(model) }}
        ),
    {% endfor %}
{% endif %}

values_of_every_metric as (
    {% if execute %}
        {% for metric in metrics_told() %}
            {{ values_of(metric) }}
            {% if not loop.last %}union all{% endif %}
        {% endfor %}
    {% else %}
    select 1
    {% endif %}
),

values_with_their_intervals as (
    select
        {{ night() }} as as_of,
        metric,
        market,
        slice,
        slice_value,
        {{ as_number('numerator') }} as numerator,
        {{ as_number('denominator') }} as denominator,
        {{ as_ratio('figure') }} as figure,
        cast(case when is_share then {{ wilson('figure', 'sample', -1) }} end as decimal(18, 6)) as interval_low,
        cast(case when is_share then {{ wilson('figure', 'sample', 1) }} end as decimal(18, 6)) as interval_high,
        {{ as_amount('sample') }} as sample,
        coalesce(sample >= minimum_sample, false) as is_enough,
        unit,
        {{ as_amount('out_of') }} as out_of
    from values_of_every_metric
)

select * from values_with_their_intervals
