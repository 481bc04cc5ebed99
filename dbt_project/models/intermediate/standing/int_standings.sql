with

zone_periods as (
    select * from {{ ref('int_zone_periods') }}
),

stretches_while_their_history_was_true as (
    select
        account_id,
        market,
        programme,
        balance_of,
        history_version,
        edition_id,
        pack_edition_id,
        zone,
        zone_rank,
        value,
        zone_rank_before,
        from_day,
        {{ days_while_believed() }}
    from zone_periods
)

select * from stretches_while_their_history_was_true
where valid_until is null or valid_from < valid_until
