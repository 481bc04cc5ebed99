with

appeals as (
    select * from {{ ref('stg_appeals') }}
),

violation_cases as (
    select * from {{ ref('int_violation_cases') }}
),

appeals_with_what_they_are_against as (
    select
        {{ night() }} as as_of,
        appeals.appeal_id,
        appeals.violation_id,
        cases.account_id,
        cases.market,
        cases.violation_type,
        coalesce(appeals.channel = 'out_of_court', false) as is_out_of_court,
        appeals.filed_on,
        appeals.outcome,
        appeals.decided_on
    from appeals
    inner join violation_cases as cases on appeals.violation_id = cases.violation_id
)

select * from appeals_with_what_they_are_against
