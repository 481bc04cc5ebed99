-- name: known_before
-- The good rows of a feed that landed before; those that gate 1 quarantined say nothing.
select * from candidates.{{ feed }}
anti join (
    select landed_file, landed_row from quarantine.bad
    where feed = '{{ feed }}'
) using (landed_file, landed_row)
where landed_night < $night;

-- name: gained_of
-- The views that each key gained with its newest row: more than the row before says, wherever that lay.
select
    now.{{ key }} as subject, cast(now.{{ views }} - coalesce(before.seen, 0) as double) as gained,
    before.subject is null as is_first
from {{ newest }} as now
left join (
    select rows.subject, arg_max(rows.seen, (rows.landed_night, rows.changed_at, rows.seen)) as seen
    from (
        select {{ key }} as subject, try_cast({{ views }} as bigint) as seen, landed_night, {{ moment }} as changed_at
        from ({{ known_before }})
    ) as rows
    inner join {{ newest }} as newest
        on rows.subject = newest.{{ key }} and rows.landed_night < newest.landed_night
    group by rows.subject
) as before on now.{{ key }} = before.subject;

-- name: gained
-- With the models' newest rows of each content and live.
select 'content' as what, * from ({{ of_contents }})
union all
select 'live' as what, * from ({{ of_lives }});

-- name: contents
with

gained as (select * from ({{ gained }})),

tonight as (
    select 'content' as what, content_id as subject, account_id, kind, category, link from stg_contents
    where landed_night = $night
    union all
    select 'live' as what, live_id as subject, account_id, 'live' as kind, category, link from stg_lives
    where landed_night = $night
)

select
    what, subject, market, account_id, coalesce(tonight.kind, '') as kind,
    coalesce(tonight.category, creators.category, '') as category, link, gained.gained as seen
from tonight
inner join stg_creators as creators using (account_id)
inner join gained using (what, subject)
where case when gained.gained is null then gained.is_first else gained.gained > 0 end
order by what, subject;

-- name: decisions
-- All that are known, for penalties need some that landed before.
with gained as (select * from ({{ gained }}))

select
    violations.violation_id, creators.market, violations.account_id,
    case when violations.live_id is not null then 'live' else coalesce(contents.kind, '') end as kind,
    coalesce(contents.category, lives.category, creators.category, '') as category,
    coalesce(contents.link, lives.link) as link,
    case when gained.gained > 0 then gained.gained end as seen,
    cast(violations.confidence as double) as confidence,
    violations.landed_night = $night
    and violations.restored_on is null
    and not exists (
        -- Not by "not in": among rows that landed there can be some without a key.
        select 1 from ({{ known_before }}) as before
        where before.violation_id = violations.violation_id and before.decided_on is not null
    ) as is_tonight
from stg_violations as violations
inner join stg_creators as creators using (account_id)
left join stg_contents as contents on violations.content_id = contents.content_id
left join stg_lives as lives on violations.live_id = lives.live_id
left join gained
    on
        coalesce(contents.content_id, lives.live_id) = gained.subject
        and case when contents.content_id is null then 'live' else 'content' end = gained.what
where violations.decided_on is not null
order by violations.violation_id;

-- name: penalties
-- What isn't known to be needed may be. Where none is needed by itself, for there are more than enough, all are looked
-- at: the penalty is wrong if enough of them are.
with

needed as (
    select reason_id, unnest(from_json(entries, '[{"violation": "VARCHAR", "needed": "BOOLEAN"}]')) as entry
    from reasons
    where list = 'penalties'
),

events as (
    select
        reason_id,
        list(distinct entry.violation) filter (coalesce(entry.needed, true)) as that_may_be_needed,
        list(distinct entry.violation) as of_all
    from needed
    where entry.violation is not null
    group by reason_id
)

select
    penalties.row_key, penalties.market, penalties.measure,
    coalesce(events.that_may_be_needed, events.of_all, []) as violations,
    events.that_may_be_needed is null as is_surplus
from penalties
inner join (
    select distinct row_key from penalty_changes
    where change = 'new'
) using (row_key)
left join events using (reason_id)
order by penalties.row_key;

-- name: golden
select golden.golden_id, golden.subject, creators.market, golden.account_id, coalesce(contents.link, lives.link) as link
from accepted.golden_items as golden
inner join stg_creators as creators using (account_id)
left join stg_violations as violations on golden.subject = violations.violation_id
left join stg_contents as contents on coalesce(violations.content_id, golden.subject) = contents.content_id
left join stg_lives as lives on coalesce(violations.live_id, golden.subject) = lives.live_id
order by golden.golden_id;

-- name: reviews
with told as (select * from ({{ told }}))

select
    told.market,
    coalesce(
        case when coalesce(lives.live_id, violations.live_id) is not null then 'live' else contents.kind end, ''
    ) as kind,
    coalesce(contents.category, lives.category, creators.category, '') as category,
    count(*) as reviews,
    cast(sum(told.weight) as double) as weight,
    cast(sum(told.weight) filter (told.is_violation = (told.drawn_from = 'published')) as double) as wrong
from (
    -- Sums of decimals are the same in any order.
    select *, cast(coalesce(1 / cast(probability as double), 1) as decimal(28, 9)) as weight from told
    where {{ likely }} and is_blind
) as told
inner join stg_creators as creators using (account_id)
left join stg_violations as violations on told.subject = violations.violation_id
left join stg_lives as lives on told.subject = lives.live_id
left join stg_contents as contents on told.content_id = contents.content_id
where
    told.drawn_from = $drawn_from
    and told.reviewed_on > $since
    and told.reviewed_on <= $night
    and {{ of_units }}
group by all
order by all;
