{#- How strict each measure is on some nights, among those of a programme: as the pack has it that has the programme on
    the night. What people impose ranks as the pack has it that it is by, or one that goes on with that: of several the
    first by name. Places in the lists of two versions can't be compared, so all that is in force on a night is ranked by
    the versions of the night.

    Args:
        nights: a CTE with `as_of`. -#}
{% macro measure_ranks(nights) -%}
    select
        nights.as_of,
        ranks.market,
        ranks.programme,
        ranks.imposed_by_pack,
        ranks.measure,
        ranks.measure_rank
    from (
        select
            measures.*,
            programmes.programme,
            '' as imposed_by_pack,
            true as is_by_itself
        from {{ rules('measures') }} as measures
        -- Whomever it judges: who has another kind by now keeps what it brought.
        inner join {{ source('policy', 'programmes') }} as programmes
            on measures.pack_edition_id = programmes.edition_id
        union all by name
        select
            measures.*,
            'emergency' as programme,
            continued.former_pack as imposed_by_pack,
            packs.pack = continued.former_pack as is_by_itself
        from {{ rules('measures') }} as measures
        inner join {{ rules('packs') }} as packs on measures.edition_id = packs.edition_id
        inner join {{ rules('continued') }} as continued on measures.edition_id = continued.edition_id
    ) as ranks
    inner join {{ nights }} as nights on {{ in_effect_on('ranks', 'nights.as_of') }}
    qualify row_number() over (
        partition by nights.as_of, ranks.market, ranks.programme, ranks.imposed_by_pack, ranks.measure
        order by ranks.is_by_itself desc, ranks.edition_id asc
    ) = 1
{%- endmacro %}
