"""Files that land in the folder of a night that was released: what is wrong with them is found as of any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand.landing.load import load
from evenhand.landing.window import take
from evenhand.policy.compile import compile_packs
from evenhand.policy.load import load_packs
from evenhand.quality.feeds import Beside, FeedsGate, validate_feeds
from landing.feeds import creator, land, land_headers, night, query, violation

PACK = """\
pack: everything
version: 1
markets: [ID, MY, PH, SG, TH, VN]
effective_from: 2026-01-01
appeal_route: Write to us.
measures: [warning]
programmes:
  strikes:
    unit: strikes
    entries: [{rule: strike, violation_types: [copyright], amount: 1}]
    zones: [{zone: fine}]
"""
LATE, TONIGHT = 22, 29


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> FeedsGate:
    folder = tmp_path_factory.mktemp("late")
    landing, store, warehouse = folder / "landing", folder / "landed.duckdb", folder / "warehouse.duckdb"
    (folder / "policies").mkdir()
    (folder / "policies" / "everything.yml").write_text(PACK)
    land_headers(landing, 1, "contents", "appeals")
    land(landing, "violations", 1, [violation(f"SG-0-{n}", "SG") for n in range(10_001)], name="market=SG/rows.csv")
    land(landing, "creators", 1, [creator(market, market=market) for market in ("ID", "MY", "PH", "SG", "TH", "VN")])
    # Thailand's violations have come each week, and one file of Malaysia's is all bad.
    for day in (1, 8, 15, 22):
        rows = [violation(f"TH-{day}-{n}", "TH") for n in range(20)]
        land(landing, "violations", day, rows, name="market=TH/rows.csv")
    known_bad = [violation(f"MY-{n}", "MY", decided_on="yesterday") for n in range(30)]
    land(landing, "violations", LATE, known_bad, name="market=MY/rows.csv")
    load(store, landing, night(LATE))
    released = {
        str(name): str(sha256) for name, sha256 in query(store, "select landed_file, sha256 from landing.files")
    }

    late = {
        "ID": [violation(f"ID-{n}", "ID", decided_on="29.03.2026") for n in range(30)],
        "VN": [violation(f"VN-{n}", "VN", violation_type="Copyright ") for n in range(30)],
        "TH": [violation("TH-late", "TH")],
        # Of as many as were never there, all are right.
        "SG": [violation(f"SG-{n}", "SG") for n in range(10_001)],
        "PH": [violation("TH-in-PH", "TH"), *(violation(f"PH-{n}", "PH") for n in range(30))],
    }
    for market, rows in late.items():
        land(landing, "violations", LATE, rows, name=f"market={market}/late.csv")
    (landing / "violations" / f"night={night(LATE)}" / "market=MY" / "rows.csv").rename(
        landing / "violations" / f"night={night(LATE)}" / "market=MY" / "renamed.csv"
    )
    # What took the place of the first night's backfill is no flood.
    land(landing, "violations", 1, [violation(f"SG-0-{n}", "SG") for n in range(10_002)], name="market=SG/rows.csv")
    land_headers(landing, TONIGHT, "violations")
    load(store, landing, night(TONIGHT))
    take(store, warehouse, night(TONIGHT))
    compile_packs(load_packs(folder / "policies"), warehouse)
    return validate_feeds(warehouse, folder / "gate", night(TONIGHT), Beside(files=released))


def test_a_market_is_held_for_what_lands_late_and_for_what_doesnt_land_at_all(gate: FeedsGate) -> None:
    held = {each.market: each.why for each in gate.held}
    # What was known under another name doesn't hold Malaysia once more.
    assert sorted(held) == ["ID", "SG", "TH", "VN"]
    assert held["ID"].startswith(
        "30 of 30 rows of violations of 2026-03-22, which landed late, are bad; the first: violations/night=2026-03-22/"
        "market=ID/late.csv, row 1, decided_on: decided_on is a day."
    )
    assert held["SG"].startswith(
        "10001 rows of violations of 2026-03-22 landed late, and the largest of the last 28 nights had 0"
    )
    assert "`Copyright ` in 30 rows (is `copyright` meant?); 30 of 30 rows" in held["VN"]
    # A row that comes late for a week ago is none of tonight.
    assert held["TH"].startswith("no row of violations landed, and at least 20 did on each of the last four nights")


def test_rows_of_another_market_are_told_of_a_file_that_landed_late_and_count_as_none_of_tonight(
    gate: FeedsGate,
) -> None:
    assert [each for each in gate.warnings if "another market" in each] == [
        "violations/night=2026-03-22/market=PH/late.csv: 1 row is of another market than PH; it counts there"
    ]
    assert gate.feeds["violations"].arrived == 0


def test_where_all_nights_before_were_replaced_tonight_is_compared_with_what_took_their_place(
    tmp_path: Path,
) -> None:
    landing, store, warehouse = tmp_path / "landing", tmp_path / "landed.duckdb", tmp_path / "warehouse.duckdb"
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "everything.yml").write_text(PACK)
    land_headers(landing, 1, "contents", "appeals", "violations")
    land(landing, "creators", 1, [creator(market, market=market) for market in ("SG", "TH")])

    def land_as_always(more: int) -> None:
        for market in ("SG", "TH"):
            for day in (8, 15, 22):
                rows = [violation(f"{market}-{day}-{n}", market) for n in range(900 if market == "SG" else 2)]
                rows += [violation(f"{market}-{day}-more-{n}", market) for n in range(more)]
                land(landing, "violations", day, rows, name=f"market={market}/rows.csv")

    land_as_always(more=0)
    load(store, landing, night(LATE))
    released = {
        str(name): str(sha256) for name, sha256 in query(store, "select landed_file, sha256 from landing.files")
    }
    land_as_always(more=1)
    for market in ("SG", "TH"):
        rows = [violation(f"{market}-{TONIGHT}-{n}", market) for n in range(10_001)]
        land(landing, "violations", TONIGHT, rows, name=f"market={market}/rows.csv")
    load(store, landing, night(TONIGHT))
    take(store, warehouse, night(TONIGHT))
    compile_packs(load_packs(tmp_path / "policies"), warehouse)

    found = validate_feeds(warehouse, tmp_path / "gate", night(TONIGHT), Beside(files=released))

    assert [(each.market, each.why.split(". ")[0]) for each in found.held] == [
        ("TH", "10001 rows of violations landed, and the largest of the last 28 nights had 3")
    ]
