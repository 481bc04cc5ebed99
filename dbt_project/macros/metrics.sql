{#- Longer than other files, for it has all that makes figures of the definitions of metrics. -#}

{#- What models/marts/insight/metrics.yml defines: a measure by its name, with the model that it is of. -#}
{% macro semantic_measures() %}
    {% set found = {} %}
    {% for model in graph.semantic_models.values() %}
        {% for measure in model.measures %}
            {% do found.update({measure.name: {
                'name': measure.name,
                'model': model.name,
                'agg': measure.agg,
                'expr': measure.expr,
                'day': measure.agg_time_dimension or model.defaults.agg_time_dimension,
            }}) %}
        {% endfor %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{#- The metrics that have an owner, in the order of their names; dbt adds one of its own for each measure. -#}
{% macro metrics_defined() %}
    {% set found = [] %}
    {% for metric in graph.metrics.values() | sort(attribute='name') if metric.config.meta.owner %}
        {% set of = metric.type_params %}
        {% do found.append({
            'name': metric.name,
            'numerator': (of.numerator or of.measure).name,
            'denominator': of.denominator.name if of.denominator else none,
            'meta': metric.config.meta,
        }) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{#- The metrics that are told: all, or the one that the variable `metric` names. -#}
{% macro metrics_told() %}
    {% if var('metric', '') %}
        {{ return(metrics_defined() | selectattr('name', 'equalto', var('metric')) | list) }}
    {% endif %}
    {{ return(metrics_defined()) }}
{% endmacro %}

{#- The semantic models that have the measures of these, in the order of their names. -#}
{% macro models_told() %}
    {% set measures = semantic_measures() %}
    {% set found = [] %}
    {% for metric in metrics_told() %}
        {% for name in [metric.numerator, metric.denominator] if name %}
            {% do found.append(measures[name].model) %}
        {% endfor %}
    {% endfor %}
    {{ return(found | unique | sort) }}
{% endmacro %}

{#- What a measure comes to in the last weeks: a sum, and 0 where there is nothing; or a median. -#}
{% macro measured(measure) -%}
    {%- set value = 'case when ' ~ in_metric_window(measure.day) ~ ' then ' ~ measure.expr ~ ' end' -%}
    {%- if measure.agg == 'sum' -%}
        coalesce(sum({{ value }}), 0)
    {%- else -%}
        {#- Between two decimals, a decimal has no place for the middle. #}
        {{ measure.agg }}(cast({{ value }} as double))
    {%- endif -%}
{%- endmacro %}

{#- Of how many a median is. -#}
{% macro measured_of(measure) -%}
    count(case when {{ in_metric_window(measure.day) }} then {{ measure.expr }} end)
{%- endmacro %}

{#- Every measure of a model by market, for all markets together, and by each of its other dimensions. A row counts once
    for each of these; a market of which there is none has a row all the same, and so have all markets together: those
    are the model's `markets_told`. -#}
{% macro sums_by_market_and_slice(model) %}
    {%- set slices = slices_of(model) %}
    select
        case when scopes.of_market then told.market else 'all' end as market,
        scopes.slice,
        case scopes.slice
            {%- for slice in slices %}
            when '{{ slice }}' then coalesce(told.{{ slice }}, 'not known')
            {%- endfor %}
            when '' then ''
        end as slice_value
        {%- for measure in semantic_measures().values() if measure.model == model %},
        {{ measured(measure) }} as {{ measure.name }}
        {%- if measure.agg != 'sum' %},
        {{ measured_of(measure) }} as {{ measure.name }}_of
        {%- endif %}
        {%- endfor %}
    from (
        {%- for slice in [''] + slices %}
        {%- for of_market in ['true', 'false'] %}
        select {{ of_market }} as of_market, '{{ slice }}' as slice
        {%- if not loop.last %}
        union all
        {%- endif %}
        {%- endfor %}
        {%- if not loop.last %}
        union all
        {%- endif %}
        {%- endfor %}
    ) as scopes
    cross join {{ ref(model) }} as told
    group by 1, 2, 3
    union all
    select
        markets.market,
        '' as slice,
        '' as slice_value
        {%- for measure in semantic_measures().values() if measure.model == model %},
        {{ '0' if measure.agg == 'sum' else 'null' }} as {{ measure.name }}
        {%- if measure.agg != 'sum' %},
        0 as {{ measure.name }}_of
        {%- endif %}
        {%- endfor %}
    from markets_told as markets
    left join (select market from {{ ref(model) }} union select 'all' as market from {{ ref(model) }}) as told
        on markets.market = told.market
    where told.market is null
{% endmacro %}

{#- Markets that have accounts and that something decides tonight: of one that is held nothing is known to be 0. -#}
{% macro markets_decided() %}
    select market from {{ ref('stg_creators') }}
    intersect
    (
        select market from {{ source('policy', 'kinds') }}
        union
        select market from {{ source('policy', 'eligibility') }}
        union
        select market from {{ source('policy', 'bonus_kinds') }}
    )
{% endmacro %}

{% macro slices_of(model) %}
    {% for semantic_model in graph.semantic_models.values() if semantic_model.name == model %}
        {{ return(semantic_model.dimensions
            | selectattr('type', 'equalto', 'categorical') | map(attribute='name') | reject('equalto', 'market') | list) }}
    {% endfor %}
{% endmacro %}

{#- A metric from the sums of its measures. What its denominator isn't told by, it is told by against the whole. -#}
{% macro values_of(metric) %}
    {%- set measures = semantic_measures() %}
    {%- set numerator = measures[metric.numerator] %}
    {%- set denominator = measures[metric.denominator] if metric.denominator else none %}
    select
        '{{ metric.name }}' as metric,
        rows_told.market,
        rows_told.slice,
        rows_told.slice_value,
    {%- if not denominator and numerator.agg == 'sum' %}
        cast(rows_told.{{ numerator.name }} as double) as numerator,
        cast(null as double) as denominator,
        cast(rows_told.{{ numerator.name }} as double) as figure,
        cast(rows_told.{{ metric.meta.sample or numerator.name }} as double) as sample,
        cast(null as double) as out_of,
        '{{ metric.meta.unit }}' as unit,
        false as is_share,
    {%- elif not denominator %}
        {%- set hours = metric.meta.hours or numerator.name %}
        {%- set in_hours %}coalesce(rows_told.{{ hours }}_of > 0 and 2 * rows_told.{{ hours }}_of >= rows_told.{{ numerator.name }}_of, false){% endset %}
        cast(case when {{ in_hours }} then rows_told.{{ hours }} else rows_told.{{ numerator.name }} end as double)
            as numerator,
        cast(null as double) as denominator,
        cast(case when {{ in_hours }} then rows_told.{{ hours }} else rows_told.{{ numerator.name }} end as double)
            as figure,
        cast(case when {{ in_hours }} then rows_told.{{ hours }}_of else rows_told.{{ numerator.name }}_of end as double)
            as sample,
        cast(rows_told.{{ numerator.name }}_of as double) as out_of,
        {%- if metric.meta.hours %}
        case when {{ in_hours }} then 'hours' else 'days' end as unit,
        {%- else %}
        '{{ metric.meta.unit }}' as unit,
        {%- endif %}
        false as is_share,
    {%- else %}
        {%- set is_of_one = denominator.model == numerator.model %}
        {%- set part, whole = ('rows_told', 'rows_told') if is_of_one else ('part', 'whole') %}
        cast(coalesce({{ part }}.{{ numerator.name }}, 0) as double) as numerator,
        cast({{ whole }}.{{ denominator.name }} as double) as denominator,
        coalesce({{ part }}.{{ numerator.name }}, 0) * cast({{ metric.meta.per or 1 }} as double)
        / nullif(cast({{ whole }}.{{ denominator.name }} as double), 0) as figure,
        cast({{ whole }}.{{ metric.meta.sample or denominator.name }} as double) as sample,
        {%- if metric.meta.out_of %}
        cast({{ whole }}.{{ metric.meta.out_of }} as double) as out_of,
        {%- else %}
        cast(null as double) as out_of,
        {%- endif %}
        '{{ metric.meta.unit }}' as unit,
        {{ 'true' if metric.meta.is_share else 'false' }} as is_share,
    {%- endif %}
        {{ metric.meta.minimum_sample }} as minimum_sample
    {%- if not denominator or denominator.model == numerator.model %}
    from sums_of_{{ numerator.model }} as rows_told
    {%- else %}
    {%- set shared = [''] + (slices_of(denominator.model) | select('in', slices_of(numerator.model)) | list) %}
    from (
        select market, slice, slice_value from sums_of_{{ numerator.model }}
        union
        select market, slice, slice_value from sums_of_{{ denominator.model }}
        where slice in ('{{ shared | join("', '") }}')
    ) as rows_told
    left join sums_of_{{ numerator.model }} as part using (market, slice, slice_value)
    left join sums_of_{{ denominator.model }} as whole
        on
            rows_told.market = whole.market
            and case when rows_told.slice in ('{{ shared | join("', '") }}') then rows_told.slice else '' end
            = whole.slice
            and case when rows_told.slice in ('{{ shared | join("', '") }}') then rows_told.slice_value else '' end
            = whole.slice_value
    {%- endif %}
    {%- if metric.meta.is_money %}
    -- Money of several markets is of several currencies.
    where rows_told.market <> 'all'
    {%- endif %}
{% endmacro %}

{#- The ends of Wilson's interval for a share, at 95 %: `sign` is -1 for the lower one and 1 for the upper. -#}
{% macro wilson(share, sample, sign) -%}
    {%- set z = 1.959964 -%}
    ({{ share }} + {{ z * z / 2 }} / {{ sample }} + {{ sign }} * {{ z }} * sqrt(
        {{ share }} * (1 - {{ share }}) / {{ sample }} + {{ z * z / 4 }} / ({{ sample }} * {{ sample }})
    )) / (1 + {{ z * z }} / {{ sample }})
{%- endmacro %}

{#- A metric of one model by itself, as an expression to group by whatever one likes. -#}
{% macro metric_figure(name) -%}
    {%- if execute -%}
        {%- set measures = semantic_measures() -%}
        {%- for metric in metrics_defined() if metric.name == name -%}
            {{ measured(measures[metric.numerator]) }} * cast({{ metric.meta.per or 1 }} as double)
            / nullif({{ measured(measures[metric.denominator]) }}, 0)
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
