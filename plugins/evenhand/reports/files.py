"""A report as files: a page, a spreadsheet and a PDF, each there whole or not at all."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from evenhand.records.atomic_files import write_anew
from evenhand.reports.language import Language
from evenhand.reports.page import page_of
from evenhand.reports.pdf import pdf_of
from evenhand.reports.report import Report
from evenhand.reports.workbook import write_report


def write(report: Report, language: Language, folder: Path, address: str = "") -> list[Path]:
    """Write its files into a folder, in the place of those of its name.

    Args:
        address: of the console's pages, for links.
    """
    folder.mkdir(parents=True, exist_ok=True)
    page, workbook, printed = (folder / f"{report.name}.{kind}" for kind in ("html", "xlsx", "pdf"))
    write_anew(page, page_of(report, language, address).encode())
    with TemporaryDirectory(dir=folder) as scratch:
        made = Path(scratch) / workbook.name
        write_report(made, report, language)
        write_anew(workbook, made.read_bytes())
    write_anew(printed, pdf_of(report, language, address))
    return [page, workbook, printed]
