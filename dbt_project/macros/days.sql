{#- Day arithmetic in one place: DuckDB and Spark spell it differently. -#}

{% macro night() -%}
    cast('{{ var("night") }}' as date)
{%- endmacro %}

{% macro add_days(day, days) -%}
    {{ return(adapter.dispatch("add_days", "evenhand")(day, days)) }}
{%- endmacro %}

{% macro default__add_days(day, days) -%}
    cast({{ day }} + {{ days }} as date)
{%- endmacro %}

{% macro spark__add_days(day, days) -%}
    date_add({{ day }}, {{ days }})
{%- endmacro %}

{% macro days_between(from_day, until_day) -%}
    {{ return(adapter.dispatch("days_between", "evenhand")(from_day, until_day)) }}
{%- endmacro %}

{% macro default__days_between(from_day, until_day) -%}
    ({{ until_day }} - {{ from_day }})
{%- endmacro %}

{% macro spark__days_between(from_day, until_day) -%}
    datediff({{ until_day }}, {{ from_day }})
{%- endmacro %}

{#- The day is in the stretch [from, until); a stretch without an end goes on. Said without an `or`: with one in the
    condition of a left join, DuckDB compares every row with every other. -#}
{% macro day_in(day, from_day, until_day) -%}
    {{ day }} >= {{ from_day }} and {{ day }} < coalesce({{ until_day }}, cast('9999-12-31' as date))
{%- endmacro %}

{#- The day on which the last of what is put one behind the other is over: each after its days, or when a version ends
    it. Of who has moved, some of them can be ended and others not. -#}
{% macro day_that_all_are_over(in_order) -%}
    struct_extract(
        list_reduce(
            {{ in_order }},
            lambda earlier, later: struct_pack(
                starts_on := later.starts_on,
                days := later.days,
                ended_on := later.ended_on,
                over_on := greatest(
                    earlier.over_on,
                    least({{ add_days('greatest(later.starts_on, earlier.over_on)', 'later.days') }}, later.ended_on)
                )
            )
        ),
        'over_on'
    )
{%- endmacro %}

{#- The rules of the market's pack that judge this day. -#}
{% macro in_effect_on(rules, day) -%}
    {{ day_in(day, rules ~ '.effective_from', rules ~ '.effective_before') }}
{%- endmacro %}

{#- Whether an entry counts on a day, as it is believed on that day. -#}
{% macro counts_on(entries, day) -%}
    {{ day_in(day, entries ~ '.counts_from', entries ~ '.counts_until') }}
    and {{ day_in(day, entries ~ '.known_from', entries ~ '.known_until') }}
{%- endmacro %}

{#- The last four weeks, by which metrics are told: contents, lives and orders are looked at for little longer. -#}
{% macro in_metric_window(day) -%}
    ({{ day }} > {{ add_days(night(), -28) }} and {{ day }} <= {{ night() }})
{%- endmacro %}

{#- A time with its zone, as gate 1 lets it through. -#}
{% macro as_moment(value) -%}
    {{ return(adapter.dispatch("as_moment", "evenhand")(value)) }}
{%- endmacro %}

{% macro default__as_moment(value) -%}
    cast({{ value }} as timestamp with time zone)
{%- endmacro %}

{% macro spark__as_moment(value) -%}
    cast({{ value }} as timestamp)
{%- endmacro %}

{#- Hours from one time to another, in whole seconds; null unless both are there. -#}
{% macro hours_between(from_at, until_at) -%}
    {{ return(adapter.dispatch("hours_between", "evenhand")(from_at, until_at)) }}
{%- endmacro %}

{% macro default__hours_between(from_at, until_at) -%}
    cast(date_diff('second', {{ from_at }}, {{ until_at }}) / 3600.0 as decimal(18, 4))
{%- endmacro %}

{% macro spark__hours_between(from_at, until_at) -%}
    cast((unix_timestamp({{ until_at }}) - unix_timestamp({{ from_at }})) / 3600.0 as decimal(18, 4))
{%- endmacro %}

{#- The days of a stretch on which its history was the one that was believed. -#}
{% macro days_while_believed() -%}
    greatest(from_day, known_from) as valid_from,
    least(until_day, known_until) as valid_until
{%- endmacro %}
