"""Whatever somebody downloads, the log says who did, what, and as it was asked for."""

from __future__ import annotations

import logging
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from console.conftest import HOSTILE, NIGHT
from console.prepared import beside
from console.serving import log_in
from console.two_managers import managed

DOWNLOADS = (
    (f"/lists/penalties/csv?night={NIGHT}&market=world", f'"{NIGHT}_penalties.csv"'),
    ("/lists/changes/xlsx?cause=data", f'"{NIGHT}_changes.xlsx"'),
    (f"/lists/penalties/csv?q={quote(HOSTILE + chr(10))}", f'"{NIGHT}_penalties.csv"'),
    (f"/releases/{NIGHT}/penalties.parquet", f'"{NIGHT}_penalties.parquet"'),
    (f"/releases/{NIGHT}/manifest.json", f'"{NIGHT}_manifest.json"'),
    (f"/spreadsheets/{NIGHT}/rewards", f'"{NIGHT}_rewards.csv"'),
    (f"/reports/night/xlsx?night={NIGHT}", f'"{NIGHT}.night.en.xlsx"'),
    ("/reports/night/pdf", f'"{NIGHT}.night.en.pdf"'),
    ("/boards/quality/report/xlsx", f'"{NIGHT}.board.quality.en.xlsx"'),
    ("/policies/takedowns-v1/xlsx", '"takedowns-v1.xlsx"'),
)


def _lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.name == "evenhand.console.downloads"]


def test_each_download_is_a_line_with_who_what_and_as_it_was_asked_for(
    home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with managed(beside(home, tmp_path), tmp_path / "people.yml") as client, caplog.at_level(logging.INFO):
        log_in("bo\nann")
        for address, _ in DOWNLOADS:
            caplog.clear()
            assert client.get(address).status_code == 403, address
            assert _lines(caplog) == []
        log_in("bo")
        for address, file in DOWNLOADS:
            caplog.clear()
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert _lines(caplog) == [f"'bo' downloads {file} from {address}"]
        log_in("wen")
        caplog.clear()
        client.get("/lists/penalties/csv")
        assert _lines(caplog) == [f"'wen' downloads \"{NIGHT}_penalties.csv\" from /lists/penalties/csv"]


def test_pages_are_no_downloads(reader: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        for address in ("/", "/lists/penalties", "/card/lines", "/fonts/thai", "/reports/night"):
            assert reader.get(address).status_code == 200
        assert reader.get("/lists/nothing/csv").status_code == 404
    assert _lines(caplog) == []
