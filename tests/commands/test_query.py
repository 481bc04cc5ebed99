"""`evenhand query`: the same rows for people, spreadsheets and machines."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.commands.terminal import plain_table
from release.test_query import releases  # noqa: F401  # a fixture


@pytest.fixture(autouse=True)
def home(releases: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: F811
    monkeypatch.setenv("EVENHAND_HOME", str(releases.parent))
    return releases


def _says(*words: str, exit_code: int = 0) -> str:
    done = CliRunner().invoke(app, ["query", *words])
    assert done.exit_code == exit_code, done.output
    return done.output


def test_a_table_says_how_many_rows_there_are_and_how_to_see_more() -> None:
    sql = "select '[red]' || account_id as who, night from penalties order by night"
    said = _says(sql)
    assert "[red]a1  2026-03-05" in said
    assert "2 rows." in said
    assert "1 row. The first 1 are shown: --limit shows more, --csv all." in _says(sql, "--limit", "1")


def test_csv_and_json_have_all_rows_and_no_cell_that_a_spreadsheet_runs() -> None:
    sql = "select '=1+1' as a, 7 as b, null as c from penalties"
    assert _says(sql, "--csv").splitlines() == ["a,b,c", "'=1+1,7,", "'=1+1,7,"]
    assert json.loads(_says(sql, "--json")) == [{"a": "=1+1", "b": 7, "c": None}] * 2
    assert json.loads(_says("select 1 where false", "--json")) == []
    # Of two columns with one name neither is lost.
    assert json.loads(_says("select 1 as a, 2 as a, 3 as a_1", "--json")) == [{"a": 1, "a_2": 2, "a_1": 3}]


def test_no_value_of_a_table_is_cut_however_many_columns_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    names = [f"'a value of the column {number}' as column_{number}" for number in range(20)]
    said = _says(f"select {', '.join(names)}")
    assert "  ".join(f"a value of the column {number}" for number in range(20)) in said
    # Where there is a terminal, what is too long for it goes on in the next line.
    printed = StringIO()
    table = plain_table("case", "days left")
    table.add_row("enforcement_gap-93112c6880", "9")
    Console(width=20, file=printed).print(table)
    assert "…" not in printed.getvalue()


def test_without_a_query_the_tables_are_listed_with_their_columns() -> None:
    assert re.search(r"^penalties +2  account_id, prevails, night *$", _says(), re.MULTILINE)
    assert json.loads(_says("--json"))["reasons"] == ["reason_id", "night"]


def test_what_cant_be_answered_ends_with_an_error() -> None:
    assert "There is no table nope" in _says("from nope", exit_code=1)
