select * from {{ ref('int_programme_values_from_ledger') }}
union all
select * from {{ ref('int_programme_values_from_metric') }}
