select * from {{ ref('penalty_reasons') }}
union all
select * from {{ ref('reward_reasons') }}
