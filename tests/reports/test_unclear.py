"""Policies that reviewers don't agree on, in a report of a night."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from evenhand.reports.language import languages
from evenhand.reports.make import report_of
from evenhand.reports.report import text_of
from evenhand.settings import Settings
from reports.boards import NIGHT, home_of_boards
from reports.releases import release


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return home_of_boards(tmp_path)


def agreed(here: Settings, *of: tuple[str, str, str, bool]) -> None:
    rows = [
        ("agreement_of_reviewers", market, "pack" if pack else "", pack, Decimal(alpha), Decimal(alpha) - 1,
         Decimal(1), Decimal(40), is_enough, "number")
        for market, pack, alpha, is_enough in of
    ]  # fmt: skip
    files: Mapping[str, Sequence[Sequence[object]]] = {
        "penalties": [("p", "ID", "warning"), ("q", "TH", "warning")], "rewards": [], "standings": [],
        "operational_metrics": rows,
    }  # fmt: skip
    release(here.home, NIGHT, files)


def unclear(here: Settings, language: str = "en") -> list[list[list[str]]]:
    return [
        [[text_of([cell]) for cell in row] for row in table.rows]
        for page in report_of(here, "night", NIGHT, language).pages
        for table in page.tables
        if len(table.columns) == 6 and table.numbers == frozenset({2, 3, 4, 5})
    ]


def test_a_policy_below_the_bound_is_listed_with_its_interval_and_no_other(here: Settings) -> None:
    agreed(
        here, ("ID", "takedowns", "0.412", True), ("ID", "my_pack", "0.7", True), ("ID", "", "0.6669", True),
        ("TH", "takedowns", "0.1", False), ("all", "takedowns", "0.2", True),
    )  # fmt: skip
    of_id = [
        ["All policies together", "ID", "0.67", "\N{MINUS SIGN}0.33", "1", "40"],
        ["Takedowns", "ID", "0.41", "\N{MINUS SIGN}0.59", "1", "40"],
    ]
    # On the first page, and on that of the market.
    assert unclear(here) == [of_id, of_id]


@pytest.mark.parametrize("language", sorted(languages()))
def test_every_language_has_it(here: Settings, language: str) -> None:
    agreed(here, ("ID", "takedowns", "0.412", True))
    ((row,), _) = unclear(here, language)
    assert row[1] == "ID" and "takedowns" not in row


def test_where_every_policy_is_clear_nothing_is_listed(here: Settings) -> None:
    agreed(here, ("ID", "takedowns", "0.667", True))
    assert unclear(here) == []
