"""Gate 1 as it is run: what is accepted, what is quarantined and comes back, and who is held.

A run takes Great Expectations seconds, so the tests look at few runs and share them.

Longer than other files, for the few runs that its tests share are made here.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from evenhand.landing.ahead import note_ahead
from evenhand.landing.contracts import CONTENTS, CREATORS, VIOLATIONS
from evenhand.landing.held_markets import held_markets
from evenhand.landing.load import load
from evenhand.landing.window import take
from evenhand.quality.feeds import Beside, FeedCounts, FeedsGate, validate_feeds
from evenhand.quality.held_before import HeldBefore
from landing.feeds import (
    activity,
    appeal,
    content,
    creator,
    land,
    land_headers,
    land_text,
    measurement,
    night,
    queries,
    query,
    violation,
)


@dataclass(frozen=True)
class Outcome:
    """What one run of the gate left."""

    gate: FeedsGate
    accepted: dict[str, list[tuple[object, ...]]]
    quarantined: list[tuple[object, ...]]
    page: str
    results: dict[str, Any]

    def keys(self, feed: str) -> list[object]:
        return [row[3] for row in self.accepted[feed]]

    def why(self) -> set[tuple[object, ...]]:
        """Feed, key, column and rule of every bad row."""
        return {row[1:5] for row in self.quarantined}


# Feeds that may be absent, and are.
ABSENT = ("lives", "trainings", "orders", "user_reports", "qa_reviews", "creator_contacts", "golden_items")


class House:
    """A landing folder and the warehouses that its nights are worked on in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.landing = folder / "landing"

    def run(self, day: int, warehouse: str = "it's a warehouse.duckdb", beside: Beside | None = None) -> Outcome:
        path = self.folder / warehouse
        load(self.folder / "landed.duckdb", self.landing, night(day))
        note_ahead(self.folder / "landed.duckdb", self.landing, night(day), today=night(30))
        take(self.folder / "landed.duckdb", path, night(day))
        gate = validate_feeds(path, self.folder / "gate 1", night(day), beside)
        of_quarantine = "from quarantine.rows order by feed, landed_file, landed_row, column_name, rule"
        found = queries(path, {**{feed: f"from accepted.{feed}" for feed in gate.feeds}, "quarantined": of_quarantine})
        return Outcome(
            gate=gate,
            quarantined=found.pop("quarantined"),
            accepted=found,
            page=gate.page.read_text(),
            results=json.loads(gate.page.with_name("results.json").read_text()),
        )


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    house = House(tmp_path_factory.mktemp("house"))
    landing = house.landing
    # The same weekday as the 29th, four times.
    for day in (1, 8, 15, 22):
        land_headers(landing, day, "creators", "violations", "appeals")
        land(landing, "contents", day, [content(f"C{day}", "A1")])
    land(landing, "creators", 1, [creator("A1", market="before"), creator("A2")])
    land(landing, "contents", 22, [content("C22", "A1"), content("C1-of-B1", "B1")])

    land(
        landing,
        "creators",
        29,
        [
            creator("A1", kind="robot"),
            creator("B1", market=""),
            creator("B2", kind="robot"),
            creator("B3", onboarded_on="2026-3-1"),
            creator("B4", onboarded_on="2026-03-30"),
            creator("B5", language="en"),
            creator("B5", language="de"),
            creator("B6"),
            creator("B6"),
            creator("", market="keyless"),
            creator("B7", kind="", onboarded_on="2026-02-30"),
        ],
    )
    land(landing, "creators", 29, [creator("B6")], name="the same again.csv")
    land(landing, "contents", 29)
    land(
        landing,
        "violations",
        29,
        [
            violation("V1", "A1", content_id="C1"),
            violation("V2", "nobody"),
            violation("V3", "A2", content_id="C1-of-B1"),
            violation("V4", "B1"),
            violation("V5", "A1", violation_type=""),
            violation("V6", "A1", points="ten"),
            violation("V7", "A1", points="2.5", severity="grave"),
        ],
    )
    land(
        landing,
        "appeals",
        29,
        [
            appeal("P1", "V1", "A1"),
            appeal("P2", "", "A1"),
            appeal("P3", "V1", "A1", outcome="granted"),
            appeal("P4", "V4", "B1"),
            appeal("P5", "V9", "A2"),
            appeal("P6", "V1", "A2"),
        ],
    )

    land(
        landing,
        "creators",
        30,
        [creator("A1", market="after"), creator("B1"), creator("B2"), creator("B5", language="de")],
    )
    land(landing, "violations", 30, [violation("V2", "A1"), violation("V1", "A1", decided_on="2026-04-01")])
    land(
        landing,
        "appeals",
        30,
        [
            appeal("P3", "V1", "A1", outcome="granted", decided_on="2026-03-30"),
            appeal("P1", "V1", "A1", outcome="denied"),
        ],
    )
    # The first night of two feeds that may be absent.
    land(
        landing,
        "activities",
        30,
        [
            activity("D1", "A1", quantity="3", violation_id="V7", content_id="C1"),
            activity("D2", "nobody"),
            activity("D3", "A1", violation_id="V5"),
            activity("D4", "A1", quantity="1e3", content_id="C99", on_day="2026-03-31"),
            activity("D5", "A2", violation_id="V7"),
        ],
    )
    land(
        landing,
        "metrics",
        30,
        [
            measurement("M1", "A1", value="0.0425"),
            measurement("M2", "A1"),
            measurement("M3", "B3", value="4%"),
        ],
    )
    # Of a night that hasn't come.
    land(landing, "violations", 31, [violation("V8", "A1")], name="market=before/rows.csv")
    return house


