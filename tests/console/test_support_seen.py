"""Who may see what creators may be told is answered that, on the pages that tell it, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from console.conftest import NIGHT
from console.serving import log_in
from console.two_managers import PEOPLE, managed, readable

# One for what creators may be told of the market whose penalties are held, one who manages the other market besides.
SUPPORT = """\
  - {user: sue, markets: [world], rights: [support]}
  - {user: sam, markets: [world], rights: [support]}
  - {user: sam, markets: [ID], rights: [see]}
  - {user: sol, markets: all, rights: [support]}
"""
TOLD = ("/search?q=a2", "/search", "/creator?account=a2", "/creator/restoring?account=a2")
MORE = (
    "/",
    "/lists",
    "/lists/penalties",
    "/lists/penalties/csv",
    "/held",
    "/cases",
    "/gates",
    "/card/lines",
    "/reports",
)


@pytest.fixture
def client(held_home: Path, tmp_path: Path) -> Iterator[TestClient]:
    # A home of its own: it remembers that there was a people.yml.
    home, people = tmp_path / "home", tmp_path / "people.yml"
    shutil.copytree(held_home, home, symlinks=True)
    with managed(home, people) as client:
        people.write_text(PEOPLE + SUPPORT)
        yield client


@pytest.mark.parametrize("who", ["sue", "sol"])
def test_who_may_see_what_creators_may_be_told_sees_search_and_creators_alone(client: TestClient, who: str) -> None:
    log_in(who)
    for address in TOLD:
        assert client.get(address).status_code == 200, address
    for address in MORE:
        answer = client.get(address)
        assert (answer.status_code, "what creators may be told" in answer.text) == (403, True), address
    assert client.get("/creator?account=elsewhere1").status_code == (404 if who == "sue" else 200)


def test_of_a_creator_they_see_neither_what_waits_nor_how_anything_was_found_nor_what_managers_do(
    client: TestClient,
) -> None:
    log_in("wen")
    managers = readable(client.get("/creator?account=a2"))
    log_in("sue")
    support = readable(client.get("/creator?account=a2"))
    for each in ("Detected by", "Not decided", "Open a case", "Ask for a measure now", "Held lists", "a measure now"):
        assert (each in managers, each in support) == (True, False), each
    assert "Zone entered" in managers
    assert "Zone entered" not in support
    assert "Violation decided" in support
    assert "There is nothing here that creators may be told." in client.get("/creator/restoring?account=a2").text


def test_where_a_creator_stands_is_said_not_to_be_decided_where_it_comes_of_what_waits(client: TestClient) -> None:
    log_in("wen")
    # The strike of a1 is taken back, and the market's penalties wait; nothing of a2 does.
    taken_back, as_it_was = (client.get(f"/creator?account={each}").text for each in ("a1", "a2"))
    tag = '<span class="tag">Not decided</span>'
    assert f"Active since 6 Mar 2026 {tag};" in taken_back
    assert f"<dd>Good, 0 strikes {tag}</dd>" in taken_back
    assert "Restricted since 2 Mar 2026;" in as_it_was
    assert "<dd>Limited, 2 strikes</dd>" in as_it_was
    for page in (taken_back, as_it_was):
        assert f'held?night={NIGHT}#penalties-world">Every reason: Penalties of world</a>' in page
    log_in("sue")
    assert "Every reason" not in client.get("/creator?account=a1").text


def test_of_another_market_somebody_can_be_a_manager(client: TestClient) -> None:
    log_in("sam")
    # One of the market that they are a manager of can be opened from any page.
    assert ">Open a case<" in client.get("/creator?account=elsewhere1").text
    assert ">Open a case<" not in client.get("/creator?account=a2").text
    listed = client.get("/lists/creators").text
    assert (">elsewhere1<" in listed, ">a2<" in listed) == (True, False)
    assert client.get("/search?q=a2", follow_redirects=False).status_code == 303
