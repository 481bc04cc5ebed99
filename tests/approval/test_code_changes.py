"""Whose approval doesn't count where changed code changes a list."""

from __future__ import annotations

import duckdb
import pytest

from evenhand.approval.code_changes import by_code


@pytest.mark.parametrize("are_words_compared", [True, False])
def test_code_that_changes_rows_or_only_their_words_has_its_authors_named(are_words_compared: bool) -> None:
    words = ", 'code' as text_of" if are_words_compared else ""
    with duckdb.connect() as connection:
        connection.execute("create schema gate")
        connection.execute(
            "create table gate.changes as"
            f" select 'penalties' as list, 'SG' as market, 'code' as cause{words and ', null as text_of'}"
            f" union all select 'penalties', 'MY', 'text'{words}"
            f" union all select 'rewards', 'MY', 'data'{words and ', null'}"
        )
        connection.execute("create table gate.code_authors as select 'ayu' as log_in, null as unknown")
        found = by_code(connection)

    assert set(found) == {("penalties", "SG"), *([("penalties", "MY")] if are_words_compared else [])}
    assert all(authors.log_ins == ("ayu",) for authors in found.values())
