"""A report as a spreadsheet: a sheet for each page, numbers to reckon with, and at the end where they come from."""

from __future__ import annotations

import re
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format

from evenhand.records.written import in_one_line, printable
from evenhand.reports.language import Language
from evenhand.reports.report import Cell, Number, Report, text_of

# Nothing of a feed is run by who opens it: a text is a text, whatever it begins with.
_TEXTS_ALONE = {"constant_memory": False, "strings_to_formulas": False, "strings_to_urls": False}
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))


def write_report(path: Path, report: Report, language: Language) -> None:
    """Write the file; the same report is the same bytes."""
    with xlsxwriter.Workbook(str(path), _TEXTS_ALONE) as book:
        # When it was written is no part of what it says.
        book.set_properties({"title": printable(report.title), "created": datetime.combine(report.night, time())})
        strong, soft = book.add_format({"bold": True}), book.add_format({"italic": True})
        for number, page in enumerate(report.pages, start=1):
            sheet = book.add_worksheet(_name(number, page.title))
            sheet.set_column(0, 0, 40)
            sheet.set_column(1, 12, 16)
            sheet.write_string(0, 0, f"{report.title}: {page.title}", strong)
            at = 1
            for sentence in page.words:
                sheet.write_string(at, 0, text_of(sentence))
                at += 1
            for place, each in enumerate(page.recommendations, start=1):
                sheet.write_string(at, 0, f"{place}. {text_of(each.said)} ({each.command})")
                at += 1
            for table in page.tables:
                at += 1
                sheet.write_string(at, 0, table.title, strong)
                for column, heading in enumerate(table.columns):
                    sheet.write_string(at + 1, column, heading, soft)
                at += 2
                for row in table.rows:
                    for column, cell in enumerate(row):
                        _write(sheet, at, column, cell, _looks(book, cell))
                    at += 1
        sources = book.add_worksheet("SQL")
        sources.set_column(0, 0, 6)
        sources.set_column(1, 1, 160)
        sources.write_string(0, 1, language.say("Where each number comes from"), strong)
        for place, query in enumerate(report.queries, start=1):
            sources.write_number(place, 0, place)
            sources.write_string(place, 1, query.sql)


def _name(number: int, title: str) -> str:
    """What a sheet is called: of 31 signs as spreadsheets count them, of which a picture is two."""
    name = in_one_line(f"{number} {title}").translate(_FORBIDDEN)
    return name.encode("utf-16-le")[:62].decode("utf-16-le", "ignore").strip()


def _looks(book: xlsxwriter.Workbook, cell: Cell) -> Format | None:
    """How a number is shown: a time with its unit, for those of other nights beside it may have another."""
    if isinstance(cell, str) or not cell.unit:
        return None
    unit = re.sub(r"^.*\d", "", cell.text)
    return book.add_format({"num_format": f'#,##0.0"{unit}"'})


def _write(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell, looks: Format | None) -> None:
    value = _value(cell)
    if value is None:
        sheet.write_string(row, column, cell if isinstance(cell, str) else cell.text)
    else:
        sheet.write_number(row, column, value, looks)


def _value(cell: Cell) -> float | None:
    try:
        return float(Decimal(cell.value)) if isinstance(cell, Number) else None
    except InvalidOperation:
        return None
