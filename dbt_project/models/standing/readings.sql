select * from {{ ref('second_readings') }}
union all
select * from {{ ref('twice_combined_readings') }}
