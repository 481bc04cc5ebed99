"""The page of a night: each figure is as many rows as its link leads to, of a market, against any night.

Longer than other files, for every part of the page is in it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import duckdb
import pytest
from fastapi.testclient import TestClient

from console.conftest import EARLIER, NIGHT
from console.serving import log_in, seen_by_all
from console.two_managers import Rewritten, managed
from evenhand.console.charts import trend
from evenhand.console.parts import changes_over, penalties_over
from evenhand.console.shown import shown
from evenhand.console.tonight import Sent, landed, sent_over
from evenhand.records.steps import keep, keep_complaint

# A figure that is a link, or the one in the cell after it.
_LINKED = re.compile(r'<a href="\./(lists/[^"]+)">[^<]*?([\d,]+)</a>')
_BESIDE = re.compile(
    r'<a href="\./(lists/creators\?[^"]*stage[^"]*)">[^<]*</a></td><td class="number">(?:<span[^>]*>)?([\d,]+)'
)
_CAUSES = re.compile(
    r'<a href="\./(lists/changes\?[^"]*cause=[^"]*)">[^<]*</a></td>((?:<td class="number">\d+</td>){3})'
)


@pytest.fixture(scope="module")
def left(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same two nights, of which somebody had left on the second."""
    copy = tmp_path_factory.mktemp("left") / "home"
    shutil.copytree(home, copy, symlinks=True)
    of_night = Rewritten((copy / "releases" / f"night={NIGHT}").resolve())
    assert of_night.folder.is_relative_to(copy)
    of_night.change(
        "account_profiles",
        "select * replace (case when account_id = 'a6' then date '2026-03-06' else exited_on end as exited_on)"
        " from released",
    )
    return copy


@pytest.fixture
def reader_of_left(left: Path) -> Iterator[TestClient]:
    with seen_by_all(left) as app:
        yield TestClient(app, base_url="http://127.0.0.1:8080", headers={"accept": "text/html"})


def _rows(reader: TestClient, link: str) -> int:
    ((total,),) = [re.findall(r"<h2>([\d,]+) rows?</h2>", reader.get(f"/{unescape(link)}").text)]
    return int(total.replace(",", ""))


def _figures(page: str) -> list[tuple[str, int]]:
    found = [(link, int(figure.replace(",", ""))) for of in (_LINKED, _BESIDE) for link, figure in of.findall(page)]
    causes = [(link, sum(map(int, re.findall(r"\d+", cells)))) for link, cells in _CAUSES.findall(page)]
    return found + causes


@pytest.mark.parametrize("asked", ["", "market=world", "market=ID", f"night={EARLIER}", "against=week"])
def test_every_figure_is_as_many_rows_as_its_link_leads_to(reader_of_left: TestClient, asked: str) -> None:
    figures = _figures(reader_of_left.get(f"/?{asked}").text)
    assert len(figures) > 12
    assert [(link, _rows(reader_of_left, link)) for link, _ in figures] == figures


def test_who_sees_one_market_has_the_figures_of_it(left: Path, tmp_path: Path) -> None:
    with managed(left, tmp_path / "people.yml") as client:
        for who in ("ika", "wen"):
            log_in(who)
            figures = _figures(client.get("/").text)
            assert len(figures) > 8
            assert [(link, _rows(client, link)) for link, _ in figures] == figures


def _section(page: str, heading: str) -> str:
    """What a reader sees of a part of a page."""
    (part,) = [each for each in page.split("<section") if re.search(f"<h2>(<a [^>]*>)?{heading}", each)]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", "", part, flags=re.DOTALL))))


def test_penalties_and_causes_are_against_the_night_that_was_chosen(reader: TestClient, home: Path) -> None:
    shown = reader.get("/")
    assert "against 5 Mar 2026" in _section(shown.text, "Penalties by measure")
    # Against a night after which there is none but the first, all are new and nothing has a cause.
    first = reader.get(f"/?night={EARLIER}").text
    assert re.search(r"Warning \d+ 0 0", _section(first, "Penalties by measure"))


