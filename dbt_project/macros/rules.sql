{#- A table of rules, with those that accounts which changed market or kind were judged by: to such an account each stay
    is as a version that takes over on its first day. Their market is named as what they went through, and their packs as
    what they are in which stay of which market, so that a pack that is returned to is another edition. -#}
{% macro rules(table) -%}
    {%- set of_a_kind = table in ('kinds', 'eligibility', 'eligibility_tests') -%}
    (
        select * from {{ source('policy', table) }}
        union all by name
        select
            ruled.* replace (
                stays.judged_as as market,
                {%- if of_a_kind %}
                stays.last_kind as kind,
                {%- endif %}
                {%- if table == 'eligibility_tests' %}
                greatest(ruled.asked_from, stays.from_day) as asked_from,
                least(ruled.asked_before, stays.until_day) as asked_before,
                {%- endif %}
                ruled.pack || '/' || stays.market || '/' || stays.stay as pack,
                greatest(ruled.effective_from, stays.from_day) as effective_from,
                least(ruled.effective_before, stays.until_day) as effective_before
            )
        from {{ source('policy', table) }} as ruled
        inner join {{ ref('int_stays') }} as stays
            on
                ruled.market = stays.market
                {%- if of_a_kind %}
                and ruled.kind = stays.kind
                {%- endif %}
                {%- if table == 'eligibility_tests' %}
                and (stays.until_day is null or ruled.asked_from < stays.until_day)
                and (ruled.asked_before is null or stays.from_day < ruled.asked_before)
                {%- endif %}
                and (stays.until_day is null or ruled.effective_from < stays.until_day)
                and (ruled.effective_before is null or stays.from_day < ruled.effective_before)
        {%- if table == 'programmes' %}
        semi join {{ source('policy', 'kinds') }} as judged
            on
                ruled.market = judged.market
                and ruled.pack = judged.pack
                and ruled.version = judged.version
                and ruled.programme = judged.programme
                and stays.kind = judged.kind
        {%- endif %}
    )
{%- endmacro %}

{#- The market that a row is of, whatever its account went through before. -#}
{% macro market_now(market) -%}
    split_part({{ market }}, '/', 1)
{%- endmacro %}

{#- A pack's own name. -#}
{% macro pack_itself(pack) -%}
    split_part({{ pack }}, '/', 1)
{%- endmacro %}

{#- The market whose pack it is. -#}
{% macro market_of_edition(rows) -%}
    case
        when {{ rows }}.pack like '%/%' then split_part({{ rows }}.pack, '/', 2)
        else {{ rows }}.market
    end
{%- endmacro %}
