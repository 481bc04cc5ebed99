-- sqlfluff:dialect:postgres

-- name: tables
create schema if not exists {{ schema }};
create table if not exists {{ schema }}.held (
    list text not null,
    row_key text not null,
    payload text not null check (payload::jsonb is not null),
    changed_at timestamptz not null default now(),
    primary key (list, row_key)
);
create table if not exists {{ schema }}.applied (
    number bigint generated always as identity,
    key text primary key,
    list text not null,
    row_key text not null,
    action text not null,
    happened_at timestamptz not null default now()
);
create table if not exists {{ schema }}.nights (night date primary key, begun_at timestamptz not null default now());

-- name: incoming
create temporary table incoming (
    place integer, key text, list text, row_key text, action text, payload text
) on commit drop;

-- name: apply
with

new_ones as (
    insert into {{ schema }}.applied (key, list, row_key, action)
    select key, list, row_key, action from incoming
    order by place
    on conflict (key) do nothing
    returning key
),

removed as (
    delete from {{ schema }}.held
    using incoming
    inner join new_ones using (key)
    where action = 'remove' and held.list = incoming.list and held.row_key = incoming.row_key
),

put as (
    insert into {{ schema }}.held (list, row_key, payload)
    select list, row_key, payload from incoming
    inner join new_ones using (key)
    where action = 'put'
    on conflict (list, row_key) do update set payload = excluded.payload, changed_at = excluded.changed_at
)

select key from new_ones;