def test_zones_stages_and_causes_are_those_of_the_market_that_was_chosen(reader: TestClient, home: Path) -> None:
    files = f"{home}/releases/night={NIGHT}"
    for market in ("world", "ID"):
        page = reader.get(f"/?market={market}").text
        of_market = f"where market = '{market}'"
        for heading, query in (
            (
                "Creators by zone",
                f"from '{files}/standings.parquet' {of_market} and zone <> 'any' group by programme, zone",
            ),
            ("Creators by stage", f"from '{files}/account_profiles.parquet' {of_market} group by stage"),
        ):
            counted = sorted(number for (number,) in duckdb.sql(f"select count(*) {query}").fetchall())
            said = _section(page, heading)
            assert sorted(int(each) for each in re.findall(r" (\d+) ", said)) == counted, (market, heading, said)
            assert page.count('class="trend"') > 10
    # The appeal that was granted took a penalty of one market back.
    assert "what was corrected" in _section(reader.get("/?market=world").text, "Why rows changed")
    assert "what was corrected" not in _section(reader.get("/?market=ID").text, "Why rows changed")


def test_each_feed_says_when_its_newest_file_landed(reader: TestClient) -> None:
    landed = _section(reader.get("/").text, "What landed")
    assert "Appeals 6 Mar 2026" in landed
    assert "Violations 5 Mar 2026" in landed


def test_a_night_that_is_compared_with_history_says_so(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "home", symlinks=True)
    before = Rewritten((tmp_path / "home" / "releases" / f"night={EARLIER}").resolve())
    before.say({}, history={"since": EARLIER, "until": EARLIER, "unusual": []})
    with seen_by_all(tmp_path / "home") as app:
        reader = TestClient(app, base_url="http://127.0.0.1:8080", headers={"accept": "text/html"})
        for address in ("/", "/lists/against"):
            said = "5 Mar 2026, which it is compared with, is history: its lists were never in force anywhere."
            assert said in reader.get(address).text
            assert said not in reader.get(f"{address}?night={EARLIER}").text


def test_what_a_night_does_not_tell_is_neither_none_nor_a_change(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "home", symlinks=True)
    before = Rewritten((tmp_path / "home" / "releases" / f"night={EARLIER}").resolve())
    before.lose("account_profiles", "standings", "enforcement_gaps")
    before.say({}, history={"since": EARLIER, "until": EARLIER, "unusual": []})
    with seen_by_all(tmp_path / "home") as app:
        reader = TestClient(app, base_url="http://127.0.0.1:8080", headers={"accept": "text/html"})
        now, then = reader.get("/").text, reader.get(f"/?night={EARLIER}").text
    # Penalties and rewards alone have a change.
    assert all(len(re.findall(r"[+\u2212±]", row)) == 2 for row in _rows_of(now, "Markets"))
    assert all(row.endswith("\u2013 \u2013 \u2013 released") for row in _rows_of(then, "Markets"))
    for heading in ("Why rows changed", "Creators by zone", "Creators by stage"):
        assert "This night doesn't say it." in _section(then, heading)


def _rows_of(page: str, heading: str) -> list[str]:
    """What a reader sees of each row of a part of a page, but for its charts."""
    (part,) = [each for each in page.split("<section") if re.search(f"<h2>{heading}</h2>", each)]
    drawn = re.sub(r"<svg.*?</svg>", "", part, flags=re.DOTALL)
    rows = re.findall(r"<tr>\s*<th scope=\"row\">.*?</tr>", drawn, flags=re.DOTALL)
    assert rows
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in rows]


def test_what_is_held_did_not_change(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "home", symlinks=True)
    tonight = Rewritten((tmp_path / "home" / "releases" / f"night={NIGHT}").resolve())
    tonight.change("changes", "select * replace (true as is_held) from released")
    rows = duckdb.sql(f"from '{tonight.folder}/changes.parquet'").fetchall()
    with seen_by_all(tmp_path / "home") as app:
        reader = TestClient(app, base_url="http://127.0.0.1:8080", headers={"accept": "text/html"})
        said = _section(reader.get("/").text, "Why rows changed")
    assert "Nothing changed since the last release." in said
    assert f"{len(rows)} row" in said and "reversed, " in said


# The earlier night is moved to this one, so that there are two nights without a release.
LONG_BEFORE = "2026-03-03"


@pytest.fixture
def apart(home: Path, tmp_path: Path) -> Path:
    """The same two nights, each delivered, with two between them on which nothing was released."""
    copy = Path(shutil.copytree(home, tmp_path / "home", symlinks=True))
    (copy / "releases" / f"night={EARLIER}").rename(copy / "releases" / f"night={LONG_BEFORE}")
    before = Rewritten((copy / "releases" / f"night={LONG_BEFORE}").resolve())
    before.say({}, feeds={"orders": {"known": 9, "accepted": 7, "quarantined": 2}})
    _delivered(copy, LONG_BEFORE, put=17, remove=0)
    _delivered(copy, NIGHT, put=1, remove=4)
    return copy


