"""What bonuses pay, against an oracle: over periods, caps, budgets, versions, kinds, moves, late rows and appeals."""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from evenhand.deciding.compiled import run_models
from evenhand.deciding.project import CompiledModel
from evenhand.landing.accepted import create_accepted
from evenhand.policy.compile import compile_packs
from evenhand.policy.language.pack import Pack
from evenhand.policy.load import LoadedPack
from made_once import shared_project
from transform.bonus_oracle import STRIKE_DAYS, AccountRow, ActivityRow, History, Rules, Strike, due, paid

DAY = timedelta(days=1)
# A Monday.
FIRST = date(2026, 3, 2)
MARKETS = ("earth", "moon")
HISTORIES = 60
Row = Mapping[str, Any]
Paid = dict[tuple[str, str, date], int]


def drawn(seed: int) -> tuple[list[Rules], History]:
    """Up to three versions and four accounts, in less than three weeks, so that all of it meets."""
    draw = random.Random(f"bonuses {seed}")
    gated, moves = draw.random() < 0.35, draw.random() < 0.7

    def days() -> date:
        return FIRST + DAY * draw.randrange(16)

    starts = sorted({FIRST - DAY * 60, *(days() for _ in range(draw.choice([0, 0, 1, 2])))})
    some = draw.choice([(4, 8, 12), (5, 20, 60), (2, 3, 5)])
    versions = [
        Rules(
            first=first,
            last=after - DAY if after else None,
            kinds=draw.choice([("creator",), ("creator", "seller")]),
            pays=draw.choice([1, 2, 3]),
            per_subject=draw.choice([None, some[0]]),
            per_account=draw.choice([None, some[1], some[1] + 2]),
            budget=draw.choice([None, some[2], some[2] + 3, some[2] * 2]),
            fewer_strikes_than=draw.choice([1, 2]) if gated else None,
        )
        for first, after in zip(starts, [*starts[1:], None], strict=True)
    ]
    names = [f"a{number}" for number in range(draw.choice([2, 3, 4]))]
    accounts = []
    for name in names:
        market = draw.choice(MARKETS)
        nights = sorted({FIRST - DAY * draw.randrange(9), *(days() for _ in range(draw.choice([0, 1, 2])))})
        for night in nights:
            # An eligibility is known in the present market alone.
            market = draw.choice(MARKETS) if moves and not gated else market
            kind = draw.choice(["creator", "creator", "seller"]) if not gated else "creator"
            accounts.append(AccountRow(night, name, market, kind))
    activities = []
    for number in range(draw.randrange(3, 14)):
        name, day, subject = draw.choice(names), days(), draw.choice([None, "x", "y"])
        nights = sorted(
            {day + DAY * draw.choice([0, 0, 0, 1, 2, 5]), *(days() for _ in range(draw.choice([0, 0, 1, 2])))}
        )
        for night in nights:
            day = draw.choice([day, day, day, days()])
            subject = draw.choice([subject, subject, "y"])
            quantity = draw.choice([1, 2, 3, 5, 8, None])
            activities.append(ActivityRow(night, f"p{number}", name, day, quantity, subject))
    strikes = []
    for number in range(draw.randrange(6) if gated else 0):
        day = days()
        granted = day + DAY * draw.choice([0, 1, 3, 7]) if draw.random() < 0.6 else None
        landed = day + DAY * draw.choice([0, 0, 0, 4])
        grant_landed = max(granted, landed) + DAY * draw.choice([0, 0, 2]) if granted else None
        strikes.append(Strike(f"v{number}", draw.choice(names), day, landed, granted, grant_landed))
    onboarded = {name: FIRST - DAY * draw.choice([100, 100, -3]) for name in names}
    return versions, History(onboarded, accounts, activities, strikes)


