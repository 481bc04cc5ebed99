"""CSV that people download runs nothing where it is opened, and its numbers stay numbers."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from evenhand.release.spreadsheet import as_csv, cell


@pytest.mark.parametrize(
    "run",
    [
        "=HYPERLINK(1)",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "\uff1d1+1",
        "\uff0bx",
        "\u2212x",
        "'=1",
        '"=1',
        "-",
        "+84 90",
        "-1e5",
    ],
)
def test_what_a_spreadsheet_would_run_is_text(run: str) -> None:
    assert cell(run) == f"'{run}"


@pytest.mark.parametrize(
    "value", ["-1", "+3", "-0.50", "12", "a=b", "xID-1", "", None, Decimal("-1.50"), -7, 1.5, -1e-05, Decimal("-1E-7")]
)
def test_numbers_and_other_texts_stay_as_they_are(value: object) -> None:
    assert cell(value) == ("" if value is None else str(value))


def test_what_is_no_number_although_it_has_the_type_of_one_is_text() -> None:
    assert cell(float("-inf")) == "'-inf"


def test_a_file_is_read_with_its_header(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select '=cmd()' as account_id, -1.50::decimal(18, 2) as amount, date '2026-03-01' as day, null as x,"
            f" 'a\"b,c' as said) to '{tmp_path / 'x.parquet'}' (format parquet)"
        )
    rows = list(csv.reader("".join(as_csv(tmp_path / "x.parquet")).splitlines()))
    assert rows == [
        ["account_id", "amount", "day", "x", "said"],
        ["'=cmd()", "-1.50", str(date(2026, 3, 1)), "", 'a"b,c'],
    ]
