-- name: beside_violations
select distinct
    night, market, violation_type, appeal_id, appeal_filed_on as filed_on, appeal_decided_on as decided_on,
    appeal_outcome as outcome, false as is_out_of_court
from account_violations
where appeal_id is not null;
