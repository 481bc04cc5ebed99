"""The models on a history: what gate 1 would accept, and the policy tables, in a DuckDB of their own."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from evenhand.deciding.compiled import run_models
from evenhand.deciding.project import CompiledModel
from evenhand.landing.accepted import create_accepted
from evenhand.landing.contracts import BY_NAME
from evenhand.policy.compile import compile_packs
from evenhand.policy.language.pack import Pack
from evenhand.policy.load import LoadedPack
from transform.oracle import Account, Emergency, Night, Penalty

Row = tuple[str | None, ...]


class Engine:
    """A warehouse with a history in it, ready for any night."""

    def __init__(
        self,
        models: Sequence[CompiledModel],
        packs: list[Pack],
        history: list[Account],
        threads: int = 1,
        emergencies: Sequence[Emergency] = (),
        order: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._models = models
        self._emergencies = emergencies
        # A few rows: threads to share them would take longer than the models.
        self.connection = duckdb.connect(config={"threads": threads})
        self.connection.begin()
        loaded = [LoadedPack(pack, Path(f"{pack.pack}.yml"), pack.pack) for pack in packs]
        compile_packs(loaded, self.connection, order=order)
        create_accepted(self.connection)
        self._fill("creators", [(a.account_id, a.market, a.kind, "en", "2026-01-01") for a in history])
        self._violations: list[tuple[date, Row]] = []
        self._appeals: list[tuple[date, Row]] = []
        for account in history:
            for violation in account.violations:
                key = violation.violation_id
                row = (key, account.account_id, None, violation.type, violation.batch, str(violation.day))
                self._violations.append((violation.day, row))
                for number, (outcome, decided) in enumerate(violation.appeals):
                    # A pending appeal has no decision yet; it landed all the same.
                    end = None if outcome == "pending" else str(decided)
                    appeal = (f"{key}/{number}", key, account.account_id, str(violation.day), outcome, end)
                    self._appeals.append((decided, appeal))
        self.connection.commit()

    def shuffle(self, seed: int) -> None:
        """Have the rows come in another order from now on."""
        random.Random(seed).shuffle(self._violations)
        random.Random(seed + 1).shuffle(self._appeals)

    def run(self, night: date) -> None:
        """Build the models for a night, on what had landed by then."""
        self.connection.begin()
        self._fill("violations", [row for landed, row in self._violations if landed <= night])
        self._fill("appeals", [row for landed, row in self._appeals if landed <= night])
        self.connection.execute("delete from emergencies.known")
        for each in self._emergencies:
            if each.first <= night:
                self.connection.execute(
                    "insert into emergencies.known"
                    " values (?, '', ?, 'penalties', ?, ?, ?, ?, 'why', 'mai', 'lan', ?, ?, null)",
                    [
                        *(each.emergency_id, each.action, each.market, each.account_id, each.measure, each.scope),
                        *(each.first, each.last),
                    ],
                )
        run_models(self.connection, self._models, night)
        self.connection.commit()

    def night(self) -> Night:
        """What the models say of the night, in the oracle's terms."""
        penalties = self.connection.execute(
            "select row_key, measure, penalties.starts_on, penalties.ends_on, entries"
            " from main.penalties join main.reasons using (reason_id, row_key, measure) order by row_key"
        ).fetchall()
        standings = self.connection.execute(
            "select account_id, programme, zone, balance from main.account_standings order by all"
        ).fetchall()
        rewards = self.connection.execute("select row_key from main.rewards order by all").fetchall()
        return Night(
            standings={(account, programme): (zone, balance) for account, programme, zone, balance in standings},
            penalties={
                key: Penalty(measure, starts, ends, tuple(sorted(entry["entry"] for entry in json.loads(entries))))
                for key, measure, starts, ends, entries in penalties
            },
            rewards={key for (key,) in rewards},
        )

    def changes(self) -> set[tuple[str, str, str]]:
        found = self.connection.execute("select row_key, measure, change from main.penalty_changes order by all")
        return set(found.fetchall())

    def lists(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row that a release would hold, in the release's order."""
        return {
            table: self.connection.execute(f"from main.{table} order by all").fetchall()
            for table in ("penalties", "rewards", "reasons", "account_standings", "penalty_changes")
        }

    def _fill(self, feed: str, rows: Sequence[Row]) -> None:
        self.connection.execute(f"delete from accepted.{feed}")
        if rows:
            line = f"('2026-01-01', 'f', 1, {', '.join('?' for _ in rows[0])})"
            columns = ", ".join(BY_NAME[feed].names_in_every_file)
            self.connection.execute(
                f"insert into accepted.{feed} (landed_night, landed_file, landed_row, {columns})"
                f" values {', '.join(line for _ in rows)}",
                [value for row in rows for value in row],
            )
