"""A night on files of before feeds had times, automation and the like decides what it would decide with them."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from evenhand.landing.contracts import BY_NAME
from evenhand.records.databases import quoted
from evenhand.settings import PROJECT
from evenhand.simulation.marketplace import simulate
from evenhand.simulation.plan import Plan
from night.directly import decide, environment

NIGHT = date(2026, 10, 31)
# What the contracts of before lack, and what stands in a file that has it where the simulation says nothing.
SINCE = {
    "contents": {
        "published_at": None, "views": None, "views_before_removal": None,
        "language": "'id'", "category": "'beauty'", "link": None,
    },
    "lives": {"began_at": None, "language": "'vi'", "category": "'home'", "link": None},
    "user_reports": {
        "notifier": None, "ground": "'law'", "outcome": None, "decided_on": None, "reported_at": None,
        "decided_at": None,
    },
    "violations": {
        "restored_on": None, "automation_of_detection": None, "automation_of_decision": None,
        "guidance_version": None, "confidence": None, "detected_at": None, "decided_at": None, "enforced_at": None,
        "notified_at": None, "restored_at": "null",
    },
    "appeals": {"decider": None, "ground": "'mistake'", "channel": "'own'", "filed_at": None, "decided_at": None},
    "qa_reviews": {
        "reviewer": None, "round": None, "guidance_version": None, "blind": None, "draw_item_id": "null",
        "inclusion_probability": None, "reviewed_at": "reviewed_on || 'T12:00:00Z'",
    },
}  # fmt: skip
NEW_FEEDS = ("creator_contacts", "golden_items")
# What nobody could say before, in either.
SAID_SINCE = {
    "violations": "coalesce(status, '') <> 'restored'",
    "appeals": "outcome <> 'withdrawn_by_account' and coalesce(channel, 'own') = 'own'",
    "qa_reviews": "round = '1'",
}
DECIDED = ("penalties", "rewards", "reasons", "standings", "notices", "eligibility", "account_entries")
# By hand: what hours, views, automation, notifiers, contacts and shares of views need.
OTHER_METRICS = {
    "acted_on_before_any_view",
    "acted_on_within_24_hours",
    "complaints",
    "complaints_per_thousand_decisions",
    # A review says with which chance it was drawn since.
    "decision_precision",
    "doubted_by_qa",
    "median_time_to_appeal_decision",
    "median_time_to_decision",
    "median_time_to_detection",
    "median_time_to_enforcement",
    "median_time_to_notice",
    "median_time_to_report_decision",
    "median_time_to_solve",
    "prevalence",
    "proactive_rate",
    "satisfaction_with_support",
    "solely_automated_share",
    "violative_view_rate",
}


@pytest.fixture(scope="module", params=[1500, pytest.param(2000, marks=pytest.mark.soak)])
def homes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A night decided on files of before, and on files of the same rows with all that can be said since.

    Of two markets, with their packs.
    """
    simulated = tmp_path_factory.mktemp("simulated") / "landing"
    simulate(Plan(creators=request.param, nights=40, until=NIGHT, seed=7), simulated, lambda made: None)
    homes = tmp_path_factory.mktemp("before"), tmp_path_factory.mktemp("since")
    with duckdb.connect() as connection:
        for home in homes:
            _land(connection, simulated, home, with_all=home is homes[1])
    packs = tmp_path_factory.mktemp("packs")
    for name in ("calendar", "creators_base", "creators_id", "creators_vn", "marketplace"):
        shutil.copy(PROJECT / "policies" / f"{name}.yml", packs)
    with environment({"EVENHAND_POLICIES": str(packs)}):
        for home in homes:
            decide(home, str(NIGHT))
    return homes


def _land(connection: duckdb.DuckDBPyConnection, simulated: Path, home: Path, with_all: bool) -> None:
    """The rows of two markets, a file for each feed and night."""
    for folder in sorted(simulated.glob("*/night=*")):
        feed = folder.parent.name
        if feed in NEW_FEEDS and not with_all:
            continue
        files = sorted(str(file) for market in ("ID", "VN") for file in folder.glob(f"source={market}/*.parquet"))
        into = home / "landing" / feed / folder.name
        into.mkdir(parents=True)
        if files:
            _write(connection, feed, files, into / "day.parquet", with_all)
        else:
            names = ",".join(BY_NAME[feed].names_in_every_file)
            (into / "day.csv").write_text(f"{names}\n")


def _write(connection: duckdb.DuckDBPyConnection, feed: str, files: list[str], into: Path, with_all: bool) -> None:
    since = SINCE.get(feed, {})
    listed = ", ".join(quoted(file) for file in files)
    landed = f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"
    there = {name for name, *_ in connection.execute(f"describe from {landed}").fetchall()}
    assert {name for name, value in since.items() if value is None} <= there
    left_out = [name for name in since if name in there]
    if with_all:
        said = ", ".join(["*", *(f"{value} as {name}" for name, value in since.items() if name not in there)])
    else:
        said = f"* exclude ({', '.join(left_out)})" if left_out else "*"
    connection.execute(f"copy (select {said} from {landed} where {SAID_SINCE.get(feed, 'true')}) to {quoted(into)}")


def _rows(home: Path, file: str) -> list[tuple[object, ...]]:
    path = home / "releases" / f"night={NIGHT}" / f"{file}.parquet"
    return duckdb.sql(f"from {quoted(path)} order by all").fetchall()


@pytest.mark.parametrize("file", DECIDED)
def test_what_is_decided_and_told_to_accounts_is_the_same_row_for_row(homes: tuple[Path, Path], file: str) -> None:
    before, since = (_rows(home, file) for home in homes)
    assert len(before) > 2
    assert before == since


def test_metrics_differ_that_need_what_can_be_said_since_and_no_others(homes: tuple[Path, Path]) -> None:
    """How sure a model was, which some are told by, is said since too."""
    before, since = (
        {row for row in _rows(home, "operational_metrics") if row[3] != "confidence_band"} for home in homes
    )
    assert {metric for _, metric, *_ in before ^ since} == OTHER_METRICS


def test_times_are_told_in_days_where_files_have_none(homes: tuple[Path, Path]) -> None:
    units = [
        {
            str(metric): unit
            for _, metric, *_, unit, _, _ in _rows(home, "operational_metrics")
            if str(metric).startswith("median_time")
        }
        for home in homes
    ]
    assert set(units[0].values()) == {"days"}
    assert units[1]["median_time_to_decision"] == "hours"
