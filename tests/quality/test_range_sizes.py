"""What landed and what time did, told apart on nights that were decided in one go."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from evenhand.landing.contracts import FEEDS
from evenhand.quality.range_sizes import write_sizes

BEFORE, NIGHT = date(2026, 3, 9), date(2026, 3, 10)


def test_what_points_that_lapse_bring_back_is_time_whatever_else_lands_of_an_account(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        for schema in ("history", "policy", "candidates"):
            connection.execute(f"create schema {schema}")
        connection.execute("create table policy.programmes (market varchar, programme varchar, source varchar)")
        connection.execute(
            "insert into policy.programmes values ('ID', 'health', 'entries'), ('ID', 'sales', 'metric')"
        )
        connection.execute(
            "create table main.int_ledger_entries"
            " (account_id varchar, programme varchar, counts_from date, voided_on date)"
        )
        connection.execute(
            f"""insert into main.int_ledger_entries values
            ('struck', 'health', '{NIGHT}', null), ('back', 'health', '2026-01-01', null),
            ('cleared', 'health', '2026-03-01', '{NIGHT}')"""
        )
        for contract in FEEDS:
            connection.execute(f"create table candidates.{contract.feed} (landed_night date, account_id varchar)")
        # All of them sell something every night.
        connection.execute(
            f"insert into candidates.orders select '{NIGHT}', unnest(['back', 'struck', 'joined', 'cleared', 'sold'])"
        )
        connection.execute(f"insert into candidates.creators values ('{NIGHT}', 'joined')")
        for name, measure in (("penalties", "measure"), ("rewards", "reward")):
            connection.execute(
                f"create table history.{name} (as_of date, row_key varchar, account_id varchar, market varchar,"
                f" programme varchar, scope varchar, {measure} varchar, amount decimal(18, 2), starts_on date,"
                " ends_on date)"
            )
        for night, account, programme in (
            (BEFORE, "struck", "health"),
            (BEFORE, "stays", "health"),
            (NIGHT, "stays", "health"),
            (NIGHT, "back", "health"),
            (NIGHT, "joined", "health"),
            (NIGHT, "cleared", "health"),
            (NIGHT, "sold", "sales"),
            (NIGHT, "silent", "sales"),
        ):
            connection.execute(
                "insert into history.rewards values"
                f" ('{night}', '{account}', '{account}', 'ID', '{programme}', 'all', 'less', null, null, null)"
            )
    write_sizes(warehouse, [NIGHT])
    with duckdb.connect(str(warehouse)) as connection:
        found = connection.execute(
            "select programme, rows, released, left_by_time, added, removed from history.list_sizes order by all"
        ).fetchall()
    # Points of `back` have lapsed; of `silent` nothing landed.
    assert found == [("health", 4, 2, 3, 2, 1), ("sales", 2, 0, 1, 1, 0)]