@pytest.fixture(scope="module")
def of_29(house: House) -> Outcome:
    return house.run(29)


@pytest.fixture(scope="module")
def of_30(house: House, of_29: Outcome) -> Outcome:
    return house.run(30)


def _broken(page: str, rule: str) -> str:
    """What a page says of a rule that is broken."""
    (said,) = [each for each in re.findall("<article>.*?</article>", page, re.DOTALL) if f"<h3>{rule}</h3>" in each]
    return str(said)


BECAUSE_OF_29 = {
    ("creators", "A1", "kind", "kind is one of creator, affiliate, marketing, official_shop, seller, platform"),
    ("creators", "B1", "market", "market is there"),
    ("creators", "B2", "kind", "kind is one of creator, affiliate, marketing, official_shop, seller, platform"),
    ("creators", "B3", "onboarded_on", "onboarded_on is a day"),
    ("creators", "B4", "onboarded_on", "onboarded_on is not after the night it landed in"),
    ("creators", "B5", "account_id", "one version of a key per night, or each with its own updated_at"),
    ("creators", None, "account_id", "account_id is there"),
    ("creators", "B7", "kind", "kind is there"),
    ("creators", "B7", "onboarded_on", "onboarded_on is a day"),
    ("contents", "C1-of-B1", "account_id", "account_id is in creators"),
    ("violations", "V2", "account_id", "account_id is in creators"),
    ("violations", "V3", "content_id", "content_id is in contents"),
    ("violations", "V4", "account_id", "account_id is in creators"),
    ("violations", "V5", "violation_type", "violation_type is there"),
    ("violations", "V6", "points", "points is a number"),
    ("appeals", "P2", "violation_id", "violation_id is there"),
    ("appeals", "P3", "decided_on", "decided_on is there unless outcome is pending"),
    ("appeals", "P4", "violation_id", "violation_id is in violations"),
    ("appeals", "P4", "account_id", "account_id is in creators"),
    ("appeals", "P5", "violation_id", "violation_id is in violations"),
    ("appeals", "P6", "violation_id", "violation_id is of the same account_id"),
}


AHEAD = (
    "violations/night=2026-03-31: this night hasn't come, so nothing looks at market=before/rows.csv. If the day is"
    " wrong, rename the folder"
)


def test_bad_rows_are_quarantined_with_feed_key_column_and_rule(of_29: Outcome) -> None:
    assert of_29.why() == BECAUSE_OF_29
    b1 = next(row for row in of_29.quarantined if row[2] == "B1")
    assert b1 == (
        night(29),
        "creators",
        "B1",
        "market",
        "market is there",
        "The row has no market; land it again with one.",
        night(29),
        "creators/night=2026-03-29/rows.csv",
        2,
        None,
        None,
        None,
    )


def test_two_different_rows_with_one_key_in_a_night_are_both_out(of_29: Outcome) -> None:
    assert [row[8] for row in of_29.quarantined if row[2] == "B5"] == [6, 7]


def test_the_same_row_again_counts_once(of_29: Outcome) -> None:
    (b6,) = [row for row in of_29.accepted["creators"] if row[3] == "B6"]
    assert b6[1:3] == ("creators/night=2026-03-29/rows.csv", 8)


