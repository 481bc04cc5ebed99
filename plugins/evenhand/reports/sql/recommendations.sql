-- What is asked here stands in reports, in one line: no statement has a comment in it.
-- noqa: disable=AM03,AM05,ST09

-- name: held_lists
select list, market, changes from held_lists
where night = {{ night }} and {{ of_markets }} and answer = '' and list in ('penalties', 'rewards')
order by changes desc, list, market;

-- name: cases
select market, kind, count(*) as cases from cases
where state = 'open' and days_left < 0 and kind != 'held_list' and {{ of_markets }}
group by market, kind
order by cases desc, market, kind;

-- name: appeals
select market, kind, count(*) as appeals, min(days_left) as days from cases
where state = 'open' and kind = 'appeal' and days_left between 0 and 2 and {{ of_markets }}
group by market, kind
order by appeals desc, market;

-- name: grants
select
    market, violation_type, count(*) as decided,
    count(*) filter (outcome in ('granted', 'partly_granted')) as granted
from {{ appeals }}
where
    night = {{ night }} and {{ of_markets }} and not is_out_of_court and decided_on > {{ four_weeks_before }}
    and outcome in ('granted', 'partly_granted', 'denied')
group by market, violation_type
having decided >= 20 and granted >= 0.5 * decided
order by granted desc, market, violation_type;

-- name: overturned_rules
select market, slice_value as rule, figure as overturned, cast(sample as bigint) as decided from operational_metrics
where
    night = {{ night }} and {{ of_markets }} and market != 'all'
    and metric = 'overturned_by_rule' and slice = 'rule' and is_enough and figure >= 0.2
order by figure desc, market, rule;

-- name: gaps
select
    market,
    gap,
    cast(sum(gaps) as bigint) as gaps,
    min(since) as since,
    max(system) filter (is_most) as system,
    max(gaps) filter (is_most) as most
from (
    select
        *,
        gaps * 2 > sum(gaps) over (partition by market, gap) as is_most
    from (
        select
            gaps.market,
            gaps.gap,
            min(gaps.since) as since,
            count(*) as gaps,
            coalesce(violations.kind, case when gaps.gap = 'sold_while_penalised' then 'orders' end) as system
        from (
            select * from enforcement_gaps
            where {{ of_markets }}
        ) as gaps
        left join account_violations as violations
            on gaps.violation_id = violations.violation_id and gaps.night = violations.night
        where
            gaps.night = {{ night }} and gaps.since < {{ night }} - 3
        group by gaps.market, gaps.gap, system
    )
)
group by market, gap
having sum(gaps) >= 5
order by gaps desc, market, gap;

-- name: held_rows
select list, market, rule, count(*) as rows from held_rows
where night = {{ night }} and {{ of_markets }}
group by list, market, rule
order by {{ most }} desc, list, market, rule;

-- name: silent_feeds
select tonight.feed, tonight.known, earlier.night as since from feed_counts as tonight
join feed_counts as earlier on earlier.feed = tonight.feed and earlier.known = tonight.known
where tonight.night = {{ night }} and tonight.known > 0 and earlier.night = {{ night }} - 3
order by tonight.feed;

-- name: quarantine
select feed, rule, count(*) as rows, known from quarantine
join feed_counts using (night, feed)
where night = {{ night }}
group by feed, rule, known
having count(*) >= greatest(20, 0.01 * known)
order by {{ most }} desc, feed, rule;
