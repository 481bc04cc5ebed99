{#- Of a row's amount, what still fits under the cap beside what is paid already and the rows before it in the queue. A row
    with another cap has to have nothing to be paid. -#}
{% macro amount_within_cap(amount, cap, paid, partition) -%}
    {%- set so_far -%}
        sum({{ amount }}) over (partition by {{ partition }} order by place rows unbounded preceding)
    {%- endset -%}
    {%- set room = 'greatest(' ~ cap ~ ' - ' ~ paid ~ ', 0)' -%}
    cast(
        least({{ room }}, {{ so_far }}) - least({{ room }}, {{ so_far }} - {{ amount }})
        as decimal(18, 2)
    )
{%- endmacro %}

{#- More than any sum of money. -#}
{% macro no_cap() -%}
    cast(9999999999999999.99 as decimal(18, 2))
{%- endmacro %}
