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


def test_decisions_of_tonight_have_their_content_s_views(found: dict[str, Frame]) -> None:
    decisions = units(found["SG"], "decision")
    assert set(decisions) == {"v1"}
    assert decisions["v1"].exposure == 100
    assert decisions["v1"].confidence == pytest.approx(0.6)
    assert units(found["MY"], "decision")["w1"].exposure is None


def test_a_row_without_a_key_that_landed_before_keeps_no_decision_from_being_drawn(tmp_path: Path) -> None:
    """Gate 1 quarantines it, and it stays among what landed for as long as the installation is there."""
    landed = [*FACTS["landing.violations"], rows(decided_on="2026-03-01", landed_night=date(2026, 3, 1))]
    with opened(write(tmp_path / "w.duckdb", {**FACTS, "landing.violations": landed})) as connection:
        drawn = {each.market: set(units(each, "decision")) for each in frames(connection, NIGHT)}
    assert drawn == {"SG": {"v1"}, "MY": {"w1"}}


def test_new_penalties_need_decisions_and_have_their_mean_views(found: dict[str, Frame]) -> None:
    """v3 isn't needed, of v2 nobody knows: (100 + 30) / 2. p2 rests on no decision."""
    penalties = units(found["SG"], "penalty")
    assert {name: (each.subjects, each.exposure) for name, each in penalties.items()} == {"p1": (("v1", "v2"), 65)}
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
