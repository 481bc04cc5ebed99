{#- The entries of one group as a JSON list in a fixed order: the same entries give the same text. -#}
{% macro entries_as_json(entries) -%}
    cast(to_json(list(
        struct_pack(
            entry := {{ entries }}.entry_id,
            violation := {{ entries }}.violation_id,
            batch := {{ entries }}.batch_id,
            rule := {{ entries }}.rule,
            amount := {{ entries }}.amount,
            counts_from := {{ entries }}.counts_from,
            last_counts_on := cast({{ entries }}.counts_until - 1 as date)
        )
        order by {{ entries }}.counts_from, {{ entries }}.entry_id
    )) as varchar)
{%- endmacro %}
