"""Deciding a night with faults beside the clean one: anew only the accounts that a fault touches.

An account is decided by its own rows and by the rules of its markets. Only what compares an account with its peers
reads others; no shipped pack does, and with one that did all would be decided.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

import duckdb

from evenhand.landing.contracts import FEEDS
from evenhand.records.databases import quoted

# What gate 2, and who compares the night with the clean one, read of what is decided.
_READ = ("penalties", "rewards", "reasons", "int_ledger_entries", "int_emergencies_in_force")
_ACCOUNTS = ("creators", "creator_versions")


class Touched:
    """The accounts that faults touch, while the models run on a warehouse."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, clean: Path, night: date, markets: Collection[str]):
        """Find them, and leave the others out of what is accepted.

        Args:
            clean: the warehouse of the night without faults.
            markets: those whose packs are others: all their accounts are touched.
        """
        self._connection = connection
        connection.execute(f"attach {quoted(clean)} as clean (read_only)")
        connection.execute("create temp table touched (account_id varchar)")
        for contract in FEEDS:
            if "account_id" in contract.column_names:
                connection.execute(_touched_by(contract.feed, night))
        connection.execute(
            "insert into touched select account_id from accepted.creator_versions where list_contains(?, market)",
            [sorted(markets)],
        )
        if connection.execute("select 1 from policy.programmes where source = 'peers' limit 1").fetchone():
            connection.execute("insert into touched select account_id from accepted.creators")
        for name in _ACCOUNTS:
            connection.execute(f"create temp table all_{name} as from accepted.{name}")
            connection.execute(f"delete from accepted.{name} where account_id not in (from touched)")

    def with_all_others(self) -> None:
        """Put what is left out back, and what the clean night decided of it beside what the models came to."""
        for name in _ACCOUNTS:
            self._connection.execute(f"create or replace table accepted.{name} as from all_{name}")
        for name in _READ:
            self._connection.execute(
                f"insert into main.{name} by name from clean.main.{name} where account_id not in (from touched)"
            )
        self._connection.commit()
        self._connection.execute("detach clean")
        self._connection.begin()


def _touched_by(feed: str, night: date) -> str:
    """SQL that finds the accounts of which other rows landed, or were quarantined, than on the clean night."""
    landed = (
        f"select rows.*, landed_file || landed_row in (select landed_file || landed_row from {{0}}quarantine.bad"
        f" where feed = '{feed}') as is_bad from {{0}}candidates.{feed} as rows where landed_night = {quoted(night)}"
    )
    spoilt, clean = (f"({landed.format(warehouse)})" for warehouse in ("", "clean."))
    return (
        f"insert into touched select account_id from (from {spoilt} except all from {clean})"
        f" union select account_id from (from {clean} except all from {spoilt})"
    )
