select * from {{ ref('int_programme_values_level_0') }}
union all
select * from {{ ref('int_programme_values_combined_1') }}
union all
select * from {{ ref('int_programme_values_against_peers') }}