def test_a_bad_newer_version_leaves_the_good_one_in_force(of_29: Outcome, of_30: Outcome) -> None:
    def of(outcome: Outcome, feed: str, key: str) -> tuple[object, ...]:
        (row,) = [row for row in outcome.accepted[feed] if row[3] == key]
        return row

    assert of(of_29, "creators", "A1")[4:6] == ("before", "creator")
    assert of(of_30, "creators", "A1")[4:6] == ("after", "creator")
    # On the 30th the roles are exchanged: V1's new version is from the future, P1's is without its day.
    assert of(of_30, "violations", "V1")[0] == night(29)
    assert of(of_30, "appeals", "P1")[7] == "pending"
    corrected = [row for row in of_30.quarantined if row[6] == night(30) and row[1] in ("violations", "appeals")]
    assert {row[2:4] for row in corrected} == {("V1", "decided_on"), ("P1", "decided_on")}


def test_what_is_good_is_accepted(of_29: Outcome) -> None:
    assert {feed: of_29.keys(feed) for feed in of_29.accepted} == {
        "creators": ["A1", "A2", "B6"],
        "contents": ["C1", "C15", "C22", "C8"],
        "violations": ["V1", "V7"],
        "appeals": ["P1"],
        **{key: [] for key in ABSENT},
        "activities": [],
        "metrics": [],
    }
    assert of_29.gate.feeds == {
        "creators": FeedCounts(accepted=3, arrived=10, quarantined=9),
        "contents": FeedCounts(accepted=4, arrived=0, quarantined=1),
        "violations": FeedCounts(accepted=2, arrived=7, quarantined=5),
        "appeals": FeedCounts(accepted=1, arrived=6, quarantined=5),
        # Feeds that have not landed yet, and may be absent.
        **dict.fromkeys([*ABSENT, "activities", "metrics"], FeedCounts(accepted=0, arrived=0, quarantined=0)),
    }


def test_the_page_of_a_night_that_goes_on_says_what_was_let_through_and_what_was_not(of_29: Outcome) -> None:
    # Taken before the night of the 30th wrote its own in this place.
    page, results = of_29.page, of_29.results
    assert "<h1>Gate 1 of night 2026-03-29</h1>" in page
    assert "Let through. Rows accepted: 10; in quarantine: 20; warnings: 2; markets held: none." in page
    assert f"<li>{AHEAD}</li>" in page.replace("&#39;", "'")
    assert 'class="stopped"' not in page
    market = _broken(page, "market is there")
    assert '<span class="count">1 row</span>' in market
    assert "Its rows go into quarantine." in market
    assert "The row has no market; land it again with one." in market
    assert "<td>creators/night=2026-03-29/rows.csv</td><td>2</td>" in market
    silent = _broken(page, "rows on a night that always has some")
    assert '<span class="count">1 row</span>' in silent
    assert "A warning: the night goes on." in silent
    broken = [each for each in results["results"] if not each["success"]]
    assert {each["rule"] for each in broken} == {key[3] for key in BECAUSE_OF_29} | {
        "rows on a night that always has some"
    }
    assert not results["stopped"]


def test_corrected_rows_come_back_and_their_children_with_them(of_30: Outcome) -> None:
    assert {feed: of_30.keys(feed) for feed in of_30.accepted} == {
        "creators": ["A1", "A2", "B1", "B2", "B5", "B6"],
        "contents": ["C1", "C1-of-B1", "C15", "C22", "C8"],
        "violations": ["V1", "V2", "V3", "V4", "V7"],
        "appeals": ["P1", "P3", "P4"],
        "activities": ["D1"],
        "metrics": ["M1", "M2"],
        **{key: [] for key in ABSENT},
    }
    still_out = {key for key in BECAUSE_OF_29 if key[1] in ("B3", "B4", "B7", None, "V5", "V6", "P2", "P5", "P6")}
    assert of_30.why() == still_out | {
        ("violations", "V1", "decided_on", "decided_on is not after the night it landed in"),
        ("appeals", "P1", "decided_on", "decided_on is there unless outcome is pending"),
        ("activities", "D2", "account_id", "account_id is in creators"),
        ("activities", "D3", "violation_id", "violation_id is in violations"),
        ("activities", "D4", "quantity", "quantity is a number"),
        ("activities", "D4", "content_id", "content_id is in contents"),
        ("activities", "D4", "on_day", "on_day is not after the night it landed in"),
        ("activities", "D5", "violation_id", "violation_id is of the same account_id"),
        ("metrics", "M3", "account_id", "account_id is in creators"),
        ("metrics", "M3", "value", "value is a number"),
    }


