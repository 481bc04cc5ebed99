select * from {{ ref('first_readings') }}
union all
select * from {{ ref('combined_readings') }}
union all
select * from {{ ref('peer_readings') }}
