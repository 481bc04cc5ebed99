-- name: beside_violations
select
    {{ of_both }}, appeal_id, appeal_filed_on as filed_on, appeal_decided_on as decided_on,
    appeal_outcome as outcome, false as is_out_of_court
from {{ violations }}
where appeal_id is not null;

-- name: all_appeals
select {{ of_both }}, appeal_id, filed_on, decided_on, outcome, is_out_of_court
from {{ appeals }}
union all
select {{ of_both }}, appeal_id, filed_on, decided_on, outcome, is_out_of_court
from ({{ beside_violations }}) as beside_violations
where violation_id not in (select violation_id from {{ appeals }});
