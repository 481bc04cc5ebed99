-- sqlfluff:dialect:sqlite

-- name: take
insert into outbox (
    receiver, list, row_key, payload, payload_sha256, about_list, about_row_key, measure, event, about_sha256, night,
    telling, status
)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting')
on conflict (receiver, list, row_key) do update set
    payload = excluded.payload, payload_sha256 = excluded.payload_sha256, about_list = excluded.about_list,
    about_row_key = excluded.about_row_key, measure = excluded.measure, event = excluded.event,
    about_sha256 = excluded.about_sha256, night = excluded.night, telling = excluded.telling, status = 'waiting',
    why = ''
where
(outbox.status = 'dropped' and (outbox.night, outbox.telling) < (excluded.night, excluded.telling))
or (outbox.status = 'waiting' and outbox.about_sha256 is not excluded.about_sha256);

-- name: waiting
select
    list, row_key, payload, payload_sha256, about_list, about_row_key, measure, event, about_sha256, night, telling
from outbox
where receiver = ? and status = 'waiting'
order by night, telling, event != 'ended', list, row_key;

-- name: told
select status = 'ready' and event != 'ended' as has_begun, about_sha256 from outbox
where receiver = ? and about_list = ? and about_row_key = ? and measure = ? and status != 'waiting'
order by status = 'ready' desc, night desc, telling desc
limit 1;

-- name: to_send
select list, row_key, payload, payload_sha256 from outbox
where
    receiver = ?1
    and status = 'ready'
    and not exists (
        select 1 from changes
        where
            changes.receiver = ?1
            and changes.list = outbox.list
            and changes.row_key = outbox.row_key
            and changes.status in ('planned', 'acknowledged')
    )
order by night, list, row_key;

-- name: said_on
select outbox.list, outbox.row_key from outbox
inner join changes using (receiver, list, row_key)
where receiver = ? and outbox.night = ? and changes.status = 'acknowledged'
order by outbox.list, outbox.row_key;
