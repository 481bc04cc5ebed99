-- name: in_force
select
    penalties.account_id, penalties.measure, penalties.ends_on,
    list_distinct(
        list_transform(
            from_json(reasons.entries, '[{"violation": "VARCHAR"}]'),
            lambda entry: entry.violation  -- noqa: RF01
        )
    ) as violations,
    penalties.account_id || '/' || penalties.programme || '/' || penalties.scope || '/' || penalties.starts_on
        as gap_key
from penalties
left join reasons using (reason_id)
order by penalties.row_key;

-- name: effects
-- The strictest penalty that each zone of a pack brings.
select distinct on (edition_id, programme, zone)
    edition_id, market, programme, zone, measure, measure_rank, days
from policy.effects
where list = 'penalties' and effective_from <= $night and (effective_before is null or $night < effective_before)
order by edition_id asc, programme asc, zone asc, measure_rank desc, days desc nulls first;

-- name: undecided
-- What a violation that isn't decided would bring, if its rule counted it tonight.
select violations.violation_id as subject, effects.measure, effects.days
from account_violations as violations
inner join policy.entry_rules as rules
    on
        violations.market = rules.market
        and violations.violation_type = rules.event_type
        and (rules.severity is null or violations.severity = rules.severity)
        and rules.amount_by = 'event'
        and rules.effective_from <= $night
        and (rules.effective_before is null or $night < rules.effective_before)
inner join policy.programmes as programmes
    on rules.edition_id = programmes.edition_id and rules.programme = programmes.programme
left join account_health as health
    on violations.account_id = health.account_id and rules.programme = health.programme
inner join policy.zones as zones
    on
        rules.edition_id = zones.edition_id
        and rules.programme = zones.programme
        and not zones.is_missing
        and (
            zones.value_from is null
            or coalesce(health.balance, programmes.starts_at) + rules.amount >= zones.value_from
        )
        and (
            zones.value_below is null
            or coalesce(health.balance, programmes.starts_at) + rules.amount < zones.value_below
        )
inner join ({{ effects }}) as effects
    on
        zones.edition_id = effects.edition_id
        and zones.programme = effects.programme
        and zones.zone = effects.zone
where violations.decided_on is null
order by violations.violation_id, effects.measure_rank, effects.measure;

-- name: near_closing
select health.account_id || '/' || health.programme as subject, effects.measure, effects.days
from account_health as health
inner join ({{ effects }}) as effects
    on
        health.market = effects.market
        and health.programme = effects.programme
        and health.next_zone = effects.zone
where health.is_near
order by subject, effects.measure_rank, effects.measure;

-- name: held_list
-- What a list would bring; of what would be gone, what is kept until there is an answer, and so for a day at least.
select
    changes.list || '/' || changes.market || '/' || changes.account_id as subject, changes.measure,
    case
        when wanted.row_key is not null then wanted.ends_on - $night::date + 1
        when kept.ends_on is not null then greatest(kept.ends_on - $night::date + 1, 1)
    end as days
from night.gate.changes as changes
left join night.main.penalties as wanted on changes.row_key = wanted.row_key
left join penalties as kept on changes.row_key = kept.row_key
where changes.list = 'penalties' and coalesce(wanted.row_key, kept.row_key) is not null
order by all;

-- name: orders
select account_id, count(*) / $over_days as orders from night.main.stg_orders
where ordered_on > $night::date - $over_days and ordered_on <= $night
group by account_id;
