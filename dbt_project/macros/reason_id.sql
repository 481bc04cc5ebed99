{#- A reason is named by what it says: the same reason has the same id on every night, and a changed one a new id. -#}
{% macro reason_id(columns) -%}
    md5(concat_ws('|'{% for column in columns %}, coalesce(cast({{ column }} as varchar), ''){% endfor %}))
{%- endmacro %}

{#- 3.00 as 3, 2.50 as 2.5: amounts as a person writes them. The cast puts a point there, or 100 would end up as 1. -#}
{% macro plain_number(amount) -%}
    regexp_replace(cast(cast({{ amount }} as decimal(28, 4)) as varchar), '\.?0+$', '')
{%- endmacro %}

{#- The same with its market's currency, as evenhand.policy.prose.money writes it: IDR 50,000 and SGD 49.50. -#}
{% macro money(amount, market) -%}
    {%- set written = 'cast(cast(' ~ amount ~ ' as decimal(18, 2)) as varchar)' -%}
    coalesce({{ currency_of(market) }} || ' ', '')
    || format('{:,}', cast(split_part({{ written }}, '.', 1) as bigint))
    || case split_part({{ written }}, '.', 2) when '00' then '' else '.' || split_part({{ written }}, '.', 2) end
{%- endmacro %}
