{#- A table of rules, with those that accounts which changed market or kind were judged by: to such an account each stay
    is as a version that takes over on its first day, and so an edition of its own, also where a pack is returned to.
    Their market is named as what they went through. Which pack and version an edition is, and in which stay, `packs`
    alone says; `pack_edition_id` is the edition as it was compiled, which calendars and bonuses are of. -#}
{% macro rules(table) -%}
    {%- set of_a_kind = table in ('kinds', 'eligibility', 'eligibility_tests') -%}
    (
        select
            * {%- if table != 'packs' %} exclude (pack, version) {%- endif %},
            edition_id as pack_edition_id
            {%- if table == 'packs' %},
            cast(null as bigint) as stay
            {%- endif %}
        from {{ source('policy', table) }}
        union all by name
        select
            ruled.* {%- if table != 'packs' %} exclude (pack, version) {%- endif %} replace (
                ruled.edition_id || ' for ' || stays.judged_as || ', stay ' || stays.stay as edition_id,
                stays.judged_as as market,
                {%- if of_a_kind %}
                stays.last_kind as kind,
                {%- endif %}
                {%- if table == 'eligibility_tests' %}
                greatest(ruled.asked_from, stays.from_day) as asked_from,
                least(ruled.asked_before, stays.until_day) as asked_before,
                {%- endif %}
                greatest(ruled.effective_from, stays.from_day) as effective_from,
                least(ruled.effective_before, stays.until_day) as effective_before
            ),
            ruled.edition_id as pack_edition_id
            {%- if table == 'packs' %},
            stays.stay
            {%- endif %}
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
                ruled.edition_id = judged.edition_id
                and ruled.programme = judged.programme
                and stays.kind = judged.kind
        {%- endif %}
    )
{%- endmacro %}

{#- The market that a row is of, whatever its account went through before. -#}
{% macro market_now(market) -%}
    split_part({{ market }}, '/', 1)
{%- endmacro %}
