"""Ratios and bonuses of a night of the marketplace, worked out account by account from what gate 1 accepted.

What is read of the last weeks is what counts on the night itself, by the version of each event's day; what it is
divided by, and its zones, are those of the night's version.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb

from evenhand.policy.language.pack import Pack
from evenhand.policy.language.programme import Ratio
from transform.continuity.appeals import outcomes_of
from transform.continuity.facts import Account, AccountRow, Event, History
from transform.continuity.ledger import entries_of
from transform.continuity.money import Claim, Due, claims_of, paid
from transform.continuity.rules import Rules
from transform.continuity.standing import zone_of

# With so many digits a ratio is judged, and with so many it is told.
JUDGED, TOLD = Decimal("0.0000000001"), Decimal("0.0001")


def ratios(
    history: History, packs: Sequence[Pack], warehouse: Path, names: Sequence[str], night: date
) -> dict[str, tuple[str, Decimal | None, str | None]]:
    """By account and programme: the zone, the value and the measure that the zone brings while it lasts."""
    counted = _what_accounts_did(warehouse, {account.account_id for account in history.accounts})
    found: dict[str, tuple[str, Decimal | None, str | None]] = {}
    for account in history.accounts:
        events = sorted([*account.events, *counted.get(account.account_id, ())], key=lambda each: (each.on, each.key))
        rules = Rules(tuple(packs), replace(account, events=tuple(events)), tuple(events))
        outcomes = outcomes_of(rules, events, account.appeals, night)

        def balance(ledger: str) -> Decimal:
            entries = entries_of(rules, ledger, events, outcomes, night)  # noqa: B023
            return sum((each.amount for each in entries if each.counts_on(night)), Decimal(0))

        for name in names:
            judged = rules.programme_on(name, night)
            if not judged or not judged[1].ratio:
                continue
            value = _divided(judged[1].ratio, balance(judged[1].ratio.part), balance(judged[1].ratio.whole))
            zone = judged[1].zones[0 if value is None else zone_of(judged[1], value)]
            told = None if value is None else value.quantize(TOLD, ROUND_HALF_UP)
            brings = zone.measures[0].measure if zone.measures else None
            found[f"{account.account_id}/{name}"] = zone.zone, told, brings
    return found


def _divided(ratio: Ratio, part: Decimal, whole: Decimal) -> Decimal | None:
    if whole < ratio.whole_at_least:
        return None
    if ratio.part_at_least is not None and part < ratio.part_at_least:
        return Decimal(0)
    return (part / whole).quantize(JUDGED, ROUND_HALF_UP)


def _what_accounts_did(warehouse: Path, accounts: Collection[str]) -> Mapping[str, Sequence[Event]]:
    """Posts and orders of each account, as activities of their days."""
    found: dict[str, list[Event]] = defaultdict(list)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("create temp table asked as select unnest($1) as account_id", [sorted(accounts)])
        for source, activity, on in (
            ("contents", "'content_published'", "published_on"), ("orders", "'order_' || status", "status_on")
        ):  # fmt: skip
            rows = connection.execute(
                f"select account_id, {activity}, {on}::date, count(*) from accepted.{source} semi join asked"
                f" using (account_id) where {on} is not null group by all order by all"
            ).fetchall()
            for account, what, day, count in rows:
                key = f"{account}/{what}/{day}"
                found[account].append(Event(key, day, day, activity=what, quantity=Decimal(count)))
    return found


def bonuses(warehouse: Path, packs: Sequence[Pack], night: date) -> dict[str, Decimal]:
    """What every account was paid for its trainings, with the market in which."""
    paying = tuple(pack for pack in packs if pack.bonuses)
    named = sorted({bonus.activity for pack in paying for bonus in pack.bonuses.values()})
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        trained: dict[str, list[Event]] = defaultdict(list)
        for account, key, what, on, landed, withdrawn in connection.execute(
            "select account_id, attempt_id, training, passed_on::date, landed_night, withdrawn is not null"
            " from accepted.training_versions where training in (select unnest($1)) order by all",
            [named],
        ).fetchall():
            trained[account].append(Event(key, on, landed, activity=what, withdrawn=withdrawn))
        rows: dict[str, list[Any]] = defaultdict(list)
        for account, *row in connection.execute(
            "select account_id, landed_night, market, kind, onboarded_on::date from accepted.creator_versions"
            " order by all"
        ).fetchall():
            rows[account].append(AccountRow(*row))
    claims: dict[Claim, Due] = {}
    for account, events in sorted(trained.items()):
        if account in rows:
            own = Account(account, tuple(rows[account]), tuple(events))
            claims |= claims_of(Rules(paying, own), own, _asks_nothing, night)
    return {
        f"{who}/{bonus}/{scope}/{period} in {market}": amount
        for (who, market, bonus, scope, period), amount in paid(claims).items()
    }


def _asks_nothing(gate: str, day: date, known_on: date) -> bool:
    raise AssertionError(f"{gate} was asked of {day}, as known on {known_on}")
