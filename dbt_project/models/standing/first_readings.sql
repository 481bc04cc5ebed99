select * from {{ ref('ledger_readings') }}
union all
select * from {{ ref('metric_readings') }}
