{#- An adjustment holds from the beginning, in every history after it was decided. -#}
{% macro amount_in_history(entries, replays) -%}
    case
        when {{ entries }}.adjusted_on <= {{ replays }}.known_from then {{ entries }}.adjusted_amount
        else {{ entries }}.amount
    end
{%- endmacro %}
