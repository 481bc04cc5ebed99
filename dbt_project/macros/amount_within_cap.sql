{#- Of a row's amount, what still fits under the cap after the rows before it, by day, account and activity. -#}
{% macro amount_within_cap(amount, cap, partition) -%}
    {%- set so_far -%}
        over (partition by {{ partition }} order by on_day, account_id, activity_id rows unbounded preceding)
    {%- endset -%}
    cast(case
        when {{ cap }} is null then {{ amount }}
        else least({{ cap }}, sum({{ amount }}) {{ so_far }}) - least({{ cap }}, sum({{ amount }}) {{ so_far }} - {{ amount }})
    end as decimal(18, 2))
{%- endmacro %}
