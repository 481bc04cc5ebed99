"""What a night's sample can be drawn from, read in what it was computed in: its contents, decisions and penalties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import duckdb

from evenhand.landing.contracts import BY_NAME, Contract
from evenhand.sampling.draw import Unit
from evenhand.sampling.plan import Frame, GoldenItem
from evenhand.sampling.reviews import LIKELY, OF_UNITS, REVIEWS

# A rule counts as new for so many nights; what was found in a segment is looked at for so many.
NEW_NIGHTS, RISK_NIGHTS = 14, 28
# As many reviews as say half of a segment's risk; the other half is its market's.
_SHRUNK_BY = 50
# Of a rule's row, what is its edition and no rule.
_OF_EDITION = {"edition_id", "effective_from", "effective_before", "version", "rule_no"}


def frames(connection: duckdb.DuckDBPyConnection, night: date, item_link: str = "") -> Sequence[Frame]:
    """What can be drawn in each market, by name.

    Contents are those that gained views tonight, by how many; lives likewise by viewers. Where nobody counts views, the
    ones that landed tonight. Decisions are those that landed tonight, each with what its content gained with its newest
    row; penalties the new ones, each with the mean of the decisions that it needs.

    Args:
        item_link: where a reviewer can see what has no link of its own, with {subject} for its key.
    """
    contents, decisions = _rows(connection, _CONTENTS, night), _rows(connection, _DECISIONS, night)
    published, decided = _Risk(connection, night, "published"), _Risk(connection, night, "decided")
    new = _decisions_by_new_rules(connection, night)
    units: dict[str, list[Unit]] = defaultdict(list)
    links: dict[str, str] = {}
    accounts: dict[str, str] = {}
    for row in contents:
        risk = published.of(row["market"], row["kind"], row["category"])
        units[row["market"]].append(Unit(row["what"], row["subject"], (row["subject"],), row["seen"], risk))
        links[row["subject"]] = row["link"] or item_link.replace("{subject}", row["subject"])
        accounts[row["subject"]] = row["account_id"]
    for row in decisions:
        if row["is_tonight"]:
            risk = decided.of(row["market"], row["kind"], row["category"])
            of, confidence = row["violation_id"], row["confidence"]
            units[row["market"]].append(Unit("decision", of, (of,), row["seen"], risk, of in new, confidence))
        links[row["violation_id"]] = row["link"] or item_link.replace("{subject}", row["violation_id"])
        accounts[row["violation_id"]] = row["account_id"]
    by_id = {row["violation_id"]: row for row in decisions}
    without: dict[str, int] = defaultdict(int)
    measures: dict[str, str] = {}
    surplus: set[str] = set()
    for row in _rows(connection, _PENALTIES, night):
        measures[row["row_key"]] = row["measure"]
        surplus |= {row["row_key"]} if row["is_surplus"] else set()
        events = tuple(sorted(each for each in row["violations"] if each in by_id))
        if events:
            units[row["market"]].append(_penalty(row, events, by_id, decided))
        else:
            without[row["market"]] += 1
    golden: dict[str, list[GoldenItem]] = defaultdict(list)
    for row in _rows(connection, _GOLDEN, night):
        golden[row["market"]].append(GoldenItem(row["golden_id"], row["subject"]))
        links.setdefault(row["subject"], row["link"] or item_link.replace("{subject}", row["subject"]))
        accounts.setdefault(row["subject"], row["account_id"])
    return [
        Frame(
            market,
            tuple(units[market]),
            tuple(golden[market]),
            links,
            without[market],
            accounts,
            measures,
            frozenset(surplus),
        )
        for market in sorted({*units, *without})
    ]


def _penalty(
    row: Mapping[str, Any], events: tuple[str, ...], decisions: Mapping[str, Mapping[str, Any]], decided: _Risk
) -> Unit:
    of = [decisions[each] for each in events]
    seen = [each["seen"] for each in of if each["seen"]]
    risks = [decided.of(row["market"], each["kind"], each["category"]) for each in of]
    return Unit(
        "penalty", row["row_key"], events, sum(seen) / len(seen) if seen else None, sum(risks) / len(risks)
    )  # fmt: skip


class _Risk:
    """The share of reviews in 28 days that found something wrong, by segment: in breach, or of decisions, in none.

    Of few reviews, it is nearer to its market's; that of a market likewise to the share of all.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, night: date, drawn_from: str) -> None:
        rows = _rows(connection, _REVIEWS, night, drawn_from=drawn_from, since=night - timedelta(days=RISK_NIGHTS))
        wrong, weight = sum(row["wrong"] or 0 for row in rows), sum(row["weight"] for row in rows)
        self._all = (wrong + 0.5) / (weight + 1)
        self._markets: dict[str, float] = {}
        self._segments: dict[tuple[str, str, str], float] = {}
        for market in sorted({row["market"] for row in rows}):
            of = [row for row in rows if row["market"] == market]
            self._markets[market] = _shrunk(of, self._all)
            for row in of:
                self._segments[market, row["kind"], row["category"]] = _shrunk([row], self._markets[market])

    def of(self, market: str, kind: str, category: str) -> float:
        return float(self._segments.get((market, kind, category), self._markets.get(market, self._all)))