class Engine:
    """A warehouse with many histories in it, each with packs, markets and accounts of its own."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, seeds: Sequence[int]) -> None:
        self._connection = connection
        self._histories = [(seed, *drawn(seed)) for seed in seeds]
        packs = [pack for seed, versions, _ in self._histories for pack in _packs(seed, versions)]
        compile_packs([LoadedPack(pack, Path("p.yml"), "hash") for pack in packs], connection)
        # Of a calendar's decades, the weeks in which something may happen: each day of it is a row for each market.
        connection.execute(
            "delete from policy.calendar_periods where period_until < $first or period_from > $last",
            {"first": FIRST - DAY * 120, "last": FIRST + DAY * 120},
        )
        create_accepted(connection)
        for feed in ("activity", "creator"):
            table = {"activity": "activities", "creator": "creators"}[feed]
            connection.execute(f"drop view accepted.{feed}_versions")
            connection.execute(f"create table accepted.{feed}_versions as from accepted.{table} limit 0")

    def paid(self, models: Sequence[CompiledModel], night: date) -> dict[int, Paid]:
        """What the models pay in each history, on what had landed by the night."""
        rows: dict[str, list[Row]] = defaultdict(list)
        for seed, _, history in self._histories:
            for table, of_history in _landed(seed, history, night).items():
                rows[table] += of_history
        for table, of_table in rows.items():
            _fill(self._connection, table, of_table)
        run_models(self._connection, models, night)
        listed = self._connection.execute(
            "select row_key, account_id, market, amount, starts_on from main.rewards where amount is not null"
        ).fetchall()
        assert len({row_key for row_key, *_ in listed}) == len(listed)
        found: dict[int, Paid] = {seed: {} for seed, *_ in self._histories}
        onboarded = {seed: history.onboarded for seed, _, history in self._histories}
        for row_key, account_id, market, amount, starts_on in listed:
            seed, account = int(account_id.split("-")[0]), account_id.split("-")[1]
            period = date.fromisoformat(row_key.split("/")[3])
            assert starts_on == max(period, onboarded[seed][account])
            found[seed][account, market.split("-")[0], period] = int(amount)
        return found


def _packs(seed: int, versions: Sequence[Rules]) -> list[Pack]:
    return [
        Pack.model_validate(
            {
                "pack": f"posts_{seed}",
                "version": number,
                "markets": tuple(f"{market}-{seed}" for market in MARKETS),
                "effective_from": rules.first,
                "effective_until": rules.last,
                "applies_to": rules.kinds,
                "appeal_route": "Write to us.",
                "measures": (),
                "calendars": {"weeks": {"weekday": "monday"}},
                "programmes": {
                    "strikes": {
                        "unit": "strike",
                        "entries": (
                            {"rule": "one", "violation_types": ("spam",), "amount": 1, "lasts_days": STRIKE_DAYS},
                        ),
                        "zones": ({"zone": "any"},),
                    }
                },
                "eligibility": {
                    "good": {
                        "conditions": (
                            {"condition": "few", "programme": "strikes", "less_than": rules.fewer_strikes_than or 1},
                        )
                    }
                },
                "bonuses": {
                    "posts": {
                        "activity": "post",
                        "scope": "account",
                        "pays": rules.pays,
                        "per": "weeks",
                        **_said("at_most_per_subject", rules.per_subject),
                        **_said("at_most_per_account", rules.per_account),
                        **_said("budget", rules.budget),
                        **({"eligibility": "good"} if rules.fewer_strikes_than else {}),
                    }
                },
            }
        )
        for number, rules in enumerate(versions, 1)
    ]


def _said(key: str, value: int | None) -> Mapping[str, int]:
    return {} if value is None else {key: value}


def _landed(seed: int, history: History, night: date) -> dict[str, list[Row]]:
    accounts: list[Row] = [
        {
            "landed_night": row.landed, "account_id": f"{seed}-{row.account}", "market": f"{row.market}-{seed}",
            "kind": row.kind, "language": "en", "onboarded_on": history.onboarded[row.account],
        }
        for row in sorted(history.accounts, key=lambda row: row.landed)
        if row.landed <= night
    ]  # fmt: skip
    activities: list[Row] = [
        {
            "landed_night": row.landed, "activity_id": f"{seed}-{row.activity}", "account_id": f"{seed}-{row.account}",
            "activity": "post", "on_day": row.day, "quantity": row.quantity or 1, "subject": row.subject,
            "withdrawn": None if row.quantity else "yes",
        }
        for row in sorted(history.activities, key=lambda row: row.landed)
        if row.landed <= night
    ]  # fmt: skip
    strikes = [strike for strike in history.strikes if strike.landed <= night]
    newest = {row["activity_id"]: row for row in activities}.values()
    return {
        "creator_versions": accounts,
        "creators": list({row["account_id"]: row for row in accounts}.values()),
        "activity_versions": activities,
        "activities": [row for row in newest if not row["withdrawn"]],
        "violations": [
            {
                "landed_night": each.landed, "violation_id": f"{seed}-{each.violation}",
                "account_id": f"{seed}-{each.account}", "violation_type": "spam", "decided_on": each.day,
            }
            for each in strikes
        ],
        "appeals": [
            {
                "landed_night": each.grant_landed, "appeal_id": f"{seed}-{each.violation}/1",
                "violation_id": f"{seed}-{each.violation}", "account_id": f"{seed}-{each.account}",
                "filed_on": each.day, "outcome": "granted", "decided_on": each.granted,
            }
            for each in strikes
            if each.grant_landed and each.grant_landed <= night
        ],
    }  # fmt: skip


def _fill(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    connection.execute(f"delete from accepted.{table}")
    if rows:
        columns = list(rows[0])
        values = [[None if row[name] is None else str(row[name]) for row in rows] for name in columns]
        kinds = ["date" if name == "landed_night" else "varchar" for name in columns]
        marks = ", ".join(f"unnest(?::varchar[])::{kind}" for kind in kinds)
        connection.execute(f"insert into accepted.{table} ({', '.join(columns)}) select {marks}", values)


def test_every_night_pays_what_the_oracle_says(models: Sequence[CompiledModel]) -> None:
    leading = {model.name for model in shared_project().models(leading_to=("rewards",))}
    models = [model for model in models if model.name in leading]
    first = int(os.environ.get("EVENHAND_SEED", "0"))
    print(f"histories {first} to {first + HISTORIES - 1}")
    histories = {seed: drawn(seed) for seed in range(first, first + HISTORIES)}
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.begin()
        engine = Engine(connection, list(histories))
        for night in (FIRST + DAY * n for n in (4, 9, 14, 22)):
            found = engine.paid(models, night)
            wrong = {
                seed: night
                for seed, (versions, history) in histories.items()
                if found[seed] != paid(versions, history, night)
            }
            assert not wrong
        connection.rollback()


def test_who_was_paid_loses_nothing_to_somebody_else() -> None:
    """Of the oracle itself, and so of the models: what an account is paid falls only where what it is due does."""
    for seed in range(60):
        versions, history = drawn(seed)
        for night in (FIRST + DAY * n for n in range(22)):
            before, after = paid(versions, history, night), paid(versions, history, night + DAY)
            due_before, due_after = due(versions, history, night), due(versions, history, night + DAY)
            for (account, market, period), amount in before.items():
                own = [claim for claim in due_before if claim[1:] == (account, market, period)]
                if all(claim in due_after and due_after[claim].amount >= due_before[claim].amount
                       and due_after[claim].rules == due_before[claim].rules
                       and due_after[claim].subject == due_before[claim].subject for claim in own):  # fmt: skip
                    assert after.get((account, market, period), 0) >= amount, (seed, night)
