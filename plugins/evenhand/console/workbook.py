"""A table as a spreadsheet: raw numbers and days on one sheet, and on the first what they are of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import xlsxwriter

from evenhand.console.reader import say

# More is downloaded as CSV, which has no end.
MOST_ROWS = 100_000
# Nothing of a feed is run by who opens it: a text is a text, whatever it begins with.
_TEXTS_ALONE = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def write_workbook(
    path: Path,
    title: str,
    facts: Sequence[tuple[str, str]],
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> None:
    """Write a table, and before it a sheet with what it is of.

    Args:
        facts: what it is of, as names and values.
    """
    with xlsxwriter.Workbook(str(path), _TEXTS_ALONE) as book:
        strong = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        about, sheet = book.add_worksheet(say("About")), book.add_worksheet(title[:31])
        for at, name in enumerate(header):
            sheet.write_string(0, at, name, strong)
        beginning = iter(rows)
        written = 0
        for written, row in enumerate(islice(beginning, MOST_ROWS), start=1):
            for at, value in enumerate(row):
                if isinstance(value, bool):
                    sheet.write_boolean(written, at, value)
                elif isinstance(value, int | float | Decimal):
                    sheet.write_number(written, at, float(value))
                elif isinstance(value, date):
                    sheet.write_datetime(written, at, value, day)
                elif value is not None:
                    sheet.write_string(written, at, str(value))
        told = list(facts)
        if next(beginning, None) is not None:
            rest = say("These are the first %(rows)s rows; download the list as CSV for the rest.", rows=written)
            told.insert(0, (say("Not all"), rest))
        about.set_column(0, 0, 16)
        about.set_column(1, 1, 100)
        for line, (name, value) in enumerate(told):
            about.write_string(line, 0, name, strong)
            about.write_string(line, 1, value)
        sheet.set_column(0, max(len(header) - 1, 0), 22)