def _shrunk(rows: Sequence[Mapping[str, Any]], towards: float) -> float:
    reviews, weight = sum(row["reviews"] for row in rows), sum(row["weight"] for row in rows)
    share = sum(row["wrong"] or 0 for row in rows) / weight
    return float((share * reviews + towards * _SHRUNK_BY) / (reviews + _SHRUNK_BY))


def _decisions_by_new_rules(connection: duckdb.DuckDBPyConnection, night: date) -> set[str]:
    """Decisions that a rule counts which isn't what it was before one of the last 14 nights."""
    editions: dict[tuple[str, str, date], dict[tuple[str, str], set[tuple[object, ...]]]] = {}
    ends: dict[tuple[str, str, date], date | None] = {}
    numbers: dict[tuple[str, str, date, str, str], set[int]] = defaultdict(set)
    for row in _rows(connection, "from policy.entry_rules", night):
        edition = row["market"], row["pack"], row["effective_from"]
        ends[edition] = row["effective_before"]
        said = tuple(value for name, value in sorted(row.items()) if name not in _OF_EDITION)
        rules = editions.setdefault(edition, {})
        rules.setdefault((row["programme"], row["rule"]), set()).add(said)
        numbers[*edition, row["programme"], row["rule"]].add(row["rule_no"])
    changed: set[int] = set()
    for (market, pack, begins), rules in editions.items():
        if not night - timedelta(days=NEW_NIGHTS) < begins <= night:
            continue
        before = next((at for at, end in ends.items() if at[:2] == (market, pack) and end == begins), None)
        earlier = editions[before] if before else {}
        for rule, said_now in rules.items():
            if earlier.get(rule) != said_now:
                changed |= numbers[market, pack, begins, *rule]
    return {row["violation_id"] for row in _rows(connection, _COUNTED_BY, night) if row["rule_no"] in changed}


