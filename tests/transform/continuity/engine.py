"""The models on many drawn histories at once, a night at a time, in the oracle's terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from evenhand.deciding.compiled import run_models
from evenhand.deciding.project import CompiledModel
from evenhand.landing.accepted import accepted_as_of, create_accepted
from evenhand.landing.contracts import BY_NAME, FEEDS
from evenhand.policy.compile import compile_packs
from evenhand.policy.load import LoadedPack
from transform.continuity.facts import DAY, FIRST_DAY, LAST_DAY, Account, History, Landed
from transform.continuity.names import written
from transform.continuity.night import Night, Penalty
from transform.continuity.rules import orders_of


class Engine:
    """A warehouse in memory with the packs of the histories, ready for any night."""

    def __init__(self, models: Sequence[CompiledModel], histories: Sequence[History]) -> None:
        self._models = models
        self._accounts = [account for history in histories for account in history.accounts]
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.begin()
        packs = [pack for history in histories for pack in written(history.packs, history.called)]
        loaded = [LoadedPack(pack, Path(f"{pack.pack}_{pack.version}.yml"), pack.pack) for pack in packs]
        order = {market: each for history in histories for market, each in orders_of(history.packs).items()}
        compile_packs(loaded, self.connection, order=order)
        # Of a calendar's decades, the years in which something may happen: each day of it is a row for each pack.
        self.connection.execute(
            "delete from policy.calendar_periods where period_until < $first or period_from > $last",
            {"first": FIRST_DAY - 365 * DAY, "last": LAST_DAY + 730 * DAY},
        )
        create_accepted(self.connection)
        self.connection.execute("create schema candidates")
        self.connection.execute("create schema quarantine")
        self.connection.execute("create table quarantine.bad (feed varchar, landed_file varchar, landed_row bigint)")
        for contract in FEEDS:
            if contract.versions:
                self.connection.execute(f"drop view accepted.{contract.versions}")
                self.connection.execute(f"create table accepted.{contract.versions} as from accepted.{contract.feed}")
        for feed, rows_of in (
            ("creators", _creators),
            ("violations", _violations),
            ("activities", _activities),
            ("appeals", _appeals),
            ("contents", _contents),
        ):
            self._land(feed, [row for account in self._accounts for row in rows_of(account)])
        # Activities are those of the trainings too.
        self._land("trainings", [])
        self.connection.commit()

    def run(self, night: date) -> None:
        """Build the models for a night, on what had landed by then."""
        self.connection.begin()
        for feed in ("creators", "violations", "activities", "appeals", "contents"):
            for table, accepted in accepted_as_of(BY_NAME[feed], night).items():
                self.connection.execute(f"create or replace table accepted.{table} as {accepted}")
        self._take_emergencies(night)
        run_models(self.connection, self._models, night)
        self.connection.commit()

    def _take_emergencies(self, night: date) -> None:
        """Those that began by a night, as it takes them in."""
        self.connection.execute("delete from emergencies.known")
        for account in self._accounts:
            for each in account.emergencies:
                acts: list[tuple[str, str, date, str | None]] = [
                    (each.key, "lift" if each.lifts else "impose", each.first, None)
                ]
                if each.ended:
                    acts.append((f"{each.key}/ended", "end", each.ended, each.key))
                for key, action, first, ends in acts:
                    if first <= night:
                        self.connection.execute(
                            "insert into emergencies.known"
                            " values (?, 'sha', ?, ?, ?, ?, ?, ?, 'why', 'a', 'b', ?, ?, ?)",
                            [
                                *(key, action, each.on, each.market, account.account_id),
                                *(each.name, each.scope, first, each.last, ends),
                            ],
                        )

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
        quotas = say("select row_key, used, refused from main.int_quota_uses where as_of = ?", [night]).fetchall()
        by = say("select row_key, pack, pack_version from main.reasons where programme = 'emergency'").fetchall()
        return Night(
            penalties={key: Penalty(*penalty) for key, *penalty in penalties},
            rewards=dict(rewards),
            paid={key: (amount, starts_on) for key, amount, starts_on in paid},
            standings={key: (zone, balance) for key, zone, balance in standings},
            failed={key: tuple(sorted(conditions)) for key, conditions in failed},
            quotas={key: (used, refused) for key, used, refused in quotas},
            imposed_by={key: (pack, version) for key, pack, version in by},
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
        """All versions of its rows, as they landed and were found good: which count on a night is gate 1's to say."""
        names = ["landed", *BY_NAME[feed].column_names]
        assert all(set(row) <= set(names) for row in rows)
        self.connection.execute(f"create table candidates.{feed} as from accepted.{feed} limit 0")
        if rows:
            marks = ", ".join("unnest(?::varchar[])" for _ in names[1:])
            columns = [[None if row.get(name) is None else str(row[name]) for row in rows] for name in names]
            self.connection.execute(
                f"insert into candidates.{feed} (landed_night, landed_file, landed_row, {', '.join(names[1:])})"
                f" select unnest(?::date[]), 'f', unnest(range(1, ?)), {marks}",
                [columns[0], len(rows) + 1, *columns[1:]],
            )


def _creators(account: Account) -> Iterable[dict[str, Any]]:
    for row in account.rows:
        yield {
            "landed": row.landed, "account_id": account.account_id, "market": row.market, "kind": row.kind,
            "language": "en", "onboarded_on": row.onboarded_on,
        }  # fmt: skip


def _violations(account: Account) -> Iterable[dict[str, Any]]:
    for event in account.events:
        if event.violation:
            yield {
                "landed": event.landed, "violation_id": event.key, "account_id": account.account_id,
                "violation_type": event.violation, "batch_id": event.batch,
                "content_id": event.content and event.content.key, "decided_on": event.on,
                "severity": event.severity, "points": event.points, "restored_on": event.restored_on,
                "status": "restored" if event.restored_on else None, **_version(event),
            }  # fmt: skip


def _contents(account: Account) -> Iterable[dict[str, Any]]:
    for content in sorted({event.content for event in account.events if event.content}, key=lambda each: each.key):
        yield {
            "landed": content.landed, "content_id": content.key, "account_id": account.account_id,
            "published_on": content.published,
        }  # fmt: skip


def _activities(account: Account) -> Iterable[dict[str, Any]]:
    for event in account.events:
        if event.activity:
            yield {
                "landed": event.landed, "activity_id": event.key, "account_id": account.account_id,
                "activity": event.activity, "on_day": event.on, "quantity": event.quantity, "subject": event.subject,
                **_version(event),
            }  # fmt: skip


def _appeals(account: Account) -> Iterable[dict[str, Any]]:
    for appeal in account.appeals:
        yield {
            "landed": appeal.landed, "appeal_id": appeal.key, "violation_id": appeal.against,
            "account_id": account.account_id, "filed_on": appeal.filed_on, "outcome": appeal.outcome,
            "decided_on": appeal.decided_on, "points": appeal.points, **_version(appeal),
        }  # fmt: skip


def _version(row: Landed) -> dict[str, Any]:
    return {"updated_at": row.updated_at, "withdrawn": "yes" if row.withdrawn else None}
