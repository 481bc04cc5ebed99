"""A report as a PDF: the same report is the same bytes, in fonts that are installed with it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from functools import cache
from importlib.resources import as_file, files

import typst

from evenhand.reports.language import Language
from evenhand.reports.report import Cell, Report, Table, text_of

# Latin, then Thai, then Chinese: a letter is of the first that has it. Each is a package with the font alone.
_FONTS = {
    "Noto Sans": "fontpkg_noto_sans",
    "Noto Sans Thai": "fontpkg_noto_sans_thai",
    "Noto Sans SC": "pylopdf_fonts_zh_cn",
}


def pdf_of(report: Report, language: Language, address: str = "") -> bytes:
    """The file.

    Args:
        address: of the console's pages, for links.
    """
    lang, _, region = language.name.partition("_")
    said = {
        "title": report.title,
        "lang": lang,
        "region": region or None,
        "fonts": list(_FONTS),
        "look_at": language.say("What to look at"),
        "pages": [
            {
                "title": page.title,
                "words": [text_of(each) for each in page.words],
                "recommendations": [
                    {
                        "said": text_of(each.said),
                        "command": each.command,
                        "link": f"{address.rstrip('/')}/{each.page}" if address else "",
                    }
                    for each in page.recommendations
                ],
                "tables": [_table(each) for each in page.tables],
            }
            for page in report.pages
        ],
        "made_of": _made_of(report, language),
    }
    # When it was made is no part of what it says.
    made_at = datetime.combine(report.night, time(), UTC)
    try:
        # For who doesn't see it, too; which is refused where a letter can't be shown, or is none.
        return _compiled(said, made_at, ["ua-1"])
    except typst.TypstError:
        # Of another script than these: a box stands for it here, and page and spreadsheet have it.
        return _compiled(said, made_at, [])


def _compiled(said: Mapping[str, object], made_at: datetime, standards: list[typst.PDFStandard]) -> bytes:
    template = (files("evenhand.reports") / "templates" / "report.typ").read_bytes()
    inputs = {"report": json.dumps(said, ensure_ascii=False)}
    compiler = typst.Compiler(template, font_paths=_fonts(), sys_inputs=inputs)
    made = compiler.compile(format="pdf", pdf_standards=standards, timestamp=made_at)
    assert isinstance(made, bytes)
    return made


@cache
def _fonts() -> typst.Fonts:
    """The fonts of the packages and no other: not those that a machine happens to have."""
    folders = []
    for package in _FONTS.values():
        with as_file(files(package)) as folder:
            folders.append(str(folder))
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def _table(table: Table) -> dict[str, object]:
    return {
        "title": table.title,
        "columns": list(table.columns),
        "numbers": sorted(table.numbers),
        "rows": [[_text(cell) for cell in row] for row in table.rows],
        "said": table.said,
    }


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell.text


def _made_of(report: Report, language: Language) -> Sequence[str]:
    nights = ", ".join(str(night) for night, _ in report.made_of)
    said = [f"{language.say('Made of these nights:')} {nights}."]
    if report.cases:
        said.append(f"{language.say('Cases:')} {report.cases}.")
    return [*said, language.say("The page and the spreadsheet of this report have the query of each number.")]
