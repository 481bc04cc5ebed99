{#- How often a number goes into another, in whole hundredths: a binary fraction would lose a step now and then. -#}
{% macro whole_times(quantity, step) -%}
    (cast({{ quantity }} * 100 as bigint) // cast({{ step }} * 100 as bigint))
{%- endmacro %}

{#- Whether a value satisfies a comparison; null for a missing value. -#}
{% macro compares(value, comparator, bound) -%}
    case {{ comparator }}
        when 'at_least' then {{ value }} >= {{ bound }}
        when 'more_than' then {{ value }} > {{ bound }}
        when 'at_most' then {{ value }} <= {{ bound }}
        when 'less_than' then {{ value }} < {{ bound }}
    end
{%- endmacro %}

{#- The type of what is read: wide enough for money in any currency, fine enough for the ratio of two counts. -#}
{% macro figure() -%}
    decimal(28, 10)
{%- endmacro %}

{#- Whether a zone is the one that a value is in; zones of a programme share no value. -#}
{% macro value_in_zone(value, zone) -%}
    case
        when {{ value }} is null then {{ zone }}.is_missing
        else
            ({{ zone }}.value_from is null or {{ value }} >= {{ zone }}.value_from)
            and ({{ zone }}.value_below is null or {{ value }} < {{ zone }}.value_below)
    end
{%- endmacro %}
