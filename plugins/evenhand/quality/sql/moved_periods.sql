-- name: moved_periods
select
    market, pack, version, released.effective_from, released.effective_before, tonight.effective_from,
    tonight.effective_before
from policy.packs as released
inner join tonight.policy.packs as tonight using (market, pack, version)
where
    released.effective_from <> tonight.effective_from
    or released.effective_before is distinct from tonight.effective_before
order by all;
