{#- An adjustment holds from the beginning, in every history after it was decided, until the next one was. -#}
{% macro amount_in_history(entries, replays) -%}
    coalesce(
        list_transform(
            list_filter(
                {{ entries }}.adjusted_amounts,
                lambda adjusted: adjusted.adjusted_on <= {{ replays }}.known_from
            ),
            lambda adjusted: adjusted.amount
        )[-1],
        {{ entries }}.amount
    )
{%- endmacro %}

{#- Points that people gave, as the rule counts them: people give points without a sign, and a rule that takes from a score
    takes them. -#}
{% macro points_by_the_rule(points) -%}
    case
        when
            coalesce(nullif(entry_rules.reviewer_at_most, 0), entry_rules.reviewer_at_least, entry_rules.amount) < 0
            then -abs({{ points }})
        else {{ points }}
    end
{%- endmacro %}
