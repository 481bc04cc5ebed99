"""A module's SQL comes from the file beside it, whole, and with nothing in it that nobody looked at."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from evenhand.records.databases import parquet, quoted
from evenhand.records.sql_files import Sql, SqlFile, SqlFileError, parts_of

TEXT = """-- What this file is about.

-- name: of_market
-- Those of one market.
select account_id from accounts where market = $market
order by account_id;

-- name: copied
insert into {{ table }} select {{ columns }} from {{ rows }};
"""


@pytest.fixture
def file(tmp_path: Path) -> SqlFile:
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "accounts.sql").write_text(TEXT)
    return SqlFile(str(tmp_path / "accounts.py"))


def test_a_statement_is_what_stands_below_its_name(file: SqlFile) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create table accounts as select 'a' || range as account_id, 'm' || range % 2 as market from range(4)"
        )
        assert connection.execute(file("of_market"), {"market": "m1"}).fetchall() == [("a1",), ("a3",)]
        assert connection.execute(file("of_market"), {"market": "m1' or true or '"}).fetchall() == []


def test_names_stand_as_they_are_and_sql_as_it_was_made(file: SqlFile, tmp_path: Path) -> None:
    path = tmp_path / "o'brien.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"copy (select 1 as a, 2 as b) to {quoted(path)} (format parquet)")
        connection.execute("create schema gate; create table gate.kept (a integer, b integer)")
        connection.execute(file("copied", table="gate.kept", columns=["a", "b"], rows=parquet(path)))
        connection.execute(file("copied", table="gate.kept", columns=Sql("3, 4"), rows=Sql("(select 1)")))
        assert connection.execute("from gate.kept order by all").fetchall() == [(1, 2), (3, 4)]


@pytest.mark.parametrize(
    "hostile", ["x; drop table y", "'a'", "a b", "", "a--", "(select 1)", "1a", "a.b.c.d", "a\n", 'a"', "ä b"]
)
def test_what_is_no_plain_name_is_refused(file: SqlFile, hostile: str) -> None:
    for columns in (hostile, ["a", hostile]):
        with pytest.raises(SqlFileError, match=r"is no plain name. Give values as parameters"):
            file("copied", table="kept", columns=columns, rows="other")


def test_what_is_not_there_is_said_with_what_is(file: SqlFile, tmp_path: Path) -> None:
    with pytest.raises(SqlFileError, match=r"accounts\.sql has no statement of_markets. It has: of_market, copied."):
        file("of_markets")
    with pytest.raises(SqlFileError, match=r"copied is given rows, table and needs columns, rows, table\."):
        file("copied", table="a", rows="b")
    with pytest.raises(SqlFileError, match="of_market is given rows and needs nothing"):
        file("of_market", rows="b")
    with pytest.raises(SqlFileError, match=r"other\.sql isn't there"):
        SqlFile(str(tmp_path / "other.py"))("of_market")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-- name: a\nselect 1;\n-- name: a\nselect 2;\n", "two statements are called a"),
        ("-- name: a\nselect 1\n-- name: b\nselect 2;\n", "a doesn't end with a semicolon"),
    ],
)
def test_a_file_that_is_written_wrongly_says_so(text: str, said: str) -> None:
    with pytest.raises(SqlFileError, match=said):
        parts_of(text)


def test_a_file_without_names_has_no_statements() -> None:
    assert parts_of("select 1;") == {}
