-- name: following_versions
select now.market, now.pack, before.version as version_before, now.version, now.effective_from
from tonight.policy.packs as now
inner join tonight.policy.packs as before
    on now.market = before.market and now.pack = before.pack and now.effective_from = before.effective_before
where (now.market, now.pack, now.version) not in (select (market, pack, version) from policy.packs)
order by all;
