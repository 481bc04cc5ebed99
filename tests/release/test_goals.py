"""How far goals are: by all nights released until then, the same on the page and in a report."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evenhand.release.goals import goals_of
from evenhand.release.manifest import Manifest, read_manifest
from evenhand.release.verify import ReleaseChanged
from evenhand.reports.make import report_of
from evenhand.settings import PROJECT, Settings
from reports.releases import release

NIGHT = date(2026, 3, 31)
GOAL = {
    "policy": "creators_id@2", "metric": "grant_rate", "market": "ID", "at_most": 0.2,
    "effective_from": str(NIGHT - timedelta(days=30)), "by": str(NIGHT + timedelta(days=30)),
}  # fmt: skip


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings(PROJECT, tmp_path, PROJECT / "policies", PROJECT / "receivers.yml")


def night(here: Settings, ago: int, rate: str | None, *, enough: bool = True) -> Manifest:
    row = ("grant_rate", "ID", "", None, rate and Decimal(rate), None, None, Decimal(50), enough, "share")
    # Of two markets, so that a report has a page of both.
    lists = [(f"{market}/w", market, "warning") for market in ("ID", "TH")]
    files: dict[str, list[Any]] = {"penalties": lists, "rewards": [], "standings": []}
    rows = {**files, "operational_metrics": [row]} if rate else files
    targets = {"goals": [GOAL, {**GOAL, "metric": "gone"}]}
    return release(here.home, NIGHT - timedelta(days=ago), rows, targets=targets)


def states(here: Settings, manifest: Manifest) -> list[str]:
    released = [(read_manifest(each).night, each.resolve()) for each in here.releases.glob("night=*")]
    return [each.state for each in goals_of(manifest, released, here.dbt_project)]


def test_a_line_that_begins_before_the_nights_that_a_report_looks_at_counts_there_too(here: Settings) -> None:
    # From 0.6 to 0.2 within 61 days: after 31 of them 0.397 is on the line.
    night(here, 31, "0.6")
    for ago in range(20, 0, -1):
        night(here, ago, "0.9", enough=False)
    newest = night(here, 0, "0.39")
    assert states(here, newest) == ["on the way", "too early to say"]
    (page, *_) = report_of(here, "night", NIGHT, "en").pages
    (goals,) = (table.rows for table in page.tables if table.title == "Goals of policies")
    assert [row[-1] for row in goals] == ["on the way", "too early to say"]
    assert states(here, night(here, 0, "0.40"))[0] == "behind"


def test_nights_without_figures_after_it_or_too_long_before_say_nothing(here: Settings) -> None:
    night(here, 70, "0.6")
    night(here, 31, None)
    newest = night(here, 0, "0.39")
    night(here, -1, "0.1")
    assert states(here, newest) == ["too early to say", "too early to say"]


def test_a_figure_that_was_changed_says_nothing(here: Settings) -> None:
    night(here, 31, "0.6")
    newest = night(here, 0, "0.39")
    path = (here.releases / f"night={NIGHT - timedelta(days=31)}").resolve() / "operational_metrics.parquet"
    path.write_bytes(path.read_bytes()[:-4] + b"xxxx")
    with pytest.raises(ReleaseChanged, match=r"operational_metrics\.parquet"):
        states(here, newest)
