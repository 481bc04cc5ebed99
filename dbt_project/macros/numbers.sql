{#- How often a number goes into another, in whole hundredths: a binary fraction would lose a step now and then. -#}
{% macro whole_times(quantity, step) -%}
    (cast({{ product(as_amount(quantity), 100) }} as bigint) // cast({{ product(step, 100) }} as bigint))
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

{#- How many zones of a ladder a value has passed: its zone's zone_rank. -#}
{% macro rank_reached(value, ladder) -%}
    cast(case
        when {{ value }} is null then {{ ladder }}.missing_rank
        else len(list_filter({{ ladder }}.edges, lambda edge: ({{ value }} >= edge) = {{ ladder }}.is_rising))
    end as integer)
{%- endmacro %}

{#- A few rows that are put together once, before what they are joined with; the optimiser thinks them many. -#}
{% macro materialized_cte() -%}
    {{ return(adapter.dispatch("materialized_cte", "evenhand")()) }}
{%- endmacro %}

{% macro default__materialized_cte() -%}
    materialized
{%- endmacro %}

{% macro spark__materialized_cte() -%}
{%- endmacro %}

{#- A number as a type that can't hold every sum or product: what is beyond it is the most that it holds, for no one row
    shall fail the others. What a feed or a pack may say is far from that. The nines are a number with and without a
    binary fraction. -#}
{% macro held_to(value, digits, type) -%}
    cast(case
        when ({{ value }}) >= 1{{ '0' * digits }} then {{ '9' * digits }}
        when ({{ value }}) <= -1{{ '0' * digits }} then -{{ '9' * digits }}
        else {{ value }}
    end as {{ type }})
{%- endmacro %}

{#- A product, wide enough for any two numbers of feeds and packs: DuckDB makes no product wider than its factors. -#}
{% macro product(one, other) -%}
    (cast({{ one }} as decimal(28, 4)) * {{ other }})
{%- endmacro %}

{#- A figure as often as a weight says. No type holds all digits of both, so the figure's first four decimals are weighed,
    and what they leave over. -#}
{% macro weighed(value, weight) -%}
    (
        {{ product(as_number(value), weight) }}
        + cast(
            case
                when abs({{ value }} - {{ as_number(value) }}) < 1
                    then cast({{ value }} - {{ as_number(value) }} as decimal(11, 10))
                else 0
            end * {{ weight }} as decimal(38, 8)
        )
    )
{%- endmacro %}

{#- An amount: what a ledger adds up, money. -#}
{% macro as_amount(value) -%}
    {{ held_to(value, 15, 'decimal(18, 2)') }}
{%- endmacro %}

{#- A number with four decimals, as feeds and packs have them. -#}
{% macro as_number(value) -%}
    {{ held_to(value, 14, 'decimal(18, 4)') }}
{%- endmacro %}

{#- A ratio that is told. -#}
{% macro as_ratio(value) -%}
    {{ held_to(value, 12, 'decimal(18, 6)') }}
{%- endmacro %}

{#- What is read of an account. -#}
{% macro as_figure(value) -%}
    {{ held_to(value, 17, figure()) }}
{%- endmacro %}

{#- A whole number. -#}
{% macro as_count(value) -%}
    {{ held_to(value, 9, 'integer') }}
{%- endmacro %}

{#- A number of days that a feed says; beyond a hundred years it is as good as for ever. -#}
{% macro as_days(value) -%}
    cast(greatest(-36500, least(36500, {{ value }})) as integer)
{%- endmacro %}

{#- The product of a group's factors, without binary fractions. -#}
{% macro product_of(factor, in_order) -%}
    list_reduce(
        list(cast({{ factor }} as decimal(18, 4)) order by {{ in_order }}),
        lambda one, other: {{ as_number(product('one', 'other')) }}
    )
{%- endmacro %}

{#- So much of something, whose unit is given in the singular: `1 point`, `2 points per order`, `25 %` of a share. -#}
{% macro counted(value, unit) -%}
    case
        when {{ unit }} is null then {{ plain_number(value) }}
        when {{ unit }} = 'share' then {{ plain_number("cast(" ~ value ~ " * 100 as decimal(28, 4))") }} || ' %'
        when {{ unit }} = 'percent' then {{ plain_number(value) }} || ' %'
        when abs({{ value }}) = 1 then {{ plain_number(value) }} || ' ' || {{ unit }}
        else
            {{ plain_number(value) }} || ' '
            || case
                when split_part({{ unit }}, ' ', 1) like '%s' then split_part({{ unit }}, ' ', 1)
                when split_part({{ unit }}, ' ', 1) like '%x' then split_part({{ unit }}, ' ', 1) || 'es'
                when regexp_matches(split_part({{ unit }}, ' ', 1), '[^aeiou]y$')
                    then regexp_replace(split_part({{ unit }}, ' ', 1), 'y$', 'ies')
                else split_part({{ unit }}, ' ', 1) || 's'
            end
            || substr({{ unit }}, length(split_part({{ unit }}, ' ', 1)) + 1)
    end
{%- endmacro %}

{#- The same before another of the unit, which is said there; percent is said of both. -#}
{% macro counted_before(value, unit) -%}
    case
        when {{ unit }} in ('share', 'percent') then {{ counted(value, unit) }}
        else {{ plain_number(value) }}
    end
{%- endmacro %}

{#- The condition of a reason as people read it: a bound of a part of a whole in percent, as what is compared with it. -#}
{% macro condition_in_words(condition, unit) -%}
    case
        when {{ unit }} in ('share', 'percent') and {{ condition }} like 'balance %'
            then
                regexp_replace({{ condition }}, '[^ ]+$', '')
                || {{ counted("cast(regexp_extract(" ~ condition ~ ", '[^ ]+$', 0) as decimal(28, 4))", unit) }}
        else {{ in_words(condition) }}
    end
{%- endmacro %}

{#- A value, and never less or more than its limits; a limit that isn't there holds nothing. -#}
{% macro within(value, at_least, at_most) -%}
    least(greatest({{ value }}, coalesce({{ at_least }}, {{ value }})), coalesce({{ at_most }}, {{ value }}))
{%- endmacro %}
