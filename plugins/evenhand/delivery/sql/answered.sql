-- sqlfluff:dialect:sqlite

-- name: last_sent
select receiver, action, night, status, answered_at from (
    select changes.*, row_number() over (partition by receiver order by generation desc, key asc) as place
    from changes
    where list = ? and row_key = ? and night <= ? and status <> 'superseded'
) as sent
where place = 1
order by receiver;
