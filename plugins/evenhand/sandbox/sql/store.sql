-- sqlfluff:dialect:sqlite

-- name: schema
create table if not exists held (
    list text not null,
    row_key text not null,
    payload text not null,
    payload_sha256 text not null,
    account_id text not null,
    market text,
    measure text,
    scope text,
    changed_at text not null,
    primary key (list, row_key)
) strict;
create table if not exists effects (
    number integer primary key,
    key text not null unique,
    list text not null,
    row_key text not null,
    action text not null,
    account_id text,
    measure text,
    happened_at text not null
) strict;
create table if not exists answers (
    message text primary key,
    body_sha256 text not null,
    answer blob not null,
    given_at text not null
) strict;
create table if not exists probes (row_key text primary key, payload_sha256 text not null) strict;
create table if not exists nights (night text primary key) strict;

-- name: page
select list, row_key, payload_sha256 from held
where (list, row_key) > (?, ?)
order by list, row_key
limit ?;

-- name: note
insert into effects (key, list, row_key, action, account_id, measure, happened_at)
values (?, ?, ?, ?, ?, ?, {{ now }})
on conflict (key) do nothing;

-- name: put
insert or replace into held (
    list, row_key, payload, payload_sha256, account_id, market, measure, scope, changed_at
)
values (?, ?, ?, ?, ?, ?, ?, ?, {{ now }});
