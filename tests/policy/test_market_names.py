"""Markets are called by their names beside their codes, in the reader's language, and by their codes alone without."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from evenhand.notices.catalogs import load_catalogs
from evenhand.policy.market_names import market_called
from evenhand.policy.marketplace import read_marketplace
from evenhand.policy.texts import PackError
from evenhand.reports.language import Language
from evenhand.settings import PROJECT
from evenhand.simulation.plan import MARKETS


@pytest.mark.parametrize(
    ("names", "language", "called"),
    [
        ("{ID: Indonesia}", "zh", "Indonesia (ID)"),
        ("{ID: {en: Indonesia, zh: 印度尼西亚}}", "zh", "印度尼西亚 (ID)"),
        ("{ID: {en: Indonesia, zh: 印度尼西亚}}", "pt_BR", "Indonesia (ID)"),
        ("{ID: {zh: 印度尼西亚}}", "id", "ID"),
        ("{SG: Singapore}", "en", "ID"),
        # A file that is wrong names none, and keeps nobody from a page.
        ("{ID: 7}", "en", "ID"),
    ],
)
def test_a_market_is_called_by_its_name_and_its_code(tmp_path: Path, names: str, language: str, called: str) -> None:
    assert market_called(tmp_path, "ID", language) == "ID"
    (tmp_path / "marketplace.yml").write_text(f"market_names: {names}\n", encoding="utf-8")
    assert market_called(tmp_path, "ID", language) == called
    speaks = Language(language, load_catalogs(PROJECT / "translations"), tmp_path)
    assert speaks.market("ID") == called
    assert speaks.market("all") != "all"
    # As soon as the file says otherwise.
    (tmp_path / "marketplace.yml").write_text("market_names: {ID: Elsewhere}\n")
    os.utime(tmp_path / "marketplace.yml", ns=(1, 1))
    assert market_called(tmp_path, "ID", language) == "Elsewhere (ID)"


@pytest.mark.parametrize("wrong", ["7", '"two\\nlines"', '"a\\u202eb"', "{EN: x}"])
def test_a_name_that_nobody_could_read_is_refused_with_its_line(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "marketplace.yml").write_text(f"markets: [ID]\nmarket_names:\n  ID: {wrong}\n")
    with pytest.raises(PackError, match=r"marketplace\.yml:3:.*market_names"):
        read_marketplace(tmp_path)


def test_the_markets_that_are_simulated_have_names_in_each_language_of_the_pages() -> None:
    for market in MARKETS:
        for language in ("en", "id", "pt_BR", "zh"):
            assert market_called(PROJECT / "policies", market.name, language).endswith(f" ({market.name})")
