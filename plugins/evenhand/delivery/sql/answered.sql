-- sqlfluff:dialect:sqlite

-- name: last_sent
select receiver, action, night, status, answered_at from (
    select changes.*, row_number() over (partition by receiver order by generation desc, key asc) as place
    from changes
    where list = ? and row_key = ? and night <= ? and status <> 'superseded'
) as sent
where place = 1
order by receiver;

-- name: sent_for
select receiver, list, row_key, action, status, planned_at, answered_at
from changes
where night = ? and status <> 'superseded';
