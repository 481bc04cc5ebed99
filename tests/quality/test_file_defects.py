"""Random defects of files: each is loaded right, quarantined, held or told, and no market pays for another's."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from evenhand.landing.load import load
from evenhand.landing.window import take
from evenhand.policy.compile import compile_packs
from evenhand.policy.load import load_packs
from evenhand.quality.feeds import FeedsGate, validate_feeds
from landing.feeds import land_headers, night, query
from quality.file_defects import (
    FEEDS,
    FIRST,
    KINDS,
    PACK,
    TONIGHT,
    Defect,
    as_csv,
    draw_defect,
    make,
    path_of,
    rows_of,
    write,
)

# The last two have no defect; a defect puts files of others into the folder of Mx.
MARKETS = tuple(f"M{n}" for n in range(12))
CLEAN = ("Mx", "My")
# Short: as many as there are markets. Long: each kind three times and more.
SHORT, LONG = 12, 200


@dataclass(frozen=True)
class Night:
    """What gate 1 made of a night."""

    gate: FeedsGate
    accepted: dict[str, dict[str, set[tuple[object, ...]]]]
    quarantined: Sequence[str]

    def of(self, market: str) -> dict[str, set[tuple[object, ...]]]:
        return self.accepted[market]

    def held(self) -> dict[str, str]:
        return {each.market: str(each) for each in self.gate.held}


def _decide(folder: Path, defects: Sequence[Defect] = ()) -> Night:
    landing, warehouse = folder / "landing", folder / "warehouse.duckdb"
    (folder / "policies").mkdir(parents=True)
    (folder / "policies" / "everything.yml").write_text(PACK.format(markets=", ".join((*MARKETS, *CLEAN))))
    land_headers(landing, FIRST, "contents")
    for market in (*MARKETS, *CLEAN):
        for feed in FEEDS:
            for day in (FIRST, TONIGHT):
                write(path_of(landing, market, feed, day), as_csv(rows_of(market, feed, day)))
    load(folder / "landed.duckdb", landing, night(FIRST))
    for defect in defects:
        make(defect, landing)
    load(folder / "landed.duckdb", landing, night(TONIGHT))
    take(folder / "landed.duckdb", warehouse, night(TONIGHT))
    compile_packs(load_packs(folder / "policies"), warehouse)
    gate = validate_feeds(warehouse, folder / "gate", night(TONIGHT))
    accepted: dict[str, dict[str, set[tuple[object, ...]]]] = {
        market: {feed: set() for feed in FEEDS} for market in (*MARKETS, *CLEAN)
    }
    for feed in FEEDS:
        rows = query(warehouse, f"select account_id, * exclude (landed_file, landed_row) from accepted.{feed}")
        for account, *row in rows:
            accepted[str(account).partition("-")[0]][feed].add(tuple(row))
    names = [str(name) for (name,) in query(warehouse, "select distinct landed_file from quarantine.rows order by all")]
    shutil.rmtree(folder)
    return Night(gate, accepted, names)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Night:
    found = _decide(tmp_path_factory.mktemp("clean"))
    assert not found.gate.held
    assert not found.quarantined
    assert {market: {feed: len(rows) for feed, rows in feeds.items()} for market, feeds in found.accepted.items()} == {
        market: {"creators": 100, "violations": 120, "appeals": 120, "metrics": 120} for market in (*MARKETS, *CLEAN)
    }
    return found


def _wrong(defect: Defect, found: Night, clean: Night) -> str:
    """What came out of a defect, where that isn't what may; empty where it is."""
    market = defect.market
    said = [each for each in found.gate.warnings if f"market={market}/" in each or each.startswith(f"{market}:")]
    # What names no market in its path.
    others = {
        "the folder of another market": "rows are of other markets",
        "a night that is none": f"is no day: the folders of a feed are named night=YYYY-MM-DD; 1 file lies in it,"
        f" market={market}/rows.csv",
    }
    named = [each for each in found.gate.warnings if others.get(defect.kind, "-") in each]
    outcomes = {
        "held": market in found.held(),
        "quarantined": any(f"market={market}/" in name for name in found.quarantined),
        "told": bool(said) or (defect.kind in others and bool(named)),
        "loaded": found.of(market) == clean.of(market),
    }
    came = {name for name, is_so in outcomes.items() if is_so}
    if not came & set(defect.may):
        return f"{defect}: {', '.join(sorted(came)) or 'passed silently'}, and not {' or '.join(defect.may)}"
    if "held" in came and "held" not in defect.may:
        return f"{defect}: {found.held()[market]}"
    if "loaded" in defect.may and not outcomes["loaded"]:
        return f"{defect}: rows are otherwise than in the clean night"
    if not outcomes["loaded"] and came <= {"loaded"}:
        return f"{defect}: passed silently"
    return ""


def _try(folder: Path, clean: Night, defects: Sequence[Defect]) -> list[str]:
    found = _decide(folder, defects)
    touched = {defect.market for defect in defects}
    wrong = [said for defect in defects if (said := _wrong(defect, found, clean))]
    for market in sorted({*MARKETS, *CLEAN} - touched):
        if found.of(market) != clean.of(market):
            wrong.append(f"{market} pays for one of {', '.join(map(str, defects))}")
        if market in found.held():
            wrong.append(f"{market} is held for one of {', '.join(map(str, defects))}: {found.held()[market]}")
    return wrong


def test_a_dozen_defects_each_in_a_market(tmp_path: Path, clean: Night) -> None:
    # A kind of each group, whatever is drawn elsewhere.
    step = len(KINDS) // SHORT
    defects = [draw_defect(n * step, market) for n, market in enumerate(MARKETS)]
    assert _try(tmp_path, clean, defects) == []


@pytest.mark.soak
@pytest.mark.parametrize("first", range(0, LONG, 4))
def test_two_hundred_defects(tmp_path: Path, clean: Night, first: int) -> None:
    assert _try(tmp_path, clean, [draw_defect(first + n, MARKETS[n * 3]) for n in range(4)]) == []
