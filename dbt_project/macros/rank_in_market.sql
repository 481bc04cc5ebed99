{#- How strict a measure is among all of its market: by the market's order, and what that doesn't name beyond all that it
    names, by its pack's. -#}
{% macro rank_in_market(order_rank, measure_rank) -%}
    coalesce({{ order_rank }}, 100000 + {{ measure_rank }})
{%- endmacro %}
