with

creators as (
    select * from {{ ref('int_creators_judged') }}
),

activities as (
    select * from {{ ref('int_activities') }}
),

programmes as (
    select * from {{ rules('programmes') }}
),

days_of_beginning_and_ending as (
    select
        creators.account_id,
        programmes.edition_id,
        programmes.programme,
        programmes.begins_with,
        min(case when activities.activity = programmes.begins_with then activities.on_day end) as member_from,
        min(case when activities.activity = programmes.ends_with then activities.on_day end) as member_until
    from programmes
    inner join creators on programmes.market = creators.market
    inner join activities
        on
            creators.account_id = activities.account_id
            and (programmes.begins_with = activities.activity or programmes.ends_with = activities.activity)
    group by all
)

select
    account_id,
    edition_id,
    programme,
    coalesce(member_from, cast('0001-01-01' as date)) as member_from,
    member_until
from days_of_beginning_and_ending
where begins_with is null or member_from is not null
