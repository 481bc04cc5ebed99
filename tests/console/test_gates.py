"""The page of what both gates found over the last nights."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from console.serving import seen_by_all
from evenhand.release.manifest import FeedCounts, HeldBack, HeldMarket, History, Power, Quarantined
from reports.releases import held, release

NIGHT = date(2026, 3, 31)


def _quarantined(rule: str, rows: int, remedy: str = "Send it again.") -> Quarantined:
    return Quarantined(feed="orders", column="account_id", rule=rule, remedy=remedy, rows=rows)


@pytest.fixture
def gates(tmp_path: Path) -> Iterator[TestClient]:
    """Three nights: a rule that is broken on each, one that was on the first, a list held on two nights."""
    nothing: dict[str, list[tuple[str, ...]]] = {"penalties": [], "rewards": [], "standings": []}
    said: list[dict[str, object]] = [
        {"quarantined": (_quarantined("known <b>", 4, "Before."), _quarantined("dated", 1))},
        {
            "quarantined": (_quarantined("known <b>", 5),),
            "held_lists": (held("ID", 12, answer="approved"), held("slow", 0, name="deliveries")),
        },
        {
            "quarantined": (_quarantined("known <b>", 6), _quarantined("known <b>", 1)),
            "held_lists": (held("ID", 1300),),
            "held_back": (HeldBack(list="rewards", market="TH", rule="amounts are positive", remedy="Look.", rows=2),),
            "held_markets": (HeldMarket(market="BR", why="its file is cut off", file="x.csv", line=0, since=None),),
            "power": (Power(list="penalties", market="ID", expected=3, held_from=40),),
        },
    ]
    for ago, fields in zip((2, 1, 0), said, strict=True):
        release(tmp_path, NIGHT - timedelta(days=ago), nothing, **fields)
    with seen_by_all(tmp_path) as app:
        yield TestClient(app, base_url="http://127.0.0.1:8080", headers={"accept": "text/html"})


def _rows(page: str, title: str) -> list[list[str]]:
    """The rows of a section's table, as words."""
    section = page.partition(f"<h2>{title}</h2>")[2].partition("</section>")[0].partition("<tbody>")[2]
    plain = re.sub(r"<svg.*?</svg>", "", section, flags=re.DOTALL)
    return [
        [unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in plain.split("</tr>")[:-1]
    ]


def test_rules_that_rows_broke_have_tonights_rows_and_those_of_the_nights_before(gates: TestClient) -> None:
    page = gates.get("/gates").text
    assert "What the gates found, the last 3 nights" in page
    assert _rows(page, "Gate 1: rows in quarantine") == [
        ["Orders", "known <b>", "7", "", "3", "Send it again."],
        ["Orders", "dated", "0", "", "1", "Send it again."],
    ]
    assert "known <b>" not in page
    assert _rows(page, "Gate 2: rows of lists that are held back") == [
        ["Rewards of Thailand (TH)", "amounts are positive", "2", "", "1", "Look."]
    ]


def test_held_lists_have_their_answers_and_undecided_markets_why(gates: TestClient) -> None:
    page = gates.get("/gates").text
    assert _rows(page, "Gate 2: lists that were held") == [
        ["31 Mar 2026", "Penalties of Indonesia (ID)", "1,300", "unusual", "nobody answered"],
        ["30 Mar 2026", "Penalties of Indonesia (ID)", "12", "unusual", "approved"],
        ["30 Mar 2026", "Deliveries to slow", "\u2013", "unusual", "nobody answered"],
    ]
    assert _rows(page.replace("&#39;", "'"), "Markets that weren't decided") == [
        ["31 Mar 2026", "Brazil (BR)", "its file is cut off"]
    ]
    assert _rows(page, "From when on gate 2 holds a list") == [["Penalties", "Indonesia (ID)", "3", "40"]]


def test_an_earlier_night_has_what_was_found_until_then(gates: TestClient) -> None:
    page = gates.get(f"/gates?night={NIGHT - timedelta(days=2)}").text
    assert "What the gates found, this night" in page
    assert [row[:3] for row in _rows(page, "Gate 1: rows in quarantine")] == [
        ["Orders", "known <b>", "4"], ["Orders", "dated", "1"],
    ]  # fmt: skip
    assert "No list was held." in page and "Markets that weren't decided" not in page


def test_a_night_of_history_that_does_not_say_which_rules_were_broken_is_a_gap_and_not_none(tmp_path: Path) -> None:
    nothing: dict[str, list[tuple[str, ...]]] = {"penalties": [], "rewards": [], "standings": []}
    before, first = NIGHT - timedelta(days=1), NIGHT - timedelta(days=2)
    # Of an earlier version, which says how many there are and no more.
    release(tmp_path, first, nothing, history=History(since=first, until=before),
            feeds={"orders": FeedCounts(known=9, accepted=2, quarantined=7)})  # fmt: skip
    release(tmp_path, before, nothing, history=History(since=first, until=before),
            quarantined=(_quarantined("dated", 5),))  # fmt: skip
    release(tmp_path, NIGHT, nothing, quarantined=(_quarantined("dated", 6),))
    with seen_by_all(tmp_path) as app:
        client = TestClient(app, base_url="http://127.0.0.1:8080", headers={"accept": "text/html"})
        page, then = client.get("/gates").text, client.get(f"/gates?night={first}").text
        assert client.get(f"/gates?night={before}").text.count("lists/quarantine") == 0
    assert [row[2:5] for row in _rows(page, "Gate 1: rows in quarantine")] == [["6", "", "2"]]
    # The line of the chart begins with the second of the three nights.
    (drawn,) = re.findall(r'<polyline points="([^"]*)"', page)
    assert len(drawn.split()) == 2
    assert "This night doesn't say it." in unescape(then) and "No row was quarantined." not in then
