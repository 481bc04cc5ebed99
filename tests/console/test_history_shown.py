"""Pages of nights that were decided in one go, which lack most files, and of those beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from console.links import links_of
from console.serving import seen_by_all
from evenhand.release.manifest import History
from reports.releases import release

NIGHT = date(2026, 3, 31)
FIRST, BEFORE = NIGHT - timedelta(days=2), NIGHT - timedelta(days=1)


def _figure(market: str) -> tuple[object, ...]:
    return ("grant_rate", market, "", "", Decimal("0.5"), None, None, Decimal(9), True, "share")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """Two nights of a history, on which there was ID alone, and one after it, on which there are more; none has packs.

    Of OLD the newest has but a figure.
    """
    there = {"penalties": [("a/x/y", "ID", "warning")], "rewards": []}
    for night in (FIRST, BEFORE):
        figures = [_figure(market) for market in ("all", "ID")]
        release(tmp_path, night, there | {"operational_metrics": figures}, history=History(since=FIRST, until=BEFORE))
    profiles = [("ID", False, None), ("SG", False, None)]
    figures = [_figure(market) for market in ("all", "ID", "SG", "OLD")]
    release(tmp_path, NIGHT, there | {"account_profiles": profiles, "operational_metrics": figures})
    with seen_by_all(tmp_path) as app:
        yield TestClient(app, base_url="http://127.0.0.1:8080", headers={"accept": "text/html"})


def test_a_market_is_known_on_every_night_that_pages_lead_to(client: TestClient) -> None:
    for market in ("ID", "SG", "OLD"):
        for page in ("", "metrics/grant_rate"):
            shown = client.get(f"/{page}?night={NIGHT}&market={market}")
            assert shown.status_code == 200, (page, market)
            earlier = [each for each in links_of(shown.text) if f"night={BEFORE}" in each and "market=" in each]
            assert earlier or not page
            for night in (FIRST, BEFORE):
                assert client.get(f"/{page}?night={night}&market={market}").status_code == 200, (page, market, night)
    assert client.get(f"/metrics?night={NIGHT}&market=OLD").status_code == 200


@pytest.mark.parametrize(
    ("night", "said"),
    [
        (NIGHT, "night 31 Mar 2026 knows no market nope; there are ID, OLD, SG"),
        (FIRST, "night 29 Mar 2026 knows no market nope; there are ID"),
    ],
)
def test_what_no_night_knows_is_refused_with_what_the_night_knows(client: TestClient, night: date, said: str) -> None:
    for page in ("", "metrics", "metrics/grant_rate"):
        refused = client.get(f"/{page}?night={night}&market=nope")
        assert (refused.status_code, said in unescape(refused.text)) == (404, True), page


@pytest.mark.parametrize(
    ("night", "said"),
    [
        (BEFORE, ["This night doesn't say it."]),
        (NIGHT, ["Known of 0 of 2 nights; the others don't say why."]),
    ],
)
def test_that_nights_dont_say_why_rows_changed_is_said_once(client: TestClient, night: date, said: list[str]) -> None:
    page = client.get(f"/?night={night}&against={FIRST}").text
    section = unescape(page.partition("Why rows changed")[2].partition("</section>")[0])
    assert re.findall(r"[^<>]*say (?:it|why)\.", section) == said
