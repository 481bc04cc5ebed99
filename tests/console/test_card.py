"""The card on Airflow's Home: what needs somebody, a line each, with the address of its page."""

from __future__ import annotations

import shutil
from contextvars import copy_context
from dataclasses import replace
from html import unescape
from pathlib import Path

from fastapi.testclient import TestClient

from console.case_forms import HERE, send
from console.conftest import EARLIER
from console.serving import seen_by_all
from evenhand.cases.place import FILE
from evenhand.console.card import waiting
from evenhand.console.reader import read_in
from evenhand.console.shown import shown
from evenhand.release.manifest import HeldList, HeldMarket
from night.directly import environment


def test_a_night_on_which_nothing_waits_says_so(reader: TestClient) -> None:
    card = reader.get("/card/lines").json()
    assert card["title"] == "What needs you tonight (6 Mar 2026)"
    assert [each["said"] for each in card["lines"]] == ["Nothing waits for anybody."]
    assert "javascript" in reader.get("/card/script").headers["content-type"]


def test_before_the_first_night_the_card_says_so(nothing_released: TestClient) -> None:
    assert nothing_released.get("/card/lines").json()["title"] == "Evenhand: nothing is released yet"


def test_what_waits_is_said_with_its_market_and_leads_to_its_rows(reader: TestClient) -> None:
    found = shown()
    assert found is not None
    manifest = found.manifest.model_copy(
        update={
            "held_lists": (
                _held("penalties", "ID", 1),
                _held("rewards", "ID", 9, answer="approved"),
                _held("notices", "th", 0),
                _held("deliveries", "sandbox", 0),
            ),
            "held_markets": (HeldMarket(market="SG", why="its creators didn't land", file="", line=0, since=None),),
        }
    )
    assert [(each.said, each.page) for each in waiting(replace(found, manifest=manifest))] == [
        ("Singapore (SG) wasn't decided: its creators didn't land", ""),
        (
            "Penalties of Indonesia (ID) wait for an answer: 1 row would change",
            "held?night=2026-03-06#penalties-ID",
        ),
        ("Notices in Thai wait for an answer", "held?night=2026-03-06#notices-th"),
        ("Deliveries to sandbox wait for an answer", "held?night=2026-03-06#deliveries-sandbox"),
    ]


def test_what_stays_english_is_a_line_without_markup(reader: TestClient) -> None:
    found = shown()
    assert found is not None
    held = HeldMarket(market="SG", why="its <rows> can't be read & more", file="", line=0, since=None)
    manifest = found.manifest.model_copy(update={"held_markets": (held,)})

    def lines() -> list[str]:
        read_in("id")
        return [each.said for each in waiting(replace(found, manifest=manifest))]

    # The language that is read in is that of this context alone.
    (line,) = copy_context().run(lines)
    assert line.endswith("its <rows> can't be read & more")


def test_open_cases_are_said_and_lead_to_their_page(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "home", symlinks=True)
    with seen_by_all(tmp_path / "home") as app:
        reader = TestClient(app, base_url=HERE, headers={"accept": "text/html"})
        for about in ("a call", "the press"):
            send(reader, "/cases", "/cases", market="world", about=about, title=f"About {about}", account="a2")
        lines = reader.get("/card/lines").json()["lines"]
    assert [(each["said"], each["page"]) for each in lines] == [("2 cases are open", "cases")]


def test_cases_that_cant_be_read_are_no_all_clear(reader: TestClient, home: Path, tmp_path: Path) -> None:
    """Neither Tonight nor its card says that nothing waits, for that isn't known."""
    here = Path(shutil.copytree(home, tmp_path / "home", symlinks=True))
    (here / FILE).write_bytes(b"no database at all, " * 100)
    said = "Cases can't be read: it isn't known how many wait"
    with environment({"EVENHAND_HOME": str(here)}):
        assert [each["said"] for each in reader.get("/card/lines").json()["lines"]] == [said]
        tonight = unescape(reader.get("/").text)
        assert said in tonight
        assert "Nothing waits for anybody." not in tonight
        # An older night is told without the cases of now.
        assert said not in unescape(reader.get(f"/?night={EARLIER}").text)
    assert "Nothing waits for anybody." in reader.get("/").text


def _held(of: str, market: str, changes: int, answer: str = "") -> HeldList:
    return HeldList(
        list=of, market=market, digest="", changes=changes, why=("x",), since=None, answer=answer, answered_by="",
        first_wave=0,
    )  # fmt: skip