def _delivered(home: Path, night: str, put: int, remove: int) -> None:
    sent = {"penalties": {"put": put, "remove": remove}, "notices": {"put": 2}}
    keep(home / "nights" / f"night={night}", "deliver_release", {"told": "Delivered.", "sent": sent}, "sandbox")


def _drawn(page: str, said: str) -> list[str]:
    """The lines of the chart that says this to who doesn't see it."""
    (chart,) = re.findall(rf'<svg class="trend"[^>]* role="img" aria-label="{re.escape(said)}">.*?</svg>', page)
    return re.findall(r'<polyline points="([^"]*)"', chart)


def test_a_chart_has_the_figures_of_the_last_nights_releases_and_a_gap_where_there_is_none(apart: Path) -> None:
    with seen_by_all(apart) as app:
        found = shown()
        assert found
        assert penalties_over(found).of("warning") == [7, None, None, 6]
        assert penalties_over(found, "world").of("warning") == [4, None, None, 3]
        assert penalties_over(found, "ID").of("publishing_paused") == [0, None, None, 0]
        assert changes_over(found).of("penalties", "data") == [17, None, None, 0]
        assert changes_over(found, "ID").of("rewards", "data") == [2, None, None, 0]
        assert changes_over(found).of("penalties", "correction") == [0, None, None, 1]
        of = {each.feed: each for each in landed(found)}
        assert of["orders"].accepted_over == [7, None, None, 0]
        assert of["orders"].quarantined_over == [2, None, None, 0]
        # Of what the earlier release says nothing of, nothing is known.
        assert of["creators"].accepted_over == [None, None, None, 12]
        assert sent_over(found, "sandbox") == Sent([19, None, None, 3], [0, None, None, 4])
        assert sent_over(found, "another") == Sent([None] * 4, [None] * 4)
        reader = TestClient(app, base_url="http://127.0.0.1:8080", headers={"accept": "text/html"})
        page = reader.get("/").text
        apart_fallen = ["3.0,3.0 3.0,3.0", "85.0,19.0 85.0,19.0"]
        for said in (
            "Warning in force over the last nights, tonight 6",
            "Penalties in force, world over the last nights, tonight 13",
            "Orders, rows in quarantine over the last nights, tonight 0",
            "Rows put at sandbox in the last run of each of the last nights, tonight 3",
        ):
            assert _drawn(page, said) == apart_fallen, said
        cause = "Rows of Penalties that changed over the last nights for this cause: what was corrected. Tonight 1"
        assert _drawn(page, cause) == ["3.0,19.0 3.0,19.0", "85.0,3.0 85.0,3.0"]
        keep(apart / "nights" / f"night={NIGHT}", "reconcile_receiver", {"told": "Agrees.", "agrees": True}, "sandbox")
        assert "holds what it should" in reader.get("/").text
        # A delivery after it that failed is told in its place.
        keep_complaint(apart / "nights" / f"night={NIGHT}", "deliver_release", "2 rejected, the first <b>", "sandbox")
        page = reader.get("/").text
        assert "holds what it should" not in page
        said = "The last delivery to sandbox failed"
        assert f'<a href="./lists/deliveries?night={NIGHT}&amp;receiver=sandbox">{said}</a>.' in page
        assert said in [each["said"] for each in reader.get("/card/lines").json()["lines"]]
        assert '<span lang="en">2 rejected, the first &lt;b&gt;</span>' in page
        # What is delivered once more is told as it was then.
        _delivered(apart, NIGHT, put=38, remove=0)
        assert sent_over(found, "sandbox") == Sent([19, None, None, 40], [0, None, None, 0])
        # Nor is a run after it that had nothing to send a night on which nothing was sent.
        keep(apart / "nights" / f"night={NIGHT}", "deliver_release", {"told": "Delivered.", "sent": {}}, "sandbox")
        assert sent_over(found, "sandbox") == Sent([19, None, None, None], [0, None, None, None])


