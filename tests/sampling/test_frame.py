"""What can be drawn of a night, by a handful of rows; and what `evenhand qa draw` says of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.sampling.draw import Unit
from evenhand.sampling.frame import frames
from evenhand.sampling.plan import Frame
from sampling.warehouse import rows, write

NIGHT = date(2026, 3, 28)
BEFORE = date(2026, 3, 27)


def entries(*needed: tuple[str, bool | None]) -> str:
    return json.dumps([{"violation": violation, "needed": is_needed, "rule": "r"} for violation, is_needed in needed])


# Of SG: c1 was seen 40 times since yesterday, c2 is new, c3 gained nothing, c4 tells no views. MY tells none at all.
FACTS: Mapping[str, Sequence[Mapping[str, object]]] = {
    "main.stg_creators": [
        rows(account_id="a1", market="SG", category="home"),
        rows(account_id="b1", market="MY", category="home"),
    ],
    "main.stg_contents": [
        rows(content_id="c1", account_id="a1", kind="short_video", views=100, link="https://x.test/1",
             landed_night=NIGHT),
        rows(content_id="c2", account_id="a1", kind="short_video", views=7, category="beauty", landed_night=NIGHT),
        rows(content_id="c3", account_id="a1", kind="short_video", views=9, landed_night=NIGHT),
        rows(content_id="c4", account_id="a1", kind="short_video", landed_night=NIGHT),
        rows(content_id="c5", account_id="a1", kind="short_video", views=50, landed_night=BEFORE),
        rows(content_id="d1", account_id="b1", kind="short_video", landed_night=BEFORE),
    ],
    "main.stg_lives": [rows(live_id="l1", account_id="a1", viewers=30, landed_night=NIGHT)],
    "landing.contents": [
        rows(content_id="c1", views="20", landed_night=date(2026, 3, 20), landed_row=1),
        rows(content_id="c1", views="60", landed_night=BEFORE, landed_row=1),
        rows(content_id="c3", views="9", landed_night=BEFORE, landed_row=2),
    ],
    "main.stg_violations": [
        rows(violation_id="v1", account_id="a1", content_id="c1", decided_on=NIGHT, confidence=0.6, landed_night=NIGHT),
        rows(violation_id="v2", account_id="a1", live_id="l1", decided_on=BEFORE, landed_night=BEFORE),
        # Landed again as it was decided before; taken back; not decided.
        rows(violation_id="v3", account_id="a1", content_id="c2", decided_on=BEFORE, landed_night=NIGHT),
        rows(violation_id="v4", account_id="a1", content_id="c2", decided_on=NIGHT, restored_on=NIGHT,
             landed_night=NIGHT),
        rows(violation_id="v5", account_id="a1", content_id="c2", landed_night=NIGHT),
        rows(violation_id="w1", account_id="b1", content_id="d1", decided_on=NIGHT, landed_night=NIGHT),
    ],
    "landing.violations": [rows(violation_id="v3", decided_on="2026-03-27", landed_night=BEFORE)],
    "main.penalties": [
        rows(row_key="p1", account_id="a1", market="SG", measure="no_live", reason_id="r1"),
        rows(row_key="p2", account_id="a1", market="SG", reason_id="r2"),
        rows(row_key="p3", account_id="a1", market="SG", reason_id="r1"),
    ],
    "main.penalty_changes": [
        rows(row_key="p1", change="new"), rows(row_key="p2", change="new"), rows(row_key="p3", change="kept"),
    ],
    "main.reasons": [
        rows(reason_id="r1", list="penalties", entries=entries(("v1", True), ("v2", None), ("v3", False))),
        rows(reason_id="r2", list="penalties", entries="[]"),
    ],
    "accepted.golden_items": [
        rows(golden_id="g1", account_id="a1", subject="c5"),
        rows(golden_id="g2", account_id="a1", subject="v1"),
    ],
    # Version 2 has another amount for fraud and leaves spam; MY's pack is new.
    "policy.entry_rules": [
        rows(market=market, pack="p", version=version, effective_from=since, effective_before=until, rule_no=number,
             programme="strikes", rule=rule, amount=amount)
        for market, version, since, until, number, rule, amount in [
            ("SG", 1, date(2026, 1, 1), date(2026, 3, 20), 1, "fraud", 1),
            ("SG", 1, date(2026, 1, 1), date(2026, 3, 20), 2, "spam", 1),
            ("SG", 2, date(2026, 3, 20), None, 2, "fraud", 2),
            ("SG", 2, date(2026, 3, 20), None, 1, "spam", 1),
            ("MY", 1, date(2026, 3, 1), None, 1, "spam", 1),
        ]
    ],
    "main.int_ledger_entries": [
        rows(violation_id="v1", market="SG", programme="strikes", rule="fraud"),
        rows(violation_id="w1", market="MY", programme="strikes", rule="spam"),
    ],
    # 1 of 2 in breach, the one that was found standing for 3: a share of 3 / 4 of SG's short videos on home.
    "main.stg_qa_reviews": [
        rows(drawn_from="published", account_id="a1", content_id="c1", reviewed_on=NIGHT, is_violation=True, round=1,
             inclusion_probability=1 / 3),
        rows(drawn_from="published", account_id="a1", content_id="c3", reviewed_on=NIGHT, is_violation=False),
        rows(drawn_from="published", account_id="a1", content_id="c3", reviewed_on=date(2026, 2, 28),
             is_violation=True),
        rows(drawn_from="published", account_id="a1", content_id="c3", reviewed_on=NIGHT, is_violation=True, round=2),
    ],
}  # fmt: skip


def opened_to_write(warehouse: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(warehouse))


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


def test_what_has_no_link_has_the_one_of_the_settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_ITEM_LINK", "https://review.test/?item={subject}")
    links = {line.split("\t")[1] for line in said("--budget", "50", "--market", "SG", "--items").splitlines()}
    assert {"https://x.test/1", "https://review.test/?item=c2", "https://review.test/?item=v2"} <= links


def test_a_night_without_any_of_it_has_nothing_to_draw(tmp_path: Path) -> None:
    with opened(write(tmp_path / "w.duckdb", {})) as connection:
        assert frames(connection, NIGHT) == []


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    (tmp_path / "releases" / f"night={NIGHT}").mkdir(parents=True)
    write(tmp_path / "nights" / f"night={NIGHT}" / "warehouse.duckdb", FACTS)
    return tmp_path


def said(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["qa", "draw", *words])
    assert done.exit_code == code, done.output
    return done.output


def test_the_command_shows_the_draw_and_writes_nothing(home: Path) -> None:
    before = sorted(home.rglob("*"))
    told = said("--night", str(NIGHT), "--budget", "10", "--market", "SG")
    assert "SG: 7 items of 10, of them 1 golden and 1 for a second review." in told
    assert "Not drawn, for they rest on no decision: 1 penalty." in told
    assert said("--budget", "10", "--market", "SG") == told
    assert sorted(home.rglob("*")) == before


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_market_whose_draw_fails_is_told_beside_those_of_the_others(home: Path) -> None:
    with opened_to_write(home / "nights" / f"night={NIGHT}" / "warehouse.duckdb") as connection:
        connection.execute("alter table stg_contents alter views type double")
        connection.execute(
            "insert into stg_contents (content_id, account_id, kind, views, landed_night)"
            " select 'e' || n, 'b1', 'short_video', 1e308, ? from range(20) as many(n)",
            [NIGHT],
        )
    told = said("--budget", "10")
    assert "nothing can be drawn in MY on 2026-03-28, for what landed of it makes its draw fail." in told
    assert "SG: 7 items of 10" in told
    assert "nothing can be drawn in MY" in said("--budget", "10", "--market", "MY", code=1)


def test_the_list_is_items_and_links_alone_and_json_has_the_key(home: Path) -> None:
    lines = [line.split("\t") for line in said("--budget", "10", "--items").splitlines()]
    assert {len(line) for line in lines} == {2}
    told = json.loads(said("--budget", "10", "--json"))
    assert [each["market"] for each in told] == ["MY", "SG"]
    assert {item["item_id"] for each in told for item in each["items"]} == {item for item, _ in lines}
    assert all(0 < key["probability"] <= 1 for each in told for key in each["key"] if key["stratum"] != "golden")


def test_json_has_no_key_of_what_reviewers_are_asked_about(home: Path) -> None:
    def subjects() -> set[str]:
        return {key["subject"] for each in json.loads(said("--budget", "50", "--json")) for key in each["key"]}

    assert {"c1", "c2", "w1"} <= subjects()
    duckdb.sql("select 'SG' as market, 'c1' as subject, '' as link, 'open' as state").write_parquet(
        str(home / "releases" / f"night={NIGHT}" / "qa_keys.parquet")
    )
    assert "c1" not in subjects()
    assert {"c2", "v1", "w1"} <= subjects()
    # A night that an earlier version released says nothing of it.
    (home / "releases" / "night=2026-03-29").mkdir()
    assert "c1" not in {
        key["subject"]
        for each in json.loads(said("--night", str(NIGHT), "--budget", "50", "--json"))
        for key in each["key"]
    }
    # The decision v1 has the link of its content.
    (home / "releases" / "night=2026-03-29").rmdir()
    duckdb.sql("select 'SG' as market, 'c1' as subject, 'https://x.test/1' as link, 'open' as state").write_parquet(
        str(home / "releases" / f"night={NIGHT}" / "qa_keys.parquet")
    )
    assert {"c1", "v1"}.isdisjoint(subjects())
    assert {"c2", "w1"} <= subjects()


def test_json_has_no_key_of_golden_items(home: Path) -> None:
    """c5 is golden and nothing else that is drawn; v1 is drawn itself, too, and told as that."""
    keys = [key for each in json.loads(said("--budget", "50", "--json")) for key in each["key"]]
    assert "golden" not in {key["stratum"] for key in keys}
    assert "c5" not in {key["subject"] for key in keys}
    assert "v1" in {key["subject"] for key in keys}


def test_what_cannot_be_drawn_is_said(home: Path) -> None:
    assert "there is nothing to draw in TH" in said("--budget", "10", "--market", "TH", code=1)
    assert "isn't released" in said("--budget", "10", "--night", "2026-03-01", code=1)
    assert said("--budget", "0", code=2)
    (home / "nights" / f"night={NIGHT}" / "warehouse.duckdb").unlink()
    assert "evenhand nightly 2026-03-28 computes it again" in " ".join(said("--budget", "10", code=1).split())


def test_a_night_that_is_worked_on_or_not_whole_is_said(home: Path) -> None:
    work = home / "nights" / f"night={NIGHT}" / "warehouse.duckdb"
    holding = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(work)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout and other.stdin
        other.stdout.readline()
        assert "is being worked on" in said("--budget", "10", code=1)
        other.stdin.close()
    with opened_to_write(work) as connection:
        connection.execute("drop table main.penalty_changes")
    assert "isn't computed whole" in said("--budget", "10", code=1)
    work.write_text("no database")
    assert "can't be read" in said("--budget", "10", code=1)


def test_a_link_is_a_line_whatever_is_in_it(home: Path) -> None:
    with opened_to_write(home / "nights" / f"night={NIGHT}" / "warehouse.duckdb") as connection:
        connection.execute("update stg_contents set link = ?", ["https://x.test/\t\n\x1b[31m1"])
    lines = said("--budget", "50", "--items").splitlines()
    assert all(line.count("\t") == 1 and "\x1b" not in line for line in lines)
