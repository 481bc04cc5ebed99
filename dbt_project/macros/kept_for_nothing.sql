{#- No key is a blank. It isn't empty, for that is the name of the balance of all entries, which is another one. -#}
{% macro kept_for_nothing() -%}
' '
{%- endmacro %}
