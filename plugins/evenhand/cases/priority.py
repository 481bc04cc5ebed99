"""How cases are ordered: by the harm that is to be expected × how urgent it is, with what both are made of.

    harm     = sum over the case's accounts of: days still to run × rank of the measure × orders a day
    urgency  = 1 / (max(days left, 0) + 1)

The rank is the measure's place in its pack's order ÷ their number. Orders are counted and not added up in money, which
differs between markets. A measure without an end counts 365 days, an account without orders one a day. A case whose
account has no measure for it counts with the one that its rule would bring, else the mildest of the market.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from evenhand.cases.case import CaseCause
from evenhand.cases.night_facts import NightFacts

FOR_EVER_DAYS = 365
ORDERS_OVER_DAYS = 28
FORMULA = "days still to run × rank of the measure × orders a day, summed over accounts; ÷ (days left + 1)"


@dataclass(frozen=True)
class HarmPart:
    """What an account adds to the harm of a case.

    Attributes:
        measure: empty where the market has none.
        why: `in force`, `its rule would bring it`, or `mildest`.
        days: still to run.
        rank: the measure's place ÷ the number of measures.
        orders: a day.
    """

    account: str
    measure: str
    why: str
    days: int
    rank: float
    orders: float

    @property
    def harm(self) -> float:
        """What it adds."""
        return self.days * self.rank * self.orders

    @property
    def said(self) -> str:
        """As it is shown."""
        return (
            f"{self.account}: {self.days} days × {self.rank:.2f} ({self.measure.replace('_', ' ') or 'no measure'},"
            f" {self.why}) × {self.orders:.2f} orders a day = {self.harm:.2f}"
        )


def urgency(due: date, night: date) -> float:
    """How urgent it is: 1 on its last day and when that is over."""
    return 1 / (max((due - night).days, 0) + 1)


def order_key(harm: float, due: date, night: date, case_id: str) -> tuple[bool, float, str]:
    """By which cases are sorted: what is overdue first, then by harm × urgency, the most first."""
    return due >= night, -harm * urgency(due, night), case_id


def harms(night: NightFacts, causes: Iterable[CaseCause]) -> dict[str, tuple[float, Sequence[Mapping[str, Any]]]]:
    """The expected harm of cases and what it is made of, by what they are called."""
    known = list(causes)
    accounts = {account for cause in known for account in cause.accounts}
    ranks = _ranks(night)
    in_force = _in_force(night)
    would_bring = _would_bring(night)
    orders = _orders(night, accounts)
    found: dict[str, tuple[float, Sequence[Mapping[str, Any]]]] = {}
    for cause in known:
        parts = []
        for account in cause.accounts:
            mildest = _mildest(ranks, cause.market)
            held = [] if cause.about is None else in_force.get((account, cause.about), [])
            why = "in force"
            if not held:
                keys = ((cause.kind, cause.subject), (cause.kind, f"{cause.subject}/{account}"))
                held = [would_bring[key] for key in keys if key in would_bring]
                why = "its rule would bring it"
            if not held:
                held, why = [(mildest[0], 1)], "mildest"
            measured = [(days, ranks.get((cause.market, name), mildest[1]), name) for name, days in held]
            days, rank, name = max(measured, key=lambda each: (each[0] * each[1], each[2]))
            parts.append(HarmPart(account, name, why, days, rank, orders.get(account, 1.0)))
        parts.sort(key=lambda part: (-part.harm, part.account))
        # A list of thousands shows what adds most.
        found[cause.case_id] = (sum(part.harm for part in parts), [asdict(part) for part in parts[:20]])
    return found


def _ranks(night: NightFacts) -> dict[tuple[str, str], float]:
    """A measure's place ÷ the number of measures, by market; the strictest where several packs say."""
    found: dict[tuple[str, str], float] = {}
    for each in night.packs:
        for place, measure in enumerate(each.pack.measures, start=1):
            for market in each.pack.markets:
                rank = place / len(each.pack.measures)
                found[market, measure] = max(rank, found.get((market, measure), 0.0))
    return found


def _mildest(ranks: Mapping[tuple[str, str], float], market: str) -> tuple[str, float]:
    of_market = [(rank, measure) for (of, measure), rank in ranks.items() if of == market]
    rank, measure = min(of_market, default=(0.0, ""))
    return measure, rank


