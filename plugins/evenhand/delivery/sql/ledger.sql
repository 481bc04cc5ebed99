-- sqlfluff:dialect:sqlite
-- The ledger's SQL is SQLite's: ledger_server.py has PostgreSQL take it.

-- name: schema
-- A change is `planned` before it is sent and stays so until its receipt, and a row has at most one planned change, so
-- that nothing can overtake it. The payload of an acknowledged change is in `acknowledged`, not here a second time. An
-- announcement is in `outbox` first, and becomes a change once it is ready. A ledger that was lost, or is older than
-- what its receiver was sent, begins a new epoch: keys of before mustn't come again.
create table if not exists changes (
    receiver text not null,
    key text not null,
    list text not null,
    row_key text not null,
    generation integer not null,
    action text not null check (action in ('put', 'remove')),
    payload text,
    payload_sha256 text,
    night text not null,
    release_id text not null,
    status text not null check (status in ('planned', 'acknowledged', 'rejected', 'superseded')),
    reason text not null default '',
    replaces text not null default '',
    planned_at text not null,
    answered_at text,
    primary key (receiver, key)
) strict, without rowid;
create unique index if not exists one_planned_change_per_row
on changes (receiver, list, row_key)
where status = 'planned';
create index if not exists changes_of_row on changes (receiver, list, row_key);
create table if not exists acknowledged (
    receiver text not null,
    list text not null,
    row_key text not null,
    payload text,
    payload_sha256 text,
    generation integer not null,
    night text,
    release_id text,
    key text not null default '',
    gone text not null default '',
    primary key (receiver, list, row_key)
) strict, without rowid;
create table if not exists outbox (
    receiver text not null,
    list text not null,
    row_key text not null,
    payload text not null,
    payload_sha256 text not null,
    about_list text not null,
    about_row_key text not null,
    measure text not null,
    event text not null check (event in ('new', 'changed', 'ended')),
    about_sha256 text,
    night text not null,
    telling integer not null default 1,
    status text not null check (status in ('waiting', 'ready', 'dropped')),
    why text not null default '',
    primary key (receiver, list, row_key)
) strict, without rowid;
create index if not exists outbox_about on outbox (receiver, about_list, about_row_key, measure);
create table if not exists positions (
    receiver text primary key,
    night text not null,
    release_id text not null,
    epoch text not null default ''
) strict;

-- name: keys_of_an_older_ledger
-- What brought a row to where it is, which a ledger of version 0.1 has not written down beside it.
update acknowledged set key = coalesce((
    select max(changes.key) from changes
    where
        changes.receiver = acknowledged.receiver
        and changes.list = acknowledged.list
        and changes.row_key = acknowledged.row_key
        and changes.status = 'acknowledged'
        and changes.generation = acknowledged.generation - 1
), '');
