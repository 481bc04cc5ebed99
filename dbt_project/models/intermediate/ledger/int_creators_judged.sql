with

creators as (
    select * from {{ ref('stg_creators') }}
),

creator_paths as (
    select * from {{ ref('int_creator_paths') }}
)

select creators.* replace (coalesce(creator_paths.judged_as, creators.market) as market)
from creators
left join creator_paths on creators.account_id = creator_paths.account_id
