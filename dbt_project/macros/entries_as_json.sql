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


{#- The same entries with what is known of their violations; `needed` is null where it can't be told,
    `needed_together` also where one is needed by itself. -#}
{% macro explained_entries_as_json(entries) -%}
    cast(to_json(list(
        struct_pack(
            entry := {{ entries }}.entry_id,
            violation := {{ entries }}.violation_id,
            batch := {{ entries }}.batch_id,
            rule := {{ entries }}.rule,
            amount := {{ entries }}.amount,
            unit := {{ entries }}.unit,
            counts_from := {{ entries }}.counts_from,
            last_counts_on := cast({{ entries }}.counts_until - 1 as date),
            violation_type := {{ entries }}.violation_type,
            posted_on := {{ entries }}.posted_on,
            detected_by := {{ entries }}.detected_by,
            needed := {{ entries }}.is_needed,
            needed_together := {{ entries }}.is_needed_together
        )
        order by {{ entries }}.counts_from, {{ entries }}.entry_id
    )) as varchar)
{%- endmacro %}
