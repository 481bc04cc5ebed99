"""The models on many drawn histories at once, a night at a time, in the oracle's terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from evenhand.deciding.compiled import CompiledModel, run_models
from evenhand.landing.accepted import create_accepted
from evenhand.landing.contracts import BY_NAME, FEEDS
from evenhand.policy.compile import compile_packs
from evenhand.policy.load import LoadedPack
from transform.continuity.facts import Account, History
from transform.continuity.names import written
from transform.continuity.oracle import Night, Penalty


class Engine:
    """A warehouse in memory with the packs of the histories, ready for any night."""

    def __init__(self, models: Sequence[CompiledModel], histories: Sequence[History]) -> None:
        self._models = models
        self._accounts = [account for history in histories for account in history.accounts]
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.begin()
        packs = [pack for history in histories for pack in written(history.packs, history.called)]
        loaded = [LoadedPack(pack, Path(f"{pack.pack}_{pack.version}.yml"), pack.pack) for pack in packs]
        compile_packs(loaded, self.connection)
        create_accepted(self.connection)
        for contract in FEEDS:
            if contract.versions:
                self.connection.execute(f"drop view accepted.{contract.versions}")
                self.connection.execute(f"create table accepted.{contract.versions} as from accepted.{contract.feed}")
        self.connection.commit()

    def run(self, night: date) -> None:
        """Build the models for a night, on what had landed by then."""
        self.connection.begin()
        rows = [
            {
                "landed": row.landed, "account_id": account.account_id, "market": row.market, "kind": row.kind,
                "language": "en", "onboarded_on": row.onboarded_on,
            }
            for account in self._accounts
            for row in sorted(account.rows, key=lambda row: row.landed)
            if row.landed <= night
        ]  # fmt: skip
        self._land("creators", rows)
        for feed, rows_of in (("violations", _violations), ("activities", _activities), ("appeals", _appeals)):
            self._land(feed, [row for account in self._accounts for row in rows_of(account, night)])
        run_models(self.connection, self._models, night)
        self.connection.commit()

    def night(self, night: date) -> Night:
        """What the models say of the night."""
        say = self.connection.execute
        penalties = say("select row_key, measure, starts_on, ends_on from main.penalties").fetchall()
        rewards = say("select row_key, starts_on from main.rewards where amount is null").fetchall()
        # Without what tells rows of two markets apart.
        paid = say(
            "select regexp_extract(row_key, '.*[0-9]{4}-[0-9]{2}-[0-9]{2}') || ' in ' || market, amount, starts_on"
            " from main.rewards where amount is not null"
        ).fetchall()
        standings = say(
            "select account_id || '/' || programme, zone, balance from main.account_standings"
            f" where as_of = '{night}' and balance is not null"
        ).fetchall()
        failed = say(
            "select account_id || '/' || eligibility, failed from main.int_eligibility_periods"
            f" where from_day <= '{night}' and (until_day is null or until_day > '{night}')"
            f" and known_from <= '{night}' and (known_until is null or known_until > '{night}')"
        ).fetchall()
        return Night(
            penalties={key: Penalty(*penalty) for key, *penalty in penalties},
            rewards=dict(rewards),
            paid={key: (amount, starts_on) for key, amount, starts_on in paid},
            standings={key: (zone, balance) for key, zone, balance in standings},
            failed={key: tuple(sorted(conditions)) for key, conditions in failed},
        )

    def lists(self, *tables: str) -> dict[str, list[dict[str, Any]]]:
        """Every row of these tables, in one order."""
        found = {}
        for table in tables:
            rows = self.connection.execute(f"from main.{table} order by all")
            names = [column[0] for column in rows.description]
            found[table] = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
        return found

    def close(self) -> None:
        self.connection.close()

    def _land(self, feed: str, rows: Sequence[dict[str, Any]]) -> None:
        """All versions of its rows, where the models read them, and of every key the newest that isn't withdrawn."""
        contract = BY_NAME[feed]
        newest = {row[contract.key]: row for row in sorted(rows, key=lambda row: row["landed"])}
        self._fill(feed, feed, [row for row in newest.values() if not row.get("withdrawn")])
        if contract.versions:
            self._fill(contract.versions, feed, rows)

    def _fill(self, table: str, feed: str, rows: Sequence[dict[str, Any]]) -> None:
        self.connection.execute(f"delete from accepted.{table}")
        names = ["landed", *BY_NAME[feed].column_names]
        assert all(set(row) <= set(names) for row in rows)
        if rows:
            marks = ", ".join("unnest(?::varchar[])" for _ in names[1:])
            columns = [[None if row.get(name) is None else str(row[name]) for row in rows] for name in names]
            self.connection.execute(
                f"insert into accepted.{table} (landed_night, landed_file, landed_row, {', '.join(names[1:])})"
                f" select unnest(?::date[]), 'f', unnest(range(1, ?)), {marks}",
                [columns[0], len(rows) + 1, *columns[1:]],
            )


def _landed(rows: Iterable[Any], night: date) -> Iterable[Any]:
    return (row for row in sorted(rows, key=lambda row: row.landed) if row.landed <= night)


def _violations(account: Account, night: date) -> Iterable[dict[str, Any]]:
    for event in _landed(account.events, night):
        if event.violation:
            yield {
                "landed": event.landed, "violation_id": event.key, "account_id": account.account_id,
                "violation_type": event.violation, "batch_id": event.batch, "decided_on": event.on,
                "severity": event.severity, "withdrawn": "yes" if event.withdrawn else None,
            }  # fmt: skip


def _activities(account: Account, night: date) -> Iterable[dict[str, Any]]:
    for event in _landed(account.events, night):
        if event.activity:
            yield {
                "landed": event.landed, "activity_id": event.key, "account_id": account.account_id,
                "activity": event.activity, "on_day": event.on, "quantity": event.quantity, "subject": event.subject,
                "withdrawn": "yes" if event.withdrawn else None,
            }  # fmt: skip


def _appeals(account: Account, night: date) -> Iterable[dict[str, Any]]:
    for appeal in _landed(account.appeals, night):
        yield {
            "landed": appeal.landed, "appeal_id": appeal.key, "violation_id": appeal.against,
            "account_id": account.account_id, "filed_on": appeal.filed_on, "outcome": appeal.outcome,
            "decided_on": appeal.decided_on, "points": appeal.points,
        }  # fmt: skip
