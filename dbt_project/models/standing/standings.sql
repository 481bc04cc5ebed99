with

zone_stretches as (
    select * from {{ ref('zone_stretches') }}
),

stretches_while_their_history_was_true as (
    select
        account_id,
        market,
        programme,
        kept_for,
        replay,
        pack,
        version,
        zone,
        strictness,
        value,
        strictness_before,
        on_day,
        greatest(on_day, true_from) as valid_from,
        least(until_day, true_until) as valid_until
    from zone_stretches
)

select * from stretches_while_their_history_was_true
where valid_until is null or valid_from < valid_until