def test_a_day_in_the_future_does_not_become_right_by_waiting(of_30: Outcome) -> None:
    assert ("creators", "B4", "onboarded_on", "onboarded_on is not after the night it landed in") in of_30.why()


def test_a_feed_without_rows_on_a_night_that_always_has_some_is_a_warning(of_29: Outcome, of_30: Outcome) -> None:
    assert of_29.gate.warnings[1] == (
        "before: no row of contents landed; this breaks the rule: rows on a night that always has some. Each of the"
        " last four nights of this weekday had contents; ask the source whether this is right."
    )
    assert not [warning for warning in of_30.gate.warnings if "always has some" in warning]


def test_a_folder_of_a_night_that_has_not_come_is_told_once_and_then_counted(of_29: Outcome, of_30: Outcome) -> None:
    assert of_29.gate.warnings[0] == AHEAD
    assert of_30.gate.warnings == [
        "1 folder of a night that hasn't come is still there: violations/night=2026-03-31",
    ]


def test_an_earlier_night_sees_what_had_landed_by_then(house: House, of_29: Outcome, of_30: Outcome) -> None:
    again = house.run(29)
    assert (again.accepted, again.quarantined) == (of_29.accepted, of_29.quarantined)


def test_what_is_wrong_as_a_whole_holds_its_market_and_mending_it_is_all(tmp_path: Path) -> None:
    house = House(tmp_path)
    land_headers(house.landing, 1)
    land(house.landing, "creators", 1, [creator("A1", market="TH"), creator("B1", market="VN")])
    # The same weekday as the 31st, four times: violations of VN are always many.
    for day in (3, 10, 17, 24):
        usual = [violation(f"V{day}-{i}", "B1", decided_on="2026-02-01") for i in range(20)]
        land(house.landing, "violations", day, usual)
    bad = [violation(f"V{i}", "A1", violation_type="" if i < 21 else "copyright") for i in range(40)]
    land(house.landing, "violations", 31, bad)

    spoilt = house.run(31, "w.duckdb", Beside(held_before=[HeldBefore("TH", night(30), "its rows were bad.")]))
    assert [(each.market, each.why) for each in spoilt.gate.held] == [
        (
            "TH",
            "21 of 40 rows of violations are bad; the first: violations/night=2026-03-31/rows.csv, row 1,"
            " violation_type: violation_type is there. So many bad rows mean that the file is wrong; have the source"
            " land it again.",
        ),
        (
            "VN",
            "no row of violations landed, and at least 20 did on each of the last four nights of this weekday. Ask the"
            " source where they are, and land them.",
        ),
    ]
    assert held_markets(tmp_path / "w.duckdb", ["gate_1"]) == sorted(spoilt.gate.held)
    assert "markets held: TH, VN." in spoilt.page
    many_bad = _broken(spoilt.page, "at most 50% bad rows in a night")
    assert "Its market is held." in many_bad
    # What is good is accepted all the same: other markets are decided on it.
    assert spoilt.gate.feeds["violations"] == FeedCounts(accepted=99, arrived=40, quarantined=21)

    land(house.landing, "violations", 31, [*bad[20:], violation("V-of-B", "B1")])
    before = [HeldBefore(market, night(30), "its rows were bad.") for market in ("TH", "VN")]
    mended, anew = house.run(31, "w.duckdb", Beside(held_before=before)), house.run(31, "anew.duckdb")
    assert (mended.accepted, mended.quarantined) == (anew.accepted, anew.quarantined)
    assert mended.gate.held == []
    # Once it is held no more, that is told.
    assert mended.gate.warnings[-1] == (
        "TH and VN: held on 2026-03-30 (its rows were bad), and decided again tonight, with what landed then as far as"
        " it isn't in quarantine"
    )
    assert not [warning for warning in spoilt.gate.warnings if "decided again" in warning]
    assert held_markets(tmp_path / "w.duckdb") == []
    assert mended.gate.feeds["violations"] == FeedCounts(accepted=100, arrived=21, quarantined=1)


