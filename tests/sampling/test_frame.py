"""What can be drawn of a night, by a handful of rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from evenhand.sampling.draw import Unit
from evenhand.sampling.frame import frames
from evenhand.sampling.plan import Frame
from sampling.night_facts import FACTS, NIGHT, entries
from sampling.warehouse import rows, write


def opened(warehouse: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(warehouse), read_only=True)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Frame]]:
    with opened(write(tmp_path_factory.mktemp("night") / "w.duckdb", FACTS)) as connection:
        yield {each.market: each for each in frames(connection, NIGHT)}


def units(frame: Frame, *kinds: str) -> dict[str, Unit]:
    return {each.unit_id: each for each in frame.units if each.kind in kinds}


def test_contents_that_gained_views_tonight_are_drawn_by_how_many(found: dict[str, Frame]) -> None:
    seen = {name: each.exposure for name, each in units(found["SG"], "content", "live").items()}
    assert seen == {"c1": 40, "c2": 7, "c4": None, "l1": 30}


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_views_are_gained_since_the_newest_good_row_wherever_it_lay(tmp_path: Path, order: tuple[int, ...]) -> None:
    """Of four rows of one night and the night before: the later change says 60, and what is quarantined nothing."""
    said = [
        rows(views="70", updated_at="2026-03-27T01:00:00Z", landed_night=date(2026, 3, 27)),
        rows(views="60", updated_at="2026-03-27T02:00:00Z", landed_night=date(2026, 3, 27)),
        rows(views="90", updated_at="2026-03-27T03:00:00Z", landed_night=date(2026, 3, 27), landed_file="bad"),
        rows(views="80", updated_at="2026-03-26T09:00:00Z", landed_night=date(2026, 3, 26)),
    ]
    before = [
        {"landed_file": "f", **said[which], "content_id": "c1", "landed_row": at} for at, which in enumerate(order)
    ]
    bad = [rows(feed="contents", landed_file="bad", landed_row=order.index(2))]
    facts = {**FACTS, "candidates.contents": before, "quarantine.bad": bad}
    with opened(write(tmp_path / "w.duckdb", facts)) as connection:
        frame = next(each for each in frames(connection, NIGHT) if each.market == "SG")
    assert units(frame, "content")["c1"].exposure == 40


def test_decisions_of_tonight_have_what_their_content_gained(found: dict[str, Frame]) -> None:
    decisions = units(found["SG"], "decision")
    assert set(decisions) == {"v1"}
    assert decisions["v1"].exposure == 40
    assert decisions["v1"].confidence == pytest.approx(0.6)
    assert units(found["MY"], "decision")["w1"].exposure is None


def test_a_decision_has_what_its_content_gained_with_its_newest_row_whenever_that_landed(tmp_path: Path) -> None:
    """c5 had 50 views yesterday and 35 before; what it lost nobody saw, and who was never counted has none."""
    decided = [
        rows(violation_id=f"x{n}", account_id="a1", content_id=f"c{n}", decided_on=NIGHT, landed_night=NIGHT)
        for n in (3, 4, 5)
    ]
    landed = [
        rows(content_id="c5", views="35", landed_night=date(2026, 3, 20)),
        rows(content_id="c5", views="50", landed_night=date(2026, 3, 27)),
        rows(content_id="c3", views="12", landed_night=date(2026, 3, 20)),
    ]
    facts = {**FACTS, "main.stg_violations": decided, "candidates.contents": landed}
    with opened(write(tmp_path / "w.duckdb", facts)) as connection:
        frame = next(each for each in frames(connection, NIGHT) if each.market == "SG")
    assert {name: each.exposure for name, each in units(frame, "decision").items()} == {
        "x3": None,
        "x4": None,
        "x5": 15,
    }


def test_a_row_without_a_key_that_landed_before_keeps_no_decision_from_being_drawn(tmp_path: Path) -> None:
    """Gate 1 quarantines it, and it stays among what landed for as long as the installation is there."""
    landed = [*FACTS["candidates.violations"], rows(decided_on="2026-03-01", landed_night=date(2026, 3, 1))]
    with opened(write(tmp_path / "w.duckdb", {**FACTS, "candidates.violations": landed})) as connection:
        drawn = {each.market: set(units(each, "decision")) for each in frames(connection, NIGHT)}
    assert drawn == {"SG": {"v1"}, "MY": {"w1"}}


def test_new_penalties_need_decisions_and_have_their_mean_views(found: dict[str, Frame]) -> None:
    """v3 isn't needed, of v2 nobody knows: (40 + 30) / 2. p2 rests on no decision."""
    penalties = units(found["SG"], "penalty")
    assert {name: (each.subjects, each.exposure) for name, each in penalties.items()} == {"p1": (("v1", "v2"), 35)}
    assert found["SG"].without_events == 1
    assert found["SG"].measures["p1"] == "no_live"


def test_a_penalty_with_more_than_enough_decisions_has_them_all_looked_at(tmp_path: Path) -> None:
    """Without any one of v1, v2 and v3 it would stand: nobody can say of one alone that it is needed."""
    surplus = [rows(reason_id="r1", list="penalties", entries=entries(("v1", False), ("v2", False), ("v3", False)))]
    with opened(write(tmp_path / "w.duckdb", {**FACTS, "main.reasons": surplus})) as connection:
        frame = next(each for each in frames(connection, NIGHT) if each.market == "SG")
    assert units(frame, "penalty")["p1"].subjects == ("v1", "v2", "v3")
    assert frame.surplus == {"p1", "p2"}


def test_a_rule_is_new_for_fourteen_nights_if_it_is_otherwise_than_before(found: dict[str, Frame]) -> None:
    assert units(found["SG"], "decision")["v1"].is_new
    # Its pack began on the 1st, 27 nights ago.
    assert not units(found["MY"], "decision")["w1"].is_new


def test_risk_is_the_share_found_in_its_segment_shrunk_to_its_market_and_that_to_all(found: dict[str, Frame]) -> None:
    """By hand: of all, (3 + 1/2) / (4 + 1) = 0.7; of SG (3/4 · 2 + 0.7 · 50) / 52; of the segment likewise to that."""
    of_sg = (0.75 * 2 + 0.7 * 50) / 52
    contents = units(found["SG"], "content", "live")
    assert contents["c1"].risk == pytest.approx((0.75 * 2 + of_sg * 50) / 52, abs=1e-6)
    assert contents["c2"].risk == pytest.approx(of_sg, abs=1e-6)
    # Nobody reviewed a decision.
    assert units(found["SG"], "decision")["v1"].risk == 0.5


def test_items_have_the_link_of_what_they_are_on(found: dict[str, Frame]) -> None:
    assert (found["SG"].links["c1"], found["SG"].links["v1"], found["SG"].links["c2"]) == (
        *["https://x.test/1"] * 2, "",
    )  # fmt: skip
    assert [each.golden_id for each in found["SG"].golden] == ["g1", "g2"]


def test_a_night_without_any_of_it_has_nothing_to_draw(tmp_path: Path) -> None:
    with opened(write(tmp_path / "w.duckdb", {})) as connection:
        assert frames(connection, NIGHT) == []
