with

violation_cases as (
    select * from {{ ref('int_violation_cases') }}
),

appeals as (
    select * from {{ ref('stg_appeals') }}
    -- A body out of court answers in its own time, and nobody here can decide for it.
    where outcome = 'pending' and coalesce(channel <> 'out_of_court', true)
),

creators as (
    select * from {{ ref('stg_creators') }}
),

cases_without_a_decision as (
    select
        'case' as waiting,
        violation_id as thing,
        market,
        violation_type,
        detected_on as since
    from violation_cases
    where decided_on is null
),

appeals_without_a_decision as (
    select
        'appeal' as waiting,
        appeals.appeal_id as thing,
        creators.market,
        violation_cases.violation_type,
        appeals.filed_on as since
    from appeals
    inner join creators on appeals.account_id = creators.account_id
    left join violation_cases on appeals.violation_id = violation_cases.violation_id
),

open_work as (
    select * from cases_without_a_decision
    union all
    select * from appeals_without_a_decision
)

select
    {{ night() }} as as_of,
    waiting,
    thing,
    market,
    violation_type,
    since,
    cast({{ days_between('since', night()) }} as bigint) as days_waited
from open_work
