with

gate_stretches as (
    select * from {{ ref('gate_stretches') }}
),

gates_on_the_night as (
    select
        {{ night() }} as as_of,
        stretches.account_id,
        stretches.market,
        stretches.gate,
        stretches.is_open,
        array_to_string(stretches.failed, ', ') as failed_conditions
    from gate_stretches as stretches
    where
        {{ day_in(night(), 'stretches.on_day', 'stretches.until_day') }}
        and {{ day_in(night(), 'stretches.true_from', 'stretches.true_until') }}
)

select * from gates_on_the_night
