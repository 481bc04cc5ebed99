"""Reports as PDF: each says what its page says, in letters that are there, and the same again is the same bytes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import ImageChops

from evenhand.notices.catalogs import load_catalogs
from evenhand.reports.language import Language, languages
from evenhand.reports.make import report_of
from evenhand.reports.pdf import pdf_of
from evenhand.reports.report import Page, Recommendation, Report, Sentence, Table, text_of
from evenhand.settings import PROJECT, Settings
from reports.pdfs import pictures_of_pdf, text_of_pdf
from reports.releases import release
from reports.test_reports import NIGHT, everything

CHINESE = "版权与假冒商品的处罚已于本夜生效。"
THAI = "สินค้าปลอมหรือสินค้าต้องห้าม ผู้ขายที่ถูกระงับ น้ำ"
# Of a script that none of the fonts has.
KOREAN = "한국어"


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings(PROJECT, tmp_path, PROJECT / "policies", PROJECT / "receivers.yml")


@pytest.fixture
def english(here: Settings) -> Language:
    return Language("en", load_catalogs(here.translations))


def saying(text: str) -> Report:
    table = Table("t", ("a", "b"), ((text, "1"),), frozenset({1}))
    page = Page("ID", "p", ((text,),), (Recommendation((text,), "x", "y"),), (table,))
    return Report("night", NIGHT, None, "en", ("ID",), "r", (page,), ((NIGHT, "a"),), "")


def without_blanks(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", ["night", "week"])
def test_it_says_in_every_language_what_the_report_says_and_every_letter_is_shown(
    here: Settings, language: str, kind: str
) -> None:
    everything(here.home)
    speaks = Language(language, load_catalogs(here.translations))
    report = report_of(here, "week" if kind == "week" else "night", NIGHT, language)
    content = pdf_of(report, speaks, "https://pages")
    said = without_blanks(text_of_pdf(content))

    def texts() -> list[Sentence]:
        found: list[Sentence] = []
        for page in report.pages:
            found += [*page.words, (page.title,), *(each.said for each in page.recommendations)]
            for table in page.tables:
                found += [(table.title,), *((cell,) for row in table.rows for cell in row)]
        return found

    assert len(texts()) > 40
    assert [text_of(each) for each in texts() if without_blanks(text_of(each)) not in said] == []
    # What is for who doesn't see it is refused where a letter can't be shown.
    assert b"pdfuaid:part" in content
    assert b"https://pages/lists/changes?night=2026-03-31" in content


@pytest.mark.parametrize("text", [CHINESE, THAI, "Ação, à noite: São Paulo\u00a0%", "\u22125 \u2013 1,234"])
def test_letters_of_these_scripts_are_shown_and_can_be_copied(english: Language, text: str) -> None:
    content = pdf_of(saying(text), english)
    assert b"pdfuaid:part" in content
    assert text_of_pdf(content).count(text) == 3
    # None is the box that stands for what a font doesn't have: the page looks otherwise than one of boxes.
    shown, boxes = (pictures_of_pdf(pdf_of(saying(each), english))[0] for each in (text, KOREAN * 8))
    assert ImageChops.difference(shown.convert("L"), boxes.convert("L")).getbbox() is not None


def test_of_another_script_there_are_boxes_and_all_else_is_as_it_is(english: Language) -> None:
    content = pdf_of(saying(f"{KOREAN} and the rest"), english)
    assert b"pdfuaid:part" not in content
    assert text_of_pdf(content).count("and the rest") == 3


@pytest.mark.parametrize("letter", ["\ufeff", "\x00", "\x07", "\ufffe", "\U000e0041"])
@pytest.mark.parametrize("text", ["{}beauty", "beauty{}", "SG \u00b7 be{}auty", "{}"])
def test_a_letter_that_a_pdf_cant_have_keeps_nobody_from_all_else(english: Language, letter: str, text: str) -> None:
    report = saying(text.format(letter))
    for each in (report, replace(report, title=text.format(letter))):
        assert "auty" in text_of_pdf(pdf_of(each, english)) or text == "{}"


@pytest.mark.parametrize(
    "text",
    [
        "#panic() #let x = 1",
        "*a* _b_ = c $d$ <e> @f [g] \\h // i `j` ~k",
        "#read(\"/etc/passwd\")",
        '"); #image("/etc/passwd")',
        "<script>alert(1)</script>",
        "a" * 3000,
        "\u200b\u202eb",
        "",
    ],
)  # fmt: skip
def test_nothing_that_somebody_wrote_is_markup(english: Language, text: str) -> None:
    said = text_of_pdf(pdf_of(saying(text), english))
    assert "root:" not in said
    if text.isprintable():
        assert without_blanks(text) in without_blanks(said)


def test_the_same_again_is_the_same_bytes_in_another_process_too(here: Settings, tmp_path: Path) -> None:
    everything(here.home)
    program = (
        "import sys; from datetime import date; from pathlib import Path;"
        "from evenhand.settings import PROJECT, Settings;"
        "from evenhand.notices.catalogs import load_catalogs; from evenhand.reports.language import Language;"
        "from evenhand.reports.make import report_of; from evenhand.reports.pdf import pdf_of;"
        "here = Settings(PROJECT, Path(sys.argv[1]), PROJECT / 'policies', PROJECT / 'receivers.yml');"
        "speaks = Language('zh', load_catalogs(here.translations));"
        "made = pdf_of(report_of(here, 'week', date(2026, 3, 31), 'zh'), speaks);"
        "Path(sys.argv[2]).write_bytes(made)"
    )
    made = []
    for name in ("one", "other"):
        # From another folder, with fonts of its own around.
        (tmp_path / name).mkdir()
        there = {"HOME": str(tmp_path / name), "PATH": "/usr/bin", "PYTHONPATH": str(PROJECT / "plugins")}
        command = [sys.executable, "-c", program, str(here.home), str(tmp_path / name / "pdf")]
        subprocess.run(command, check=True, env=there, cwd=tmp_path / name)
        made.append((tmp_path / name / "pdf").read_bytes())
    assert made[0] == made[1]


def test_a_table_of_many_rows_goes_on_on_the_next_page_with_its_headings(english: Language) -> None:
    rows = [(f"row {number}", str(Decimal(number))) for number in range(120)]
    page = Page("", "p", (), (), (Table("many", ("first heading", "number"), rows, frozenset({1})),))
    report = Report("week", date(2026, 3, 31), None, "en", ("ID",), "r", (page,), (), "")
    content = pdf_of(report, english)
    said = text_of_pdf(content)
    pages = len(pictures_of_pdf(content))
    assert pages >= 2
    assert said.count("first heading") == pages
    assert "row 119" in said


def test_an_empty_night_has_one(here: Settings, english: Language) -> None:
    release(here.home, NIGHT, {"penalties": [], "rewards": [], "standings": []})
    assert "No list waits for anybody." in text_of_pdf(pdf_of(report_of(here, "night", NIGHT, "en"), english))
