-- name: moved_periods
select
    market, pack, version, released.effective_from as began, released.effective_before as ended,
    tonight.effective_from as begins, tonight.effective_before as ends
from policy.packs as released
inner join tonight.policy.packs as tonight using (market, pack, version)
where
    released.effective_from <> tonight.effective_from
    or released.effective_before is distinct from tonight.effective_before
order by all;