@pytest.fixture(scope="module")
def of_odd_files(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """A night on which each file has something else the matter with it, in two markets."""
    house = House(tmp_path_factory.mktemp("odd"))
    landing = house.landing
    land_headers(landing, 1)
    land(landing, "creators", 1, [creator(f"A{i}", market="TH") for i in range(9)], name="th.csv")
    land(landing, "creators", 1, [creator(f"B{i}", market="VN") for i in range(9)], name="vn.csv")
    header = ",".join(VIOLATIONS.names_in_every_file)
    rows = [header, "V1,A1,,copyright,,2026-01-01", 'V2,"A2,,copyright,,2026-01-01', "V3,A3,,copyright,,2026-01-01"]
    land_text(landing, "violations", 2, "\n".join(rows), name="lines.csv")
    rows = [header, " V4,A4,,copyright,,2026-01-01", "V5,B5,,copyright,,2026-01-01"]
    land_text(landing, "violations", 2, "\n".join(rows), name="market=TH/keys.csv")
    land_text(landing, "violations", 2, f"{header};\nV6;B1;\n".replace(",", ";"), name="semicolons.csv")
    land_text(landing, "violations", 2, b"PAR1", name="market=vn/cut.parquet")
    moments = landing / "violations" / "night=2026-03-02" / "moments.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"""copy (
                select account_id as violation_id, account_id, null as content_id, 'copyright' as violation_type,
                    null as batch_id, timestamptz '2026-03-01 20:00:00+00' as decided_on
                from (select unnest(['A8', 'B8']) as account_id)
            ) to '{moments}' (format parquet)"""
        )
    (landing / "notes.txt").touch()
    return house.run(2, beside=Beside(time_zones={"TH": "Asia/Bangkok"}, time_zone="America/Los_Angeles"))


def test_a_file_that_cannot_be_used_holds_the_market_of_the_accounts_in_it_or_of_its_path(
    of_odd_files: Outcome,
) -> None:
    assert [(each.market, each.file) for each in of_odd_files.gate.held] == [
        ("VN", "violations/night=2026-03-02/market=vn/cut.parquet"),
        ("VN", "violations/night=2026-03-02/semicolons.csv"),
    ]
    assert all(str(each) in html.unescape(of_odd_files.page) for each in of_odd_files.gate.held)
    assert of_odd_files.gate.held[1].why.startswith(
        "the file can't be used: its values are separated by semicolons, where commas are expected. Have the source"
    )


def test_lines_and_keys_that_cannot_be_used_are_quarantined_with_what_was_meant(of_odd_files: Outcome) -> None:
    assert of_odd_files.keys("violations") == ["A8", "B8", "V1", "V3", "V5"]
    assert {(row[2], row[4], row[8], row[9], row[10], row[11]) for row in of_odd_files.quarantined} == {
        ("V2", "the line can be read", 2, 3, None, None),
        (" V4", "violation_id is a name as it is written", 1, None, " V4", "V4"),
    }


def test_a_number_is_suggested_that_its_column_would_take(tmp_path: Path) -> None:
    """Points have two digits after the point, views none, and neither is below zero."""
    house = House(tmp_path)
    land_headers(house.landing, 1)
    land(house.landing, "creators", 1, [creator("A1")])
    header = f"{','.join(VIOLATIONS.names_in_every_file)},points"
    points = ("12.3450", "1.2E+1", "12,50", "1.23456E+2", "0.100", "123456789012345E+1")
    rows = [f'V{at},A1,,copyright,,2026-01-01,"{said}"' for at, said in enumerate(points)]
    land_text(house.landing, "violations", 1, "\n".join([header, *rows]), name="points.csv")
    views = ("1,5", "1.5E+1", "-2E+1", "7.0")
    header = f"{','.join(CONTENTS.names_in_every_file)},views"
    rows = [
        ",".join(
            {"content_id": f"C{at}", "account_id": "A1", "kind": "short_video", "published_on": "2026-01-01"}.get(
                name, ""
            )
            for name in CONTENTS.names_in_every_file
        )
        + f',"{said}"'
        for at, said in enumerate(views)
    ]
    land_text(house.landing, "contents", 1, "\n".join([header, *rows]), name="views.csv")
    found = {row[10]: row[11] for row in house.run(1).quarantined if str(row[4]).endswith(" is a number")}
    assert found == {
        # Nothing that the column takes is the number that stands there.
        **{"12.3450": None, "1.23456E+2": None, "12,50": None, "1,5": None, "-2E+1": None, "123456789012345E+1": None},
        **{"1.2E+1": "12", "0.100": "0.1", "1.5E+1": "15", "7.0": "7"},
    }


def test_what_can_name_a_reviewer_is_in_no_row_of_quarantine_and_on_no_page(tmp_path: Path) -> None:
    """A line that can't be read may have the name anywhere; that of a feed without such names is shown."""
    house = House(tmp_path)
    land_headers(house.landing, 1)
    land(house.landing, "creators", 1, [creator("A1")])
    land_text(house.landing, "creators", 1, f"{','.join(CREATORS.names_in_every_file)}\nA2,mia's\n", name="short.csv")
    header = f"decided_by,{','.join(VIOLATIONS.names_in_every_file)}"
    land_text(house.landing, "violations", 1, f'{header}\nnoor,V2,"A1,,copyright,,2026-01-01\n', name="lines.csv")
    with duckdb.connect() as connection:
        connection.execute(
            f"""copy (
                select 'V1' as violation_id, 'A1' as account_id, null as content_id, 'copyright' as violation_type,
                    null as batch_id, date '2026-01-01' as decided_on, 'noor'::blob || '\\xFF'::blob as decided_by
            ) to '{house.landing / "violations" / "night=2026-03-01" / "bytes.parquet"}' (format parquet)"""
        )
    found = house.run(1)
    assert {(row[2], row[3], row[9], row[10]) for row in found.quarantined} == {
        ("A2", "", 2, "A2,mia's"),
        ("V2", "", 2, None),
        ("V1", "decided_by", None, None),
    }
    assert "mia" in found.page
    assert "noor" not in found.page + json.dumps(found.results)


def test_everything_else_is_told_by_name(of_odd_files: Outcome) -> None:
    assert [warning.partition(":")[0] for warning in of_odd_files.gate.warnings] == [
        "notes.txt",
        "violations/night=2026-03-02/market=TH/keys.csv",
    ]
    assert of_odd_files.gate.warnings[1].endswith("1 row is of another market than TH; it counts there")


def test_whose_a_file_is_that_names_nobody(tmp_path: Path) -> None:
    house = House(tmp_path)
    land_headers(house.landing, 1)
    land(house.landing, "creators", 1, [creator("A1", market="TH"), creator("B1", market="VN")])
    land(house.landing, "violations", 1, [violation("V1", "A1", decided_on="2026-01-01")], name="daily.csv")
    # It still isn't replaced the day after.
    land_text(house.landing, "violations", 2, "", name="daily.csv")
    land_text(house.landing, "violations", 3, "", name="another.csv")
    # What says how many rows a file has is of whose that file is.
    land_text(house.landing, "violations", 3, "5", name="daily.csv.rows")
    land_text(house.landing, "violations", 3, "5", name="market=VN/sixth.csv.rows")
    held = sorted(house.run(3).gate.held, key=lambda each: (each.file, each.market))
    assert [(each.market, each.file) for each in held] == [
        ("TH", "violations/night=2026-03-02/daily.csv"),
        ("TH", "violations/night=2026-03-03/another.csv"),
        ("VN", "violations/night=2026-03-03/another.csv"),
        ("TH", "violations/night=2026-03-03/daily.csv.rows"),
        ("VN", "violations/night=2026-03-03/market=VN/sixth.csv.rows"),
    ]
    assert "is known from the file of that name that landed last" in held[0].why
    assert "can't be known, so that all markets are held" in held[1].why


def test_a_moment_is_the_day_that_it_was_in_the_time_zone_of_the_market(of_odd_files: Outcome) -> None:
    days = {row[3]: row[8] for row in of_odd_files.accepted["violations"] if row[4] in ("A8", "B8")}
    assert days == {"A8": "2026-03-02", "B8": "2026-03-01"}


def test_a_withdrawn_row_counts_as_one_that_never_landed_until_it_lands_again(tmp_path: Path) -> None:
    house = House(tmp_path)
    land(house.landing, "creators", 1, [creator("A1")])
    land(house.landing, "contents", 1)
    land(house.landing, "violations", 1, [violation("V1", "A1"), violation("V2", "A1")])
    # What was wrong with a row before doesn't matter once it is taken back.
    land(house.landing, "violations", 2, [violation("V3", "A1", decided_on="soon")])
    land(house.landing, "appeals", 1, [appeal("P1", "V1", "A1")])
    land(house.landing, "violations", 3, [violation(v, "A1", withdrawn="yes") for v in ("V1", "V3")])
    land(house.landing, "violations", 4, [violation("V1", "A1")])

    of_2, of_3, of_4 = (house.run(day) for day in (2, 3, 4))

    assert [outcome.keys("violations") for outcome in (of_2, of_3, of_4)] == [["V1", "V2"], ["V2"], ["V1", "V2"]]
    assert [outcome.keys("appeals") for outcome in (of_2, of_3, of_4)] == [["P1"], [], ["P1"]]
    assert of_3.why() == {("appeals", "P1", "violation_id", "violation_id is in violations")}
    assert of_4.why() == set()


def test_of_the_versions_of_a_key_the_one_that_its_source_changed_last_counts(tmp_path: Path) -> None:
    """An old export lands late: the granted appeal stays granted. Two of one night are two versions."""
    house = House(tmp_path)
    granted = {"outcome": "granted", "decided_on": "2026-01-20"}
    land(house.landing, "creators", 1, [creator("A1", market="new", updated_at="2026-03-01T09:30:00+07:00")])
    land(house.landing, "creators", 2, [creator("A1", market="old", updated_at="2026-03-01T02:29:59Z")])
    land(house.landing, "contents", 1)
    land(house.landing, "violations", 1, [violation(f"V{number}", "A1") for number in (1, 2, 3)])
    land(
        house.landing,
        "appeals",
        1,
        [
            appeal("P1", "V1", "A1", updated_at="2026-03-01T10:00:00+00:00", **granted),
            appeal("P1", "V1", "A1", updated_at="2026-03-01T08:00:00+00:00"),
            appeal("P2", "V2", "A1", updated_at="2026-03-01T08:00:00Z", **granted),
            appeal("P3", "V3", "A1", updated_at="2026-03-01T08:00:00", **granted),
            appeal("P4", "V3", "A1", updated_at="2026-03-03T00:00:00Z"),
            appeal("P5", "V3", "A1", updated_at="2026-03-01T08:00:00Z", **granted),
            appeal("P5", "V3", "A1", updated_at="2026-03-01T10:00:00+02:00"),
            # DuckDB would take any of them for a moment, of Nero's time or four days before.
            appeal("P6", "V3", "A1", updated_at="26-03-01T08:00:00Z"),
            appeal("P7", "V3", "A1", updated_at="2026-03-01T08:00:00+99:99"),
            appeal("P8", "V3", "A1", updated_at="2026-03-01T08:00:00+07:"),
            # Somebody's zero is older than any version that the source really had.
            appeal("P9", "V3", "A1", updated_at="1970-01-01T00:00:00Z"),
        ],
    )
    # What has no updated_at is of the end of its night. A newer one may say again what is open.
    land(
        house.landing,
        "appeals",
        2,
        [
            appeal("P1", "V1", "A1", updated_at="2026-03-01T09:00:00Z"),
            appeal("P2", "V2", "A1", updated_at="2026-03-02T08:00:00Z"),
        ],
    )

    of_1, of_2 = house.run(1), house.run(2)

    outcomes = [{row[3]: row[7] for row in outcome.accepted["appeals"]} for outcome in (of_1, of_2)]
    assert outcomes == [{"P1": "granted", "P2": "granted"}, {"P1": "granted", "P2": "pending"}]
    assert [row[4] for row in of_2.accepted["creators"]] == ["new"]
    warehouse = tmp_path / "it's a warehouse.duckdb"
    assert query(warehouse, "select market from accepted.creator_versions") == [("new",)]
    assert of_2.why() == {
        ("appeals", "P3", "updated_at", "updated_at is a moment with its time zone"),
        ("appeals", "P4", "updated_at", "updated_at is not after the night it landed in"),
        ("appeals", "P5", "appeal_id", "one version of a key per night, or each with its own updated_at"),
        *(("appeals", key, "updated_at", "updated_at is a moment with its time zone") for key in ("P6", "P7", "P8")),
        ("appeals", "P9", "updated_at", "updated_at is not before 2000-01-01"),
    }


def test_what_has_come_so_far_does_not_go_back_unless_its_key_was_withdrawn(tmp_path: Path) -> None:
    house = House(tmp_path)
    land(house.landing, "creators", 1, [creator("A1")])
    land(house.landing, "contents", 1)
    land(house.landing, "violations", 1, [violation("V1", "A1"), violation("V2", "A1"), violation("V3", "A1")])
    land(house.landing, "appeals", 1, [appeal("P1", "V1", "A1", outcome="denied", decided_on="2026-01-09")])
    order = {"order_id": "O1", "account_id": "A1", "ordered_on": "2026-02-20", "amount": "1", "commission": "0"}
    refunded, placed = (
        {"status": "refunded", "status_on": "2026-02-28"},
        {"status": "placed", "status_on": "2026-02-20"},
    )
    other = order | {"order_id": "O2"}
    land(house.landing, "orders", 1, [each | refunded for each in (order, other)])
    opened = {"status": "open", "decided_on": ""}
    land(house.landing, "violations", 2, [violation("V1", "A1", **opened), violation("V2", "A1", withdrawn="yes")])
    # Twice in a row, it still goes back.
    land(house.landing, "violations", 3, [violation(name, "A1", **opened) for name in ("V1", "V2")])
    land(house.landing, "appeals", 2, [appeal("P1", "V1", "A1")])
    land(house.landing, "orders", 2, [each | placed for each in (order, other)])
    # A little on again, it is still behind what it was.
    land(house.landing, "orders", 3, [other | placed | {"status_on": "2026-02-21"}])

    outcome = house.run(3)

    rule = "what has come so far doesn't go back"
    assert outcome.why() == {
        ("violations", "V1", "violation_id", rule),
        ("appeals", "P1", "appeal_id", rule),
        ("orders", "O1", "order_id", rule),
        ("orders", "O2", "order_id", rule),
    }
    assert {row[3]: row[9] for row in outcome.accepted["violations"]} == {"V1": None, "V2": "open", "V3": None}
    assert [row[7] for row in outcome.accepted["appeals"]] == ["denied"]
    assert [row[6] for row in outcome.accepted["orders"]] == ["refunded", "refunded"]


def test_a_key_is_of_the_account_that_it_was_of_first(tmp_path: Path) -> None:
    """A spreadsheet makes two long keys one; a strike would have gone from one account to the other."""
    house = House(tmp_path)
    land(house.landing, "creators", 1, [creator("A1"), creator("A2")])
    land(house.landing, "contents", 1)
    land(house.landing, "appeals", 1)
    land(house.landing, "violations", 1, [violation("1234570000000000", "A1"), violation("V2", "nobody")])
    # Of an account that nobody knows it never was.
    land(house.landing, "violations", 2, [violation("1234570000000000", "A2"), violation("V2", "A2")])
    land(house.landing, "violations", 3, [violation("1234570000000000", "A1", withdrawn="yes")])
    land(house.landing, "violations", 4, [violation("1234570000000000", "A2")])

    of_2, of_4 = house.run(2), house.run(4)

    assert {row[3]: row[4] for row in of_2.accepted["violations"]} == {"1234570000000000": "A1", "V2": "A2"}
    rule = "violation_id is of the account that it was of first"
    assert of_2.why() == of_4.why() == {("violations", "1234570000000000", "violation_id", rule)}
    assert "Withdraw the key for the account that has it" in of_2.quarantined[0][5]  # type: ignore[operator]
    assert [row[3] for row in of_4.accepted["violations"]] == ["V2"]


@pytest.mark.parametrize(("passed_on", "is_fresh"), [("2026-03-09", True), ("2026-03-08", False)])
def test_a_feed_that_brings_old_news_is_warned_of(tmp_path: Path, passed_on: str, is_fresh: bool) -> None:
    """Seven nights with rows of their own day or the day before; the newest row may be two days older than that."""
    house = House(tmp_path)
    for day in range(1, 13):
        land_headers(house.landing, day, "contents", "violations", "appeals")
        land(house.landing, "creators", day, [creator("A1")] if day == 1 else [])
        if day < 9:
            row = {"attempt_id": f"T{day}", "account_id": "A1", "training": "course"}
            land(house.landing, "trainings", day, [row | {"passed_on": f"2026-03-{max(day - 1, 1):02}"}])
    land(house.landing, "trainings", 12, [row | {"attempt_id": "T9", "passed_on": passed_on}])
    warnings = [warning for warning in house.run(12).gate.warnings if "fresh" in warning]
    assert warnings == (
        []
        if is_fresh
        else [
            f"world: the newest row of trainings is of {passed_on}, and in the last 28 nights it was at most 1 day"
            " old when it landed; this breaks the rule: rows that are fresh. Ask the source whether it sends what it"
            " sent before."
        ]
    )
