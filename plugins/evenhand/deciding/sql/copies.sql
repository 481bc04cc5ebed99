-- name: accepted
create table {{ table }} as
select accepted.* replace ({{ renamed }})
from {{ rows }} as accepted
inner join copies using (account_id)
order by all;

-- name: known
create table emergencies.known as
select known.* replace (account_id || '~' || copy as account_id)
from ({{ rows }}) as known
inner join copies using (account_id)
order by all;
