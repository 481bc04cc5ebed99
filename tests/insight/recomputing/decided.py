"""Metrics that rest on what was decided: penalties, rewards, bonuses and who is eligible, as they were released."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from insight.recomputing.figures import Wanted, money, ratio, share
from insight.recomputing.market import Market, Row

# As an account's story tells them: those in spite of which nothing may be sold, and the one that holds commission.
STOPS_SALES = ("No live streaming", "Account closed")
HOLDS_COMMISSION = ("Commission held",)
# As creators_base.yml has it: an account with so many points is no longer good.
WARNED_AT = 3
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Penalty:
    """One that was in force for some days, by its account's story."""

    account: str
    programme: str
    scope: str
    measure: str
    begins: date
    ends: date | None
    is_reversed: bool

    def covers(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.begins <= day and (self.ends is None or day < self.ends)


def penalties_of(market: Market) -> list[Penalty]:
    """Every penalty that the stories of a market's accounts tell of."""
    ends = {
        (row["account_id"], row["about"], row["told"].rpartition("since ")[2]): row
        for row in market.released["account_timeline"]
        if row["event"] in ("penalty_ends", "penalty_reversed")
    }
    found = []
    for row in market.released["account_timeline"]:
        if row["event"] == "penalty_begins":
            programme, _, scope = row["about"].partition("/")
            end = ends.get((row["account_id"], row["about"], str(row["on_day"])))
            found.append(
                Penalty(
                    row["account_id"],
                    programme,
                    scope,
                    row["told"].rpartition(" on ")[0],
                    row["on_day"],
                    end["on_day"] if end else None,
                    end is not None and end["event"] == "penalty_reversed",
                )
            )
    return found


def of_penalties(market: Market) -> dict[str, Wanted]:
    """What was taken back, what was sold in spite of it, and what commission it held."""
    penalties = penalties_of(market)
    begun = [each for each in penalties if market.days_ago(27) <= str(each.begins) <= str(market.night)]
    orders = market.recent("orders", "ordered_on")
    holding = _by_account(each for each in penalties if each.measure in HOLDS_COMMISSION)
    held = [
        row
        for row in orders
        if row["status"] not in ("cancelled", "refunded")
        and any(each.covers(_day(row)) for each in holding.get(row["account_id"], ()))
    ]
    given_back = [
        row for row in held if not any(each.covers(market.night) for each in holding.get(row["account_id"], ()))
    ]
    stopping = _by_account(each for each in penalties if each.measure in STOPS_SALES)
    in_spite = {
        (row["order_id"], each.scope)
        for row in orders
        for each in stopping.get(row["account_id"], ())
        if each.covers(_day(row)) and (each.scope != "live" or row["live_id"])
    }
    return {
        "reversed_penalties": share([{"is": each.is_reversed} for each in begun], lambda row: row["is"]),
        "orders_while_penalised_per_thousand": ratio(len(in_spite), len(orders), "per thousand orders", per=1000),
        "commission_held": money(held, "commission"),
        "commission_given_back": money(given_back, "commission", sample=len(held)),
    }


def of_eligibility(market: Market) -> dict[str, Wanted]:
    """Who is eligible, of all that were judged."""
    return {"eligible_share": share(market.released["eligibility"], lambda row: row["is_open"])}


def of_bonuses(market: Market, bonuses: Mapping[str, Any]) -> dict[str, Wanted]:
    """What bonuses paid this month, of what the pack gives them for it."""
    of_month = [
        row
        for row in market.released["rewards"]
        if row["programme"] in bonuses and row["row_key"].endswith(f"/{market.night.replace(day=1)}")
    ]
    budgets = {bonus: said["budget"] for bonus, said in bonuses.items() if said.get("budget")}
    of_budget = [row["amount"] for row in of_month if row["programme"] in budgets]
    return {
        "bonus_paid": money(of_month, "amount", sample=len(bonuses)),
        "bonus_paid_of_budget": ratio(sum(of_budget, Decimal(0)), sum(budgets.values()), "share", sample=len(budgets)),
    }


def of_rewards(market: Market) -> dict[str, Wanted]:
    """Violations and sales in the week before a lower commission begins and in the week from then on.

    It is what being in the zone `good` brings; of the other reward, who gets it hasn't changed for weeks.
    """
    begun = list(_lower_commissions(market))
    violations = {side: 0 for side in (False, True)}
    sales = {side: Decimal(0) for side in (False, True)}
    for account, first in begun:
        for row in market.feeds["violations"]:
            if row["account_id"] == account and (side := _side(row["decided_on"], first)) is not None:
                violations[side] += 1
        for row in market.feeds["orders"]:
            if row["account_id"] == account and (side := _side(row["ordered_on"], first)) is not None:
                sales[side] += Decimal(row["amount"])
    found = {}
    for side, word in ((False, "before"), (True, "after")):
        found[f"violations_{word}_a_reward"] = ratio(violations[side], len(begun), "per thousand rewards", per=1000)
        found[f"sales_{word}_a_reward"] = ratio(sales[side], len(begun), "money per reward")
    return found


def _lower_commissions(market: Market) -> Iterator[tuple[str, date]]:
    """Accounts that came back to the zone `good` 6 to 20 days ago and were known a week before, and the first day.

    What was voided since never was: by what counts tonight, an account that won its appeal was good all along.
    """
    known = {row["account_id"]: date.fromisoformat(row["onboarded_on"]) for row in market.feeds["creators"]}
    entries: dict[str, list[Row]] = {}
    for row in market.released["account_entries"]:
        if row["programme"] == "account_health" and row["is_counted"]:
            entries.setdefault(row["account_id"], []).append(row)

    def is_good(account: str, day: date) -> bool:
        counts = (
            row["amount"]
            for row in entries[account]
            if row["counts_from"] <= day and (row["counts_until"] is None or day < row["counts_until"])
        )
        return sum(counts, Decimal(0)) < WARNED_AT

    for account in sorted(entries):
        for ago in range(20, 5, -1):
            day = market.night - timedelta(days=ago)
            is_back = is_good(account, day) and not is_good(account, day - timedelta(days=1))
            if is_back and known[account] + WEEK <= day:
                yield account, day
                break


def _side(day: str | None, first: date) -> bool | None:
    """Whether a day is in the week from the first one on; none if it is in neither that nor the week before."""
    if not day or not -7 <= (date.fromisoformat(day) - first).days < 7:
        return None
    return date.fromisoformat(day) >= first


def _by_account(penalties: Iterator[Penalty] | Sequence[Penalty]) -> dict[str, list[Penalty]]:
    found: dict[str, list[Penalty]] = {}
    for each in penalties:
        found.setdefault(each.account, []).append(each)
    return found


def _day(row: Row) -> date:
    return date.fromisoformat(row["ordered_on"])