def test_of_the_first_release_nothing_is_offered_to_compare_it_with(home: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(home, tmp_path / "home", symlinks=True))
    (copy / "releases" / f"night={NIGHT}").unlink()
    for of, offered in ((copy, False), (home, True)):
        with seen_by_all(of) as app:
            reader = TestClient(app, base_url="http://127.0.0.1:8080", headers={"accept": "text/html"})
            for page in ("/", "/lists/against"):
                assert ('<select name="against"' in reader.get(page).text) == offered, page


@pytest.mark.parametrize(
    ("page", "chart"),
    [
        ("/", "Warning in force over the last nights"),
        ("/held", "Rows of Penalties of world that changed over the last nights"),
        ("/metrics", "Decisions, all markets over the last nights"),
        ("/metrics/decisions", None),
        ("/boards/appeals", None),
        ("/gates", None),
    ],
)
def test_a_night_that_was_not_released_has_its_place_in_each_chart_and_is_told(
    held_home: Path, tmp_path: Path, page: str, chart: str | None
) -> None:
    home = Path(shutil.copytree(held_home, tmp_path / "home", symlinks=True))
    (home / "releases" / f"night={EARLIER}").rename(home / "releases" / f"night={LONG_BEFORE}")
    with seen_by_all(home) as app:
        client = TestClient(app, base_url="http://127.0.0.1:8080", headers={"accept": "text/html"})
        told = "Not released, so that charts have a gap: 4 Mar 2026 to 5 Mar 2026."
        drawn = client.get(page).text
        assert drawn.count(told) == 1
        if chart:
            (lines,) = re.findall(rf'<svg class="trend"[^>]* aria-label="{chart}, tonight [^"]*">.*?</svg>', drawn)
            assert [line[:4] for line in re.findall(r'<polyline points="([^"]*)"', lines)] == ["3.0,", "85.0"]
        if page == "/metrics/decisions":
            assert [title for title in re.findall(r"<title>([^<]*)</title></rect>", drawn) if "released" in title] == [
                f"{day} Mar 2026: not released" for day in (4, 5)
            ]
            # One value before the gap and one behind it.
            assert [float(x) for x in re.findall(r'class="line" points="([\d.]+),[\d.]+"', drawn)] == [0, 1000]
        if page == "/gates":
            assert "What the gates found, the last 4 nights" in drawn
        assert "charts have a gap" not in client.get(f"{page}?night={LONG_BEFORE}").text


def test_a_chart_of_an_earlier_night_ends_with_it(apart: Path) -> None:
    with seen_by_all(apart) as app:
        reader = TestClient(app, base_url="http://127.0.0.1:8080", headers={"accept": "text/html"})
        page = reader.get(f"/?night={LONG_BEFORE}").text
        assert _drawn(page, "Warning in force over the last nights, tonight 7") == ["3.0,19.0 3.0,19.0"]


def test_charts_of_who_sees_one_market_are_of_it(left: Path, tmp_path: Path) -> None:
    with managed(left, tmp_path / "people.yml") as client:
        log_in("wen")
        page = client.get("/").text
        assert _drawn(page, "Warning in force over the last nights, tonight 3") == ["3.0,3.0 85.0,19.0"]
        log_in("ika")
        page = client.get("/").text
        assert _drawn(page, "Warning in force over the last nights, tonight 3") == ["3.0,19.0 85.0,19.0"]
        assert "what was corrected" not in page
        assert "accepted rows" not in page


def test_a_line_ends_where_a_night_has_no_value() -> None:
    drawn = _drawn(trend([1, None, 3, 4, None, None, 2], "x"), "x")
    assert [len(line.split()) for line in drawn] == [2, 2, 2]
    assert [float(line.partition(",")[0]) for line in drawn] == [3.0, 30.3, 85.0]
    assert trend([None, None], "x") == ""


def test_a_feed_leads_to_its_quarantine_and_its_newest_file_to_what_the_gate_found(reader: TestClient) -> None:
    page = reader.get("/").text
    ((quarantine,),) = [re.findall(r'<a href="\./(lists/quarantine[^"]*)">Appeals</a>', page)]
    assert unescape(quarantine) == f"lists/quarantine?night={NIGHT}&feed=appeals"
    assert _rows(reader, quarantine) == 0
    ((found,),) = [set(re.findall(r'<a href="\./(kept/[^"]*)">\d+ Mar 2026</a>', page))]
    assert reader.get(f"/{found}").status_code == 200
