"""Times beside days: which are used, which are left out and counted, and which cost their row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from evenhand.landing.load import load
from evenhand.landing.window import take
from evenhand.policy.compile import compile_packs
from evenhand.policy.load import load_packs
from evenhand.quality.feeds import Beside, FeedsGate, validate_feeds
from evenhand.settings import PROJECT
from evenhand.tasks.night import known_beside
from landing.feeds import creator, land, land_headers, night, query, violation
from policy.packs import write

# In Jakarta, 1 March begins at 17:00 on 28 February in UTC.
BESIDE = Beside(markets=("ID",), time_zones={"ID": "Asia/Jakarta"})


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> tuple[FeedsGate, Path]:
    folder = tmp_path_factory.mktemp("times")
    landing = folder / "landing"
    land(landing, "creators", 1, [creator("A", market="ID")])
    land_headers(landing, 1, "contents", "appeals")
    was = violation(
        "restored", "A", decided_on="2026-03-01", status="restored", restored_at="2026-03-01T20:00:00+07:00"
    )
    land(landing, "violations", 1, [was])
    rows: Sequence[dict[str, str]] = [
        {"violation_id": "right", "decided_at": "2026-02-28T17:00:00Z"},
        {"violation_id": "other_day", "decided_at": "2026-02-28T16:59:59Z"},
        {"violation_id": "no_zone", "decided_at": "2026-03-01T09:30:00"},
        {"violation_id": "no_time", "decided_at": "yesterday"},
        {"violation_id": "by_time", "decided_on": "", "decided_at": "2026-02-28T17:30:00+00:00"},
        {"violation_id": "to_come", "decided_on": "", "decided_at": "2026-03-05T09:30:00+07:00"},
        {"violation_id": "restored_when", "status": "restored"},
        # It had been restored, and an old file lands again.
        {"violation_id": "restored"},
    ]
    land(landing, "violations", 2, [violation("plain", "A", decided_on="2026-03-01")], name="plain.csv")
    land(landing, "violations", 2, [{**violation("", "A"), "decided_on": "2026-03-01", **row} for row in rows])
    load(folder / "landed.duckdb", landing, night(2))
    take(folder / "landed.duckdb", folder / "warehouse.duckdb", night(2))
    told = validate_feeds(folder / "warehouse.duckdb", folder / "gate", night(2), BESIDE)
    return told, folder / "warehouse.duckdb"


def test_a_time_that_cannot_be_read_or_has_no_zone_costs_its_row(decided: tuple[FeedsGate, Path]) -> None:
    found = query(decided[1], "select row_key, column_name, rule from quarantine.rows order by all")
    assert found == [
        ("no_time", "decided_at", "decided_at is a moment with its time zone"),
        ("no_zone", "decided_at", "decided_at is a moment with its time zone"),
        ("restored", "violation_id", "what has come so far doesn't go back"),
        ("restored_when", "restored_on", "restored_on is there where status is restored"),
        ("to_come", "decided_at", "decided_at is not after the night it landed in"),
        ("to_come", "decided_on", "decided_on is not after the night it landed in"),
    ]


def test_the_day_is_in_the_markets_time_zone_and_a_time_of_another_day_is_left_out_and_counted(
    decided: tuple[FeedsGate, Path],
) -> None:
    gate, warehouse = decided
    found = query(warehouse, "select violation_id, decided_on, decided_at from accepted.violations order by all")
    assert found == [
        ("by_time", "2026-03-01", "2026-02-28T17:30:00+00:00"),
        ("other_day", "2026-03-01", None),
        ("plain", "2026-03-01", None),
        ("restored", "2026-03-01", None),
        ("right", "2026-03-01", "2026-02-28T17:00:00Z"),
    ]
    assert query(warehouse, "select restored_on from accepted.violations where status = 'restored'") == [
        ("2026-03-01",)
    ]
    assert [each for each in gate.warnings if "times" in each] == [
        "violations: 1 of 6 times in decided_at are of another day than decided_on in their market's time zone and"
        " aren't used; their rows count by their days. Ask the source which of the two is right",
    ]


def test_a_pack_says_the_time_zone_of_its_market_before_marketplace_yml_does(tmp_path: Path) -> None:
    """The days of ID are those of Jakarta, whatever is said of it elsewhere; TH, whose packs say none, has that."""
    landing = tmp_path / "landing"
    packs = [
        (PROJECT / "policies" / "takedowns.yml").read_text().replace("pack: takedowns", f"pack: {market}".lower())
        .replace("[world]", f"[{market}]").replace("timezone: UTC\n", said)
        for market, said in (("ID", "timezone: Asia/Jakarta\n"), ("TH", ""))
    ]  # fmt: skip
    for text in packs:
        write(tmp_path, text, f"{packs.index(text)}.yml")
    compile_packs(load_packs(tmp_path), tmp_path / "w.duckdb")
    land(landing, "creators", 1, [creator("A", market="ID"), creator("B", market="TH")])
    land_headers(landing, 1, "contents", "appeals")
    moment = {"decided_on": "", "decided_at": "2026-02-28T17:30:00Z"}
    land(landing, "violations", 2, [{**violation(f"v{each}", each), **moment} for each in ("A", "B")])
    load(tmp_path / "landed.duckdb", landing, night(2))
    take(tmp_path / "landed.duckdb", tmp_path / "w.duckdb", night(2))
    beside = Beside(time_zones={"ID": "America/Lima", "TH": "America/Lima"})
    validate_feeds(tmp_path / "w.duckdb", tmp_path / "gate", night(2), beside)
    assert query(tmp_path / "w.duckdb", "select violation_id, decided_on from accepted.violations order by all") == [
        ("vA", "2026-03-01"),
        ("vB", "2026-02-28"),
    ]


@pytest.mark.parametrize(
    ("deployment", "days"),
    [("Asia/Tokyo", ("2026-03-01", "2026-03-01")), ("America/Lima", ("2026-02-28", "2026-03-01"))],
)
def test_the_deployments_time_zone_is_that_of_a_market_of_which_nothing_says_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deployment: str, days: tuple[str, str]
) -> None:
    """Neither a pack of TH nor marketplace.yml says any; of ID, marketplace.yml does, wherever the deployment is."""
    packs = tmp_path / "packs"
    packs.mkdir()
    for market in ("TH", "ID"):
        text = (PROJECT / "policies" / "takedowns.yml").read_text()
        assert "timezone: UTC\n" in text
        text = text.replace("timezone: UTC\n", "").replace("[world]", f"[{market}]")
        write(packs, text.replace("pack: takedowns", f"pack: {market.lower()}"), f"{market}.yml")
    compile_packs(load_packs(packs), tmp_path / "w.duckdb")
    landing = tmp_path / "landing"
    land(landing, "creators", 1, [creator("A", market="TH"), creator("B", market="ID")])
    land_headers(landing, 1, "contents", "appeals")
    moment = {"decided_on": "", "decided_at": "2026-02-28T17:30:00Z"}
    land(landing, "violations", 2, [{**violation(f"v{each}", each), **moment} for each in ("A", "B")])
    load(tmp_path / "landed.duckdb", landing, night(2))
    take(tmp_path / "landed.duckdb", tmp_path / "w.duckdb", night(2))
    (packs / "marketplace.yml").write_text("violation_types: {copyright: Copies.}\ntime_zones: {ID: Asia/Jakarta}\n")
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    monkeypatch.setenv("EVENHAND_POLICIES", str(packs))
    monkeypatch.setenv("EVENHAND_TIMEZONE", deployment)
    beside = known_beside(night(2))
    validate_feeds(tmp_path / "w.duckdb", tmp_path / "gate", night(2), beside)
    found = query(tmp_path / "w.duckdb", "select decided_on from accepted.violations order by violation_id")
    assert found == [(day,) for day in days]
