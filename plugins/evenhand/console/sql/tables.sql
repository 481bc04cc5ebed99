-- A page shows this as it is laid out here, so that it has no comment in it.
-- noqa: disable=LT02,AL09

-- name: against
select coalesce(tonight.account_id, last.account_id) as account_id, coalesce(tonight.market, last.market) as market,
    '{{ list }}' as list, case when last.row_key is null then 'new' when tonight.row_key is null then 'ended'
    else 'changed' end as change, coalesce(tonight.programme, last.programme) as programme,
    coalesce(tonight.scope, last.scope) as scope, last.{{ what }} as measure_before, tonight.{{ what }} as measure,
    last.ends_on as ends_before, tonight.ends_on as ends_on, coalesce(tonight.row_key, last.row_key) as row_key
from {{ list }} as tonight full join before.{{ list }} as last using (row_key)
where (tonight.{{ what }}, tonight.starts_on, tonight.ends_on)
    is distinct from (last.{{ what }}, last.starts_on, last.ends_on);

-- name: stages
select market, stage, count(*) filter (is_there) as accounts,
    count(*) filter (is_there) / nullif(sum(count(*) filter (is_there)) over (partition by market), 0) as part,
    case when is_compared then count(*) filter (is_there and not was_there) end as came,
    case when is_compared then count(*) filter (was_there and not is_there) end as went
from (select account_id, market, stage, bool_or(now) as is_there, bool_or(not now) as was_there
    from (select account_id, market, coalesce(stage, 'none') as stage, true as now from account_profiles
        union all
        select account_id, market, coalesce(stage, 'none') as stage, false as now
        from before.account_profiles as last)
    group by account_id, market, stage)
cross join compared
group by market, stage, is_compared;

-- name: no_reasons
select null::varchar as reason_id, null::varchar as explanation
where false;

-- name: no_appeals
from ({{ beside_violations }}) as beside_violations
where false;

-- name: appeals
select appeals.account_id, appeals.market, appeals.appeal_id, appeals.violation_id, appeals.violation_type,
    appeals.filed_on as appeal_filed_on, appeals.outcome as appeal_outcome, appeals.decided_on as appeal_decided_on,
    appeals.is_out_of_court, violations.severity
from ({{ appeals }}) as appeals
left join (select account_id, violation_id, severity from account_violations) as violations
    using (account_id, violation_id);

-- name: deliveries
select sent.receiver, sent.list, whose.market, count(*) filter (sent.action = 'put') as put,
    count(*) filter (sent.action = 'remove') as removed,
    count(*) filter (sent.status = 'acknowledged') as acknowledged,
    count(*) filter (sent.status = 'rejected') as rejected, count(*) filter (sent.status = 'planned') as unanswered,
    left(replace(min(sent.planned_at), 'T', ' '), 16) as planned_at,
    left(replace(max(sent.answered_at), 'T', ' '), 16) as answered_at, bool_and(agreed.agrees) as agrees
from sent
left join whose on sent.list = whose.list and sent.row_key = whose.row_key
left join agreed on sent.receiver = agreed.receiver
group by sent.receiver, sent.list, whose.market;
