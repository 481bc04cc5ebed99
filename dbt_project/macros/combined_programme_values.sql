{#- Values that are made of other values, on every day on which one of those changes. -#}
{% macro combined_programme_values(level, readings) %}
with

readings as (
    select * from {{ ref(readings) }}
),

inputs as (
    select * from {{ rules('inputs') }}
    where level = {{ level }} and source <> 'peers'
),

how_many_inputs_there_are as (
    select
        edition_id,
        programme,
        count(case when role = 'value' then 1 end) as value_count,
        count(case when role = 'proof' then 1 end) as proof_count
    from inputs
    group by edition_id, programme
),

stretches_of_inputs as (
    select
        readings.account_id,
        readings.market,
        readings.history_version,
        readings.known_from,
        readings.known_until,
        readings.from_day,
        readings.until_day,
        readings.value,
        readings.value_before,
        readings.has_changed,
        inputs.* exclude (market)
    from readings
    inner join inputs
        on
            readings.edition_id = inputs.edition_id
            and readings.programme = inputs.input
),

days_on_which_an_input_changes as (
    select account_id, market, history_version, known_from, known_until, edition_id, programme, source, from_day
    from stretches_of_inputs
    union
    select account_id, market, history_version, known_from, known_until, edition_id, programme, source, until_day as from_day
    from stretches_of_inputs
    where until_day is not null and (effective_before is null or until_day < effective_before)
),

values_of_each_day as (
    select
        days.account_id,
        days.market,
        days.programme,
        days.history_version,
        days.known_from,
        days.known_until,
        days.from_day,
        days.edition_id,
        cast({{ values_combined('inputs.value') }} as {{ figure() }}) as value,
        -- A version reads the day before its first as itself.
        cast({{ values_combined(
            'case when inputs.from_day = days.from_day then inputs.value_before else inputs.value end'
        ) }} as {{ figure() }}) as value_on_the_day_before,
        bool_or(inputs.from_day = days.from_day and inputs.has_changed) as has_changed
    from days_on_which_an_input_changes as days
    inner join how_many_inputs_there_are as counts
        on
            days.edition_id = counts.edition_id
            and days.programme = counts.programme
    left join stretches_of_inputs as inputs
        on
            days.account_id = inputs.account_id
            and days.history_version = inputs.history_version
            and days.edition_id = inputs.edition_id
            and days.programme = inputs.programme
            and {{ day_in('days.from_day', 'inputs.from_day', 'inputs.until_day') }}
    group by
        days.account_id, days.market, days.programme, days.history_version, days.known_from, days.known_until, days.from_day,
        days.edition_id, days.source
),

values_until_the_next as (
    select
        *,
        coalesce(
            lead(from_day) over days_in_order,
            edition_until
        ) as until_day,
        lag(value) over days_in_order as value_before,
        from_day = edition_from as is_first_of_the_edition
    from (
        select
            each_day.*,
            editions.effective_from as edition_from,
            editions.effective_before as edition_until
        from values_of_each_day as each_day
        inner join {{ rules('packs') }} as editions on each_day.edition_id = editions.edition_id
    ) as days_of_their_edition
    window days_in_order as (partition by account_id, programme, history_version, edition_id order by from_day)
),

values_beside_those_before as (
    select
        account_id,
        market,
        programme,
        '' as balance_of,
        history_version,
        known_from,
        known_until,
        from_day,
        until_day,
        edition_id,
        value,
        case when is_first_of_the_edition then value_on_the_day_before else value_before end as value_before,
        {{ add_days('from_day', -1) }} as read_before,
        not is_first_of_the_edition or coalesce(has_changed, false) as has_changed
    from values_until_the_next
),

{{ held_between_evaluations('values_beside_those_before') }}

select
    account_id,
    market,
    programme,
    balance_of,
    history_version,
    known_from,
    known_until,
    from_day,
    until_day,
    edition_id,
    value,
    value_before,
    read_before,
    has_changed
from values_held
{% endmacro %}

{#- What the values of inputs come to together, as the programme is made of them. -#}
{% macro values_combined(value) -%}
case
    when
        any_value(counts.proof_count) > 0
        and not coalesce(bool_or(
            inputs.role = 'proof' and {{ compares(value, 'inputs.comparator', 'inputs.bound') }}
        ), false)
        then null
    when days.source = 'ratio'
        then case
            -- What isn't known is no sample either.
            when
                coalesce(
                    max(case when inputs.role = 'whole' then {{ value }} end)
                    < max(case when inputs.role = 'whole' then inputs.whole_at_least end),
                    true
                )
                then null
            when
                max(case when inputs.role = 'part' then {{ value }} end)
                < max(case when inputs.role = 'part' then inputs.part_at_least end)
                then 0
            else {{ as_figure(
                "(max(case when inputs.role = 'part' then " ~ value ~ " end)"
                ~ " / max(case when inputs.role = 'whole' then " ~ value ~ " end))"
            ) }}
        end
    when days.source = 'weighted'
        then case
            when
                count(case when inputs.role = 'value' then {{ value }} end) = any_value(counts.value_count)
                then {{ as_figure(
                    "sum(case when inputs.role = 'value' then "
                    ~ weighed(value, 'inputs.weight') ~ " end)"
                ) }}
        end
    else min_by(
        case when inputs.role = 'value' then {{ value }} end,
        case when inputs.role = 'value' and {{ value }} is not null then inputs.input_no end
    )
end
{%- endmacro %}
