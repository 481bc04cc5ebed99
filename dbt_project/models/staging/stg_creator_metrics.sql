{% for column in creator_metrics() %}
    select
        account_id,
        '{{ column.name }}' as metric,
        landed_night as on_day,
        {% if column.is_flag -%}
            cast(case when {{ column.name }} = 'yes' then 1 else 0 end as decimal(18, 4)) as value
        {%- else -%}
            cast({{ column.name }} as decimal(18, 4)) as value
        {%- endif %}
    from {{ source('accepted', 'creator_versions') }}
    where withdrawn is null and {{ column.name }} is not null
    {% if not loop.last %}union all{% endif %}
{% endfor %}
