"""docs/adding.md: whoever follows it has a market, and a language."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.policy.load import load_packs
from evenhand.settings import PROJECT

PAGE = (PROJECT / "docs" / "adding.md").read_text()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("policies", "translations"):
        shutil.copytree(PROJECT / folder, tmp_path / folder)
        monkeypatch.setenv(f"EVENHAND_{folder.upper()}", str(tmp_path / folder))
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path / "home"))
    return tmp_path


def _check() -> tuple[int, str]:
    done = CliRunner().invoke(app, ["policy", "check"])
    return done.exit_code, " ".join(done.output.split())


def test_a_market_is_the_pack_of_the_page(here: Path) -> None:
    (pack,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (name,) = re.findall(r"`policies/(\w+\.yml)`", PAGE)
    before = _check()
    (here / "policies" / name).write_text(pack)
    assert _check()[0] == before[0] == 0
    (loaded,) = [each for each in load_packs(here / "policies") if "MX" in each.pack.markets]
    assert loaded.pack.pack == "creators_mx"


def test_a_language_is_a_file_and_what_has_no_words_in_it_is_named(here: Path) -> None:
    (name,) = re.findall(r"for Spanish `translations/(\w+\.po)`", PAGE)
    words = (here / "translations" / "en.po").read_text()
    spanish = here / "translations" / name
    spanish.write_text(words.replace("Language: en", "Language: es"))
    assert _check()[0] == 0
    spanish.write_text(re.sub(r'msgid "measure\.warning"\nmsgstr .*\n', "", words))
    code, said = _check()
    assert code == 1
    assert name in said
    assert "measure.warning" in said
