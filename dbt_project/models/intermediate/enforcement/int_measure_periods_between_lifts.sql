with

emergencies as (
    select * from {{ ref('int_emergencies') }}
),

lifts as (
    select * from emergencies
    where action = 'lift'
),

-- Of an account that left the market and came back, one has several parts.
impositions as (
    select distinct
        emergency_id,
        account_id,
        list,
        measure,
        scope
    from emergencies
    where action = 'impose'
),

-- The later word holds: a lift takes back what was imposed before it, and nothing that is imposed after it.
lifts_of_each_measure as (
    select
        '' as imposed_by,
        account_id,
        list,
        measure,
        scope,
        from_day,
        until_day
    from lifts
    union all
    select
        impositions.emergency_id as imposed_by,
        impositions.account_id,
        impositions.list,
        impositions.measure,
        impositions.scope,
        lifts.from_day,
        lifts.until_day
    from impositions
    inner join lifts
        on
            impositions.account_id = lifts.account_id
            and impositions.list = lifts.list
            and impositions.measure = lifts.measure
            and impositions.scope = lifts.scope
            and impositions.emergency_id < lifts.emergency_id
),

lifts_with_how_far_those_before_them_reach as (
    select
        *,
        max(until_day) over (
            partition by imposed_by, account_id, list, measure, scope
            order by from_day, until_day
            rows between unbounded preceding and 1 preceding
        ) as lifted_until
    from lifts_of_each_measure
),

stretches_before_each_lift as (
    select
        imposed_by,
        account_id,
        list,
        measure,
        scope,
        coalesce(lifted_until, cast('0001-01-01' as date)) as from_day,
        from_day as until_day
    from lifts_with_how_far_those_before_them_reach
    where lifted_until is null or lifted_until < from_day
),

stretches_after_the_last_lift as (
    select
        imposed_by,
        account_id,
        list,
        measure,
        scope,
        max(until_day) as from_day,
        cast(null as date) as until_day
    from lifts_of_each_measure
    group by imposed_by, account_id, list, measure, scope
)

select * from stretches_before_each_lift
union all
select * from stretches_after_the_last_lift