def _in_force(night: NightFacts) -> dict[tuple[str, str], list[tuple[str, int]]]:
    """What is in force, with the days still to run: by account, and by account and violation that it rests on."""
    found: dict[tuple[str, str], list[tuple[str, int]]] = {}
    if not (night.has("penalties") and night.has("reasons")):
        return found
    query = """
        select penalties.account_id, penalties.measure, penalties.ends_on,
            list_distinct(
                list_transform(from_json(reasons.entries, '[{"violation": "VARCHAR"}]'), lambda entry: entry.violation)
            ) as violations,
            penalties.account_id || '/' || penalties.programme || '/' || penalties.scope || '/' || penalties.starts_on
                as gap_key
        from penalties left join reasons using (reason_id)
        order by penalties.row_key
    """
    for row in night.rows(query):
        days = (row["ends_on"] - night.night).days + 1 if row["ends_on"] else FOR_EVER_DAYS
        each = (row["measure"], min(max(days, 0), FOR_EVER_DAYS))
        for about in ("", row["gap_key"] or "", *(row["violations"] or ())):
            found.setdefault((row["account_id"], about or ""), []).append(each)
    return found


def _would_bring(night: NightFacts) -> dict[tuple[str, str], tuple[str, int]]:
    """The strictest measure that a case's rule would bring, with its days: what isn't decided, and what is near."""
    found: dict[tuple[str, str], tuple[str, int]] = {}
    if not (night.has("account_violations") and night.has("account_health")):
        return found
    effects = """
        select distinct on (edition_id, programme, zone)
            edition_id, market, programme, zone, measure, measure_rank, days
        from policy.effects
        where list = 'penalties' and effective_from <= $night
            and (effective_before is null or $night < effective_before)
        order by edition_id, programme, zone, measure_rank desc, days desc nulls first
    """
    undecided = f"""
        with effects as ({effects})
        select violations.violation_id as subject, effects.measure, effects.days
        from account_violations as violations
        inner join policy.entry_rules as rules
            on rules.market = violations.market and rules.event_type = violations.violation_type
                and (rules.severity is null or rules.severity = violations.severity) and rules.amount_by = 'event'
                and rules.effective_from <= $night
                and (rules.effective_before is null or $night < rules.effective_before)
        inner join policy.programmes as programmes
            on programmes.edition_id = rules.edition_id and programmes.programme = rules.programme
        left join account_health as health
            on health.account_id = violations.account_id and health.programme = rules.programme
        inner join policy.zones as zones
            on zones.edition_id = rules.edition_id and zones.programme = rules.programme and not zones.is_missing
                and (
                    zones.value_from is null
                    or coalesce(health.balance, programmes.starts_at) + rules.amount >= zones.value_from
                )
                and (
                    zones.value_below is null
                    or coalesce(health.balance, programmes.starts_at) + rules.amount < zones.value_below
                )
        inner join effects
            on effects.edition_id = zones.edition_id and effects.programme = zones.programme
                and effects.zone = zones.zone
        where violations.decided_on is null
        order by violations.violation_id, effects.measure_rank, effects.measure
    """
    near = f"""
        with effects as ({effects})
        select health.account_id || '/' || health.programme as subject, effects.measure, effects.days
        from account_health as health
        inner join effects
            on effects.market = health.market and effects.programme = health.programme
                and effects.zone = health.next_zone
        where health.is_near
        order by subject, effects.measure_rank, effects.measure
    """
    held = """
        select list || '/' || changes.market || '/' || changes.account_id as subject, changes.measure,
            wanted.ends_on - $night::date + 1 as days
        from night.gate.changes as changes
        left join night.main.penalties as wanted on changes.row_key = wanted.row_key
        order by all
    """
    queries = [
        ("undecided", undecided),
        ("near_closing", near),
        *([("held_list", held)] if night.has_warehouse else []),
    ]
    for kind, query in queries:
        for row in night.rows(query, night=night.night):
            # The strictest comes last.
            found[kind, row["subject"]] = (row["measure"], min(max(row["days"] or FOR_EVER_DAYS, 0), FOR_EVER_DAYS))
    return found


def _orders(night: NightFacts, accounts: set[str]) -> dict[str, float]:
    """Orders a day of the accounts that have any, over four weeks."""
    if not night.has_warehouse or not accounts:
        return {}
    query = f"""
        select account_id, count(*) / {ORDERS_OVER_DAYS}.0 as orders
        from night.main.stg_orders
        where ordered_on > $night::date - {ORDERS_OVER_DAYS} and ordered_on <= $night
        group by account_id
    """
    rows = night.rows(query, night=night.night)
    return {row["account_id"]: float(row["orders"]) for row in rows if row["account_id"] in accounts}