def _rows(connection: duckdb.DuckDBPyConnection, query: str, night: date, **values: object) -> list[dict[str, Any]]:
    given = {"night": night, **values}
    found = connection.execute(query, {name: given[name] for name in given if f"${name}" in query} or None)
    names = [name for name, *_ in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _known_before(contract: Contract) -> str:
    """SQL for the good rows of a feed that landed before; those that gate 1 quarantined say nothing."""
    return (
        f"(from candidates.{contract.feed} anti join (from quarantine.bad where feed = '{contract.feed}')"
        " using (landed_file, landed_row) where landed_night < $night)"
    )


def _gained(contract: Contract, model: str, views: str) -> str:
    """SQL for the views that each key gained with its newest row: more than the row before says, wherever that lay."""
    seen = f"try_cast({views} as bigint)"
    return f"""
    select now.{contract.key} as subject, cast(now.{views} - coalesce(before.seen, 0) as double) as gained,
        before.subject is null as is_first
    from {model} as now
    left join (
        select rows.subject, arg_max(rows.seen, (rows.landed_night, rows.changed_at, rows.seen)) as seen
        from (
            select {contract.key} as subject, {seen} as seen, landed_night, {contract.changed_at} as changed_at
            from {_known_before(contract)}
        ) as rows
        inner join {model} as newest
            on rows.subject = newest.{contract.key} and rows.landed_night < newest.landed_night
        group by rows.subject
    ) as before on now.{contract.key} = before.subject
    """


# With the models' newest rows of each content and live.
_OF_CONTENTS = f"""
gained as (
    select 'content' as what, * from ({_gained(BY_NAME["contents"], "stg_contents", "views")})
    union all
    select 'live', * from ({_gained(BY_NAME["lives"], "stg_lives", "viewers")})
)
"""
_CONTENTS = f"""
with {_OF_CONTENTS},
tonight as (
    select 'content' as what, content_id as subject, account_id, kind, category, link
    from stg_contents where landed_night = $night
    union all
    select 'live', live_id, account_id, 'live', category, link from stg_lives where landed_night = $night
)
select
    what, subject, market, account_id, coalesce(tonight.kind, '') as kind,
    coalesce(tonight.category, creators.category, '') as category, link, gained.gained as seen
from tonight
inner join stg_creators as creators using (account_id)
inner join gained using (what, subject)
where case when gained.gained is null then gained.is_first else gained.gained > 0 end
order by what, subject
"""
# All decisions that are known, for penalties need some that landed before.
_DECISIONS = f"""
with {_OF_CONTENTS}
select
    violations.violation_id, creators.market, violations.account_id,
    case when violations.live_id is not null then 'live' else coalesce(contents.kind, '') end as kind,
    coalesce(contents.category, lives.category, creators.category, '') as category,
    coalesce(contents.link, lives.link) as link,
    case when gained.gained > 0 then gained.gained end as seen,
    cast(violations.confidence as double) as confidence,
    violations.landed_night = $night and violations.restored_on is null and not exists (
        -- Not by "not in": among rows that landed there can be some without a key.
        select 1 from {_known_before(BY_NAME["violations"])} as before
        where before.violation_id = violations.violation_id and before.decided_on is not null
    ) as is_tonight
from stg_violations as violations
inner join stg_creators as creators using (account_id)
left join stg_contents as contents on violations.content_id = contents.content_id
left join stg_lives as lives on violations.live_id = lives.live_id
left join gained
    on coalesce(contents.content_id, lives.live_id) = gained.subject
        and case when contents.content_id is null then 'live' else 'content' end = gained.what
where violations.decided_on is not null
order by violations.violation_id
"""
# What isn't known to be needed may be. Where none is needed by itself, for there are more than enough, all are looked
# at: the penalty is wrong if enough of them are.
_PENALTIES = """
with needed as (
    select
        reason_id,
        unnest(from_json(entries, '[{"violation": "VARCHAR", "needed": "BOOLEAN"}]')) as entry
    from reasons where list = 'penalties'
),
events as (
    select
        reason_id,
        list(distinct entry.violation) filter (coalesce(entry.needed, true)) as that_may_be_needed,
        list(distinct entry.violation) as of_all
    from needed where entry.violation is not null group by reason_id
)
select penalties.row_key, penalties.market, penalties.measure,
    coalesce(events.that_may_be_needed, events.of_all, []) as violations,
    events.that_may_be_needed is null as is_surplus
from penalties
inner join (select distinct row_key from penalty_changes where change = 'new') using (row_key)
left join events using (reason_id)
order by penalties.row_key
"""
_GOLDEN = """
select golden.golden_id, golden.subject, creators.market, golden.account_id, coalesce(contents.link, lives.link) as link
from accepted.golden_items as golden
inner join stg_creators as creators using (account_id)
left join stg_violations as violations on golden.subject = violations.violation_id
left join stg_contents as contents on coalesce(violations.content_id, golden.subject) = contents.content_id
left join stg_lives as lives on coalesce(violations.live_id, golden.subject) = lives.live_id
order by golden.golden_id
"""
_REVIEWS = f"""
with {REVIEWS}
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
    select *, cast(coalesce(1 / cast(probability as double), 1) as decimal(28, 9)) as weight
    from told where {LIKELY} and is_blind
) as told
inner join stg_creators as creators using (account_id)
left join stg_violations as violations on told.subject = violations.violation_id
left join stg_lives as lives on told.subject = lives.live_id
left join stg_contents as contents on told.content_id = contents.content_id
where told.drawn_from = $drawn_from and told.reviewed_on > $since and told.reviewed_on <= $night
    and {OF_UNITS}
group by all
order by all
"""
_COUNTED_BY = """
select distinct violation_id, rule_no from int_ledger_entries where violation_id is not null
"""
