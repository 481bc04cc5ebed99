select * from {{ ref('int_penalty_reasons') }}
union all
select * from {{ ref('int_reward_reasons') }}
