"""A list as a spreadsheet: raw numbers and days on one sheet, and on the first what they are of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import xlsxwriter

from evenhand.console.reader import say
from evenhand.console.shown import Shown
from evenhand.console.tables import Column, Listed

# More is downloaded as CSV, which has no end.
MOST_ROWS = 100_000
# Nothing of a feed is run by who opens it: a text is a text, whatever it begins with.
_TEXTS_ALONE = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def write_sheet(path: Path, title: str, facts: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]]) -> None:
    """Write a table of texts, whose first row is its header, and before it a sheet with what it is of."""
    with xlsxwriter.Workbook(str(path), _TEXTS_ALONE) as book:
        strong = book.add_format({"bold": True})
        about, sheet = book.add_worksheet(say("About")), book.add_worksheet(title[:31])
        for line, (name, value) in enumerate(facts):
            about.write_string(line, 0, name, strong)
            about.write_string(line, 1, value)
        about.set_column(0, 1, 30)
        for line, row in enumerate(rows):
            for at, value in enumerate(row):
                sheet.write_string(line, at, value, None if line else strong)
        sheet.set_column(0, 9, 26)


def write_workbook(
    path: Path,
    listed: Listed,
    shown: Shown,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    asked_for: Sequence[tuple[str, str]],
    sql: str,
) -> None:
    """Write the rows of a list.

    Args:
        asked_for: what rows were asked for, as labels and values.
        sql: the query that gives them.
    """
    with xlsxwriter.Workbook(str(path), _TEXTS_ALONE) as book:
        strong = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        about, sheet = book.add_worksheet(say("About")), book.add_worksheet(say(listed.title)[:31])
        facts = [
            *((say("List"), say(listed.title)), (say("A row is"), say(listed.about)), (say("Night"), str(shown.night))),
            *((say("Revision"), str(shown.revision)), (say("Release"), shown.manifest.release_id)),
            *(*asked_for, ("SQL", sql)),
        ]
        for at, column in enumerate(columns):
            sheet.write_string(0, at, column.heading, strong)
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
        if next(beginning, None) is not None:
            rest = say("These are the first %(rows)s rows; download the list as CSV for the rest.", rows=written)
            facts.insert(0, (say("Not all"), rest))
        about.set_column(0, 0, 16)
        about.set_column(1, 1, 100)
        for line, (name, value) in enumerate(facts):
            about.write_string(line, 0, name, strong)
            about.write_string(line, 1, value)
        sheet.set_column(0, max(len(columns) - 1, 0), 18)
