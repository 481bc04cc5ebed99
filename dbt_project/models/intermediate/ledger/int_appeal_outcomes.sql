with

appeals_counted as (
    select * from {{ ref('int_appeals_counted') }}
),

appeals_by_what_they_do as (
    select
        *,
        effect = 'voids' as voids,
        effect = 'adjusts' and points is not null as adjusts
    from appeals_counted
),

violations_with_what_became_of_their_appeals as (
    select
        violation_id,
        min(filed_on) as filed_on,
        min(case when effect is not null then decided_on end) as settled_on,
        min(case when voids then decided_on end) as voided_on,
        -- Each holds until the next.
        list(
            struct_pack(adjusted_on := decided_on, points := points) order by decided_on, filed_on, appeal_id
        ) filter (where adjusts) as adjustments,
        coalesce(bool_or(effect <> 'denies'), false) as helped
    from appeals_by_what_they_do
    group by violation_id
)

select * from violations_with_what_became_of_their_appeals
