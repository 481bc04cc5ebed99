-- name: lists_of
with

brought as (
    select list, market from {{ effects }}
    union
    select list, market from {{ eligibility_effects }}
    union
    select 'penalties' as list, market from {{ followers }}
    union
    select 'rewards' as list, market from {{ rewards }}
    union
    select 'rewards' as list, market from {{ bonuses }}
)

select distinct list from brought
where market = $market
order by list;

-- name: rules
select {{ columns }} from {{ rules }};

-- name: numbered_rules
select {{ columns }}
from {{ rules }}
left join (
    select distinct
        edition_id, rule_no,
        concat_ws(' ', programme, rule_no - min(rule_no) over (partition by edition_id, programme)) as place
    from {{ entry_rules }}
) as numbered using (edition_id, rule_no);

-- name: only_here
select market, {{ pack }}, {{ columns }}
from (
    select * from ({{ rules }})
    except all
    select * from ({{ others }})
)
order by all;

-- name: of_both
select {{ columns }} from ({{ rules }})
where market = $market and pack = $pack and version in (select unnest($versions))
order by all;

-- name: markets
select market from policy.packs
union
select market from tonight.policy.packs;

-- name: whole_packs
-- The versions of packs that a market has on one side alone.
select
    market,
    pack,
    coalesce(now.version, before.version) as version,
    coalesce(now.effective_from, before.effective_from) as effective_from,
    coalesce(now.effective_before, before.effective_before) as effective_before,
    now.version is not null as is_new
from tonight.policy.packs as now
full outer join policy.packs as before using (market, pack)
where now.version is null or before.version is null
order by all;
