"""The pages of boards: which there are, each with charts, figures and targets, and what is wrong with the others."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from console.conftest import EARLIER
from reports.pdfs import text_of_pdf

BOARD = """\
board: quality
title: Quality =<b>
markets: [ID, all, nowhere]
metrics: [repeat_rate, {metric: decisions, slices: violation_type}]
"""


@pytest.fixture
def boards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVENHAND_BOARDS", str(tmp_path))
    (tmp_path / "quality.yml").write_text(BOARD)
    return tmp_path


def test_a_board_has_its_metrics_with_their_figures_in_its_markets_and_parts(reader: TestClient, boards: Path) -> None:
    listed = reader.get("/boards").text
    assert 'href="../boards/quality?night=' in listed or 'href="./boards/quality?night=' in listed
    assert "Quality =&lt;b&gt;" in listed and "<b>Quality" not in listed
    page = reader.get("/boards/quality").text
    assert page.index(">Indonesia (ID)</th>") < page.index(">all markets</th>")
    assert "all markets · Copyright" in page
    assert page.index("Repeat rate</a>") < page.index("Decisions</a>")
    assert "Nothing is known of nowhere on this night." in page
    assert "Nothing is off target" in page
    # Another market than the board's isn't on it.
    assert ">world</th>" not in page
    assert reader.get(f"/boards/quality?night={EARLIER}").status_code == 200
    report = reader.get("/boards/quality/report?lang=id")
    assert (report.status_code, '<html lang="id">' in report.text) == (200, True)
    printed = reader.get("/boards/quality/report/pdf?lang=zh")
    assert printed.headers["content-type"] == "application/pdf"
    assert "所有市场" in text_of_pdf(printed.content)
    book = reader.get("/boards/quality/report/xlsx")
    assert book.headers["content-disposition"].endswith('board.quality.en.xlsx"')


def test_what_is_wrong_with_a_board_is_said_and_the_others_are_shown(reader: TestClient, boards: Path) -> None:
    (boards / "other.yml").write_text(BOARD.replace("quality", "other").replace("repeat_rate", "repeat_rat"))
    listed = reader.get("/boards").text
    assert "other.yml:4:11: metrics[0].metric: found repeat_rat; expected a metric of docs/metrics.md" in listed
    assert "boards/quality?" in listed
    gone = reader.get("/boards/other")
    assert gone.status_code == 404 and "there is no board other of markets that you see; there are quality" in gone.text
    assert reader.get("/boards/quality/report?lang=xx").status_code == 404


def test_without_boards_that_is_said(reader: TestClient, boards: Path) -> None:
    (boards / "quality.yml").unlink()
    assert "There is no board of your markets yet" in reader.get("/boards").text


def test_before_the_first_night_there_is_nothing_to_show(nothing_released: TestClient, boards: Path) -> None:
    for address in ("/boards", "/boards/quality"):
        assert "Nothing is released yet" in nothing_released.get(address).text
    assert nothing_released.get("/boards/quality/report").status_code == 404
