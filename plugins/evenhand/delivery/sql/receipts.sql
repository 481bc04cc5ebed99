-- sqlfluff:dialect:sqlite

-- name: move_to
insert into positions (receiver, night, release_id) values (?, ?, ?)
on conflict (receiver) do update set night = excluded.night, release_id = excluded.release_id;

-- name: begin_epoch
insert into positions (receiver, night, release_id, epoch) values (?, ?, ?, ?)
on conflict (receiver) do update set
    night = excluded.night, release_id = excluded.release_id, epoch = excluded.epoch;

-- name: took_effect
select
    exists (
        select 1 from acknowledged
        where receiver = ?1 and list = ?2 and row_key = ?3 and payload_sha256 is ?4
    )
    or exists (
        select 1 from changes
        where
            receiver = ?1
            and list = ?2
            and row_key = ?3
            and payload_sha256 is ?4
            and status = 'acknowledged'
            and night >= ?5
    );

-- name: may_have_had
select
    exists (
        select 1 from acknowledged
        where receiver = ?1 and list = ?2 and row_key = ?3
    )
    or exists (
        select 1 from changes
        where receiver = ?1 and list = ?2 and row_key = ?3 and status = 'planned'
    );

-- name: unanswered
select key, list, row_key, generation, action, payload, payload_sha256, replaces from changes
where receiver = ? and status = 'planned'
order by action desc, list asc, row_key asc;

-- name: plan
insert into changes (
    receiver, key, list, row_key, generation, action, payload, payload_sha256, night, release_id, replaces,
    status, planned_at
)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'planned', {{ now }})
on conflict (receiver, key) do update set
    status = 'planned', reason = '', night = excluded.night, release_id = excluded.release_id,
    planned_at = excluded.planned_at, answered_at = null;

-- name: reject
update changes set status = 'rejected', reason = ?, answered_at = {{ now }}
where receiver = ? and key = ? and status = 'planned';

-- name: reopen
update changes set
    status = 'planned', answered_at = null, payload = (
        select payload from acknowledged as known
        where known.receiver = changes.receiver and known.list = changes.list and known.row_key = changes.row_key
    )
where receiver = ? and list = ? and row_key = ? and status = 'acknowledged';

-- name: supersede
update changes set status = 'superseded', answered_at = {{ now }}
where receiver = ? and status = 'planned';

-- name: find_otherwise
insert into acknowledged (receiver, list, row_key, payload_sha256, generation, key, gone)
values (?, ?, ?, ?, ?, ?, ?)
on conflict (receiver, list, row_key) do update set
    payload = null, payload_sha256 = excluded.payload_sha256, generation = excluded.generation, key = excluded.key,
    gone = excluded.gone;

-- name: hand_over
update acknowledged set payload = null, payload_sha256 = null
where receiver = ? and list = ? and payload_sha256 is not null;

-- name: had_before
select list, row_key from acknowledged
where receiver = ? and payload_sha256 is not null and (night is null or night < ?);

-- name: sent_again
select list, row_key, payload_sha256 from acknowledged
where receiver = ? and gone <> '' and key not like ?;

-- name: acknowledge
insert into acknowledged (
    receiver, list, row_key, payload, payload_sha256, generation, night, release_id, key, gone
)
select receiver, list, row_key, payload, payload_sha256, generation + 1, night, release_id, key, replaces
from changes
where receiver = ? and key = ? and status = 'planned'
on conflict (receiver, list, row_key) do update set
    payload = excluded.payload, payload_sha256 = excluded.payload_sha256, generation = excluded.generation,
    night = excluded.night, release_id = excluded.release_id, key = excluded.key, gone = excluded.gone;

-- name: close_acknowledged
update changes set status = 'acknowledged', payload = null, answered_at = {{ now }}
where receiver = ? and key = ? and status = 'planned';

-- name: put_without_answer
select count(*), min(night) from changes
where receiver = ? and status = 'planned' and action = 'put';
