"""How cases are ordered: by the harm that is to be expected × how urgent it is, with what both are made of.

    harm     = sum over the case's accounts of: days still to run × rank of the measure × orders a day
    urgency  = 1 / (max(days left, 0) + 1)

The rank is the measure's place in its pack's order ÷ their number. Orders are counted and not added up in money, which
differs between markets. A measure without an end counts 365 days, an account without orders one a day. A case whose
account has no measure for it counts with the one that its rule would bring, else the mildest of the account's market.
An account that is of another market than its case weighs nothing there; in a case of all markets each does by its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from evenhand.cases.case import CaseCause
from evenhand.cases.night_facts import NightFacts
from evenhand.people.people import ALL
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)

# A harm is said with so many digits behind the point; what it is the product of with as many as that needs.
_DIGITS, _MOST_DIGITS = 2, 18
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
        measure = self.measure.replace("_", " ") or "no measure"
        rank, orders = self.factors()
        days = f"{self.days} day{'' if self.days == 1 else 's'}"
        return (
            f"{self.account}: {days} × {rank.normalize():,f} ({measure}, {self.why})"
            f" × {orders.normalize():,f} order{'' if orders == 1 else 's'} a day = {_rounded(self.harm, _DIGITS):,}"
        )

    def factors(self) -> tuple[Decimal, Decimal]:
        """Rank and orders with as few digits as give what is said of them when they are multiplied."""
        for digits in range(_DIGITS, _MOST_DIGITS):
            rank, orders = _rounded(self.rank, digits), _rounded(self.orders, digits)
            if round(self.days * rank * orders, _DIGITS) == _rounded(self.harm, _DIGITS):
                break
        return rank, orders


def _rounded(value: float, digits: int) -> Decimal:
    return round(Decimal(repr(value)), digits)


def urgency(due: date, night: date) -> float:
    """How urgent it is: 1 on its last day and when that is over."""
    return 1 / (max((due - night).days, 0) + 1)


def order_key(harm: float, due: date, night: date, case_id: str) -> tuple[bool, float, str]:
    """By which cases are sorted: what is overdue first, then by harm × urgency, the most first."""
    return due >= night, -harm * urgency(due, night), case_id


def harms(
    night: NightFacts, causes: Iterable[CaseCause], owners: Mapping[str, str]
) -> dict[str, tuple[float, Sequence[Mapping[str, Any]]]]:
    """The expected harm of cases and what it is made of, by what they are called.

    Args:
        owners: the market that each account is of now. What a market's people read of a case is of no other's: an
            account that isn't of the case's market weighs nothing.
    """
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
            market = owners.get(account, cause.market)
            if cause.market not in (ALL, market):
                continue
            mildest = _mildest(ranks, market)
            held = [] if cause.about is None else in_force.get((account, cause.about), [])
            why = "in force"
            if not held:
                keys = ((cause.kind, cause.subject), (cause.kind, f"{cause.subject}/{account}"))
                held = [each for key in keys for each in would_bring.get(key, ())]
                why = "its rule would bring it"
            if not held:
                held, why = [(mildest[0], 1)], "mildest"
            measured = [(days, ranks.get((market, name), mildest[1]), name) for name, days in held]
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
    for row in night.rows(_SQL("in_force")):
        days = (row["ends_on"] - night.night).days + 1 if row["ends_on"] else FOR_EVER_DAYS
        each = (row["measure"], min(max(days, 0), FOR_EVER_DAYS))
        for about in ("", row["gap_key"] or "", *(row["violations"] or ())):
            found.setdefault((row["account_id"], about or ""), []).append(each)
    return found


def _would_bring(night: NightFacts) -> dict[tuple[str, str], list[tuple[str, int]]]:
    """What a case would bring, with its days: by its rule the strictest measure, by a held list all that it changes."""
    found: dict[tuple[str, str], list[tuple[str, int]]] = {}
    if not (night.has("account_violations") and night.has("account_health")):
        return found
    queries = {
        "undecided": _SQL("undecided", effects=_SQL("effects")),
        "near_closing": _SQL("near_closing", effects=_SQL("effects")),
        **({"held_list": _SQL("held_list")} if night.has_warehouse else {}),
    }
    for kind, query in queries.items():
        for row in night.rows(query, night=night.night):
            days = FOR_EVER_DAYS if row["days"] is None else min(max(row["days"], 0), FOR_EVER_DAYS)
            # By a rule the strictest comes last.
            others = found.get((kind, row["subject"]), []) if kind == "held_list" else []
            found[kind, row["subject"]] = [*others, (row["measure"], days)]
    return found


def _orders(night: NightFacts, accounts: set[str]) -> dict[str, float]:
    """Orders a day of the accounts that have any, over four weeks."""
    if not night.has_warehouse or not accounts:
        return {}
    rows = night.rows(_SQL("orders"), night=night.night, over_days=ORDERS_OVER_DAYS)
    return {row["account_id"]: float(row["orders"]) for row in rows if row["account_id"] in accounts}
