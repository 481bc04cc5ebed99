"""Decisions that an appeal corrected, found in ledgers as models of now and of earlier versions lay them."""

from __future__ import annotations

import duckdb
import pytest

from evenhand.quality import causes
from evenhand.records.sql_files import SqlFile

STATEMENTS = SqlFile(causes.__file__)


@pytest.mark.parametrize(
    ("columns", "before", "after"),
    [
        ("adjusted_on date, adjusted_amount integer", "null, null", "'2026-03-01', 2"),
        ("adjusted_amounts integer[]", "null", "[2]"),
    ],
)
def test_what_an_appeal_made_of_an_entry_is_found_whatever_models_of_then_call_it(
    columns: str, before: str, after: str
) -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema steps")
        connection.execute("create table steps.corrected (account_id varchar)")
        kept = "entry_id varchar, account_id varchar, violation_id varchar, amount integer, voided_on date"
        connection.execute(f"create table ledger ({kept}, rule varchar, {columns})")
        connection.execute(f"insert into ledger values ('e', 'a', 'v', 3, null, 'r', {before})")
        connection.execute(f"insert into ledger values ('f', 'b', 'w', 3, null, 'r', {before})")
        connection.execute(STATEMENTS("entries_then", ledger="ledger"))

        connection.execute("delete from ledger where entry_id = 'f'")
        connection.execute(f"insert into ledger values ('f', 'b', 'w', 3, null, 'another', {after})")
        connection.execute(STATEMENTS("corrected", ledger="ledger"))

        assert connection.execute("from steps.corrected").fetchall() == [("b",)]
