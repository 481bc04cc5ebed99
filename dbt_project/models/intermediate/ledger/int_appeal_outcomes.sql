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
        min(case when adjusts then decided_on end) as adjusted_on,
        -- A second adjustment would need the first one's history beside it; the first one holds.
        min_by(points, (decided_on, filed_on, appeal_id)) filter (where adjusts) as adjusted_points,
        coalesce(bool_or(effect <> 'denies'), false) as helped
    from appeals_by_what_they_do
    group by violation_id
)

select * from violations_with_what_became_of_their_appeals
