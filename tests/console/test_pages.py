"""The pages of what is released: what stands on them, for whom, and what leads from one to another.

Longer than other files, for all pages are opened in it.
"""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from html import unescape
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zipfile import ZipFile

import duckdb
import pytest
from fastapi.testclient import TestClient

from console.conftest import EARLIER, HOSTILE, NIGHT
from console.links import leading_nowhere, links_of
from evenhand.console import rights, workbook
from evenhand.console.tables import BY_NAME, LISTS, NONE_OF
from evenhand.release.query import ask

EVERY_PAGE = [
    "/",
    "/lists",
    "/search?q=a",
    "/creator?account=a4",
    "/nights",
    *(f"/lists/{each.name}" for each in LISTS),
]


_OPENED: set[str] = set()


def _text(page: str) -> str:
    """What a reader sees of a page, in one line."""
    body = re.sub(r"<(style|script|svg)[^>]*>.*?</\1>", " ", page, flags=re.DOTALL)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))


def _released(home: Path, query: str) -> list[tuple[Any, ...]]:
    files = f"{home}/releases/night={NIGHT}"
    return duckdb.sql(query.format(files=files)).fetchall()


def test_the_night_stands_on_one_page(reader: TestClient, home: Path) -> None:
    said = _text(reader.get("/").text)
    of_world = "select count(*) from read_parquet('{files}/penalties.parquet') where market = 'world'"
    ((penalties,),) = _released(home, of_world)
    assert "Night 6 Mar 2026 , revision 1, released" in said
    assert f"world {penalties} " in said
    assert "Nothing waits for anybody." in said
    # The appeal that was granted took a warning back.
    assert "Penalties what was corrected 0 1 0" in said
    assert "against 5 Mar 2026" in said


@pytest.mark.parametrize("address", EVERY_PAGE)
def test_each_page_opens_and_every_link_on_it_leads_somewhere(reader: TestClient, address: str) -> None:
    links = links_of(reader.get(address).text)
    assert len(links) > 3
    assert not [link for link in links if link.startswith(("/", "http"))], "a proxy may put a prefix before an address"
    assert leading_nowhere(reader, address, _OPENED) == []


@pytest.mark.parametrize("address", EVERY_PAGE)
def test_before_the_first_night_each_page_says_that_there_is_none(nothing_released: TestClient, address: str) -> None:
    said = nothing_released.get(address)
    assert said.status_code == 200
    assert address == "/nights" or "Nothing is released yet" in said.text


def test_a_list_is_filtered_sorted_and_downloaded_as_it_is_shown(reader: TestClient, home: Path) -> None:
    ((all_rows,),) = _released(home, "select count(*) from read_parquet('{files}/penalties.parquet')")
    assert f"{all_rows} rows" in _text(reader.get("/lists/penalties").text)
    rows = _released(
        home,
        "select account_id from read_parquet('{files}/penalties.parquet') where measure = 'publishing_paused'"
        " order by account_id desc, starts_on desc, row_key",
    )
    asked = "?measure=publishing_paused&sort=-account_id"
    page = reader.get(f"/lists/penalties{asked}").text
    shown = [unescape(account) for account in re.findall(r'creator\?account=[^"]*">([^<]+)</a>', page)]
    assert shown == [account for (account,) in rows]
    downloaded = list(csv.reader(StringIO(reader.get(f"/lists/penalties/csv{asked}").text)))
    assert downloaded[0][0] == "Creator (account_id)"
    # What a spreadsheet would run has an apostrophe before it.
    assert [row[0].removeprefix("'") for row in downloaded[1:]] == shown
    assert not any(cell.startswith("=") for row in downloaded for cell in row)


def test_a_list_is_chosen_by_what_is_looked_up_beside_its_rows(reader: TestClient, home: Path) -> None:
    ((why, number),) = _released(
        home,
        "select explanation, count(*) from read_parquet('{files}/penalties.parquet')"
        " join read_parquet('{files}/reasons.parquet') using (reason_id) group by all order by all limit 1",
    )
    asked = f"?why={quote(why)}"
    assert f"{number} row" in _text(reader.get(f"/lists/penalties{asked}").text)
    assert len(list(csv.reader(StringIO(reader.get(f"/lists/penalties/csv{asked}").text)))) == number + 1


def test_a_spreadsheet_has_what_was_asked_for_and_runs_nothing(reader: TestClient) -> None:
    found = reader.get(f"/lists/penalties/xlsx?q={quote(HOSTILE)}")
    with ZipFile(BytesIO(found.content)) as book:
        about, rows = (unescape(book.read(f"xl/worksheets/sheet{number}.xml").decode()) for number in (1, 2))
    assert HOSTILE in rows
    assert "a4" not in rows
    # A formula would have an element of its own.
    assert "<f>" not in rows
    for said in (NIGHT, "select", "Search"):
        assert said in about
    assert "Not all" not in about


def test_a_spreadsheet_has_names_beside_keys_and_a_csv_has_the_keys(reader: TestClient) -> None:
    asked = "market=ID&measure=warning"
    with ZipFile(BytesIO(reader.get(f"/lists/penalties/xlsx?{asked}").content)) as book:
        about, rows = (book.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (1, 2))
    said = re.findall(r"<t[^>]*>([^<]*)</t>", rows)
    assert said[said.index("Market") : said.index("Market") + 2] == ["Market", "Market (market)"]
    for name, key in (("Indonesia (ID)", "ID"), ("Warning", "warning")):
        assert said[said.index(name) + 1] == key
        assert said.count(name) == said.count(key) > 0
    assert "Indonesia (ID)" in about and "Warning (warning)" in about
    first, *lines = csv.reader(StringIO(reader.get(f"/lists/penalties/csv?{asked}").text))
    assert {line[first.index("Market (market)")] for line in lines} == {"ID"}


def test_a_spreadsheet_that_would_be_too_long_says_so(reader: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    with ZipFile(BytesIO(reader.get("/lists/penalties/xlsx").content)) as book:
        assert "These are the first 3 rows" in book.read("xl/worksheets/sheet1.xml").decode()
        assert book.read("xl/worksheets/sheet2.xml").decode().count("<row ") == 4


@pytest.mark.parametrize("name", [each.name for each in LISTS if not each.is_of_receivers])
def test_the_sql_of_a_list_gives_its_rows(reader: TestClient, home: Path, name: str) -> None:
    page = reader.get(f"/lists/{name}?q=a").text
    (sql,) = re.findall(r"<pre>(.*?)</pre>", page, flags=re.DOTALL)
    (total,) = re.findall(r"<h2>([\d,]+) rows?</h2>", page)
    with ask(home / "releases", unescape(sql)) as answer:
        assert len(list(answer.rows)) == int(total)


def test_the_sql_of_a_search_for_a_question_mark_or_a_quote_can_be_asked(reader: TestClient, home: Path) -> None:
    page = reader.get("/lists/penalties", params={"q": "a?'b?", "measure": "M'?"}).text
    (sql,) = re.findall(r"<pre>(.*?)</pre>", page, flags=re.DOTALL)
    with ask(home / "releases", unescape(sql)) as answer:
        assert list(answer.rows) == []


def test_pages_of_a_list_have_every_row_once(reader: TestClient, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    from evenhand.console import listing

    monkeypatch.setattr(listing, "PAGE_ROWS", 5)
    ((number,),) = _released(home, "select count(*) from read_parquet('{files}/penalties.parquet')")
    keys: list[str] = []
    address = "/lists/penalties?sort=market"
    for _ in range(-(-number // 5)):
        page = reader.get(address).text
        keys += re.findall(r"<tbody>.*</tbody>", page, flags=re.DOTALL)[0].split("<tr>")[1:]
        following = re.findall(r'href="(\?[^"]*)" rel="next"', page)
        address = f"/lists/penalties{unescape(following[0])}" if following else ""
    assert address == ""
    assert (len(keys), len(set(keys))) == (number, number)


@pytest.mark.parametrize("number", [7, 10**9, 10**22])
def test_after_the_last_page_of_a_list_is_its_last(reader: TestClient, number: int) -> None:
    page = reader.get(f"/lists/penalties?page={number}")
    assert page.status_code == 200
    assert re.findall(r"<tbody>.*</tbody>", page.text, flags=re.DOTALL) == re.findall(
        r"<tbody>.*</tbody>", reader.get("/lists/penalties").text, flags=re.DOTALL
    )


def test_appeals_are_all_of_the_release_and_of_a_violation_each_by_itself(reader: TestClient, home: Path) -> None:
    ((number, account, name),) = _released(
        home, "select count(*), min(account_id), min(appeal_id) from read_parquet('{files}/account_appeals.parquet')"
    )
    assert number > 0
    assert f"{number} row" in reader.get("/lists/appeals").text
    # A case leads to it on the page of its creator.
    assert (
        f'<li id="appeal-{name}">{name}: filed 4 Mar 2026, granted 6 Mar 2026'
        in reader.get(f"/creator?account={account}").text
    )


def test_of_several_appeals_each_is_a_row_and_of_earlier_versions_the_one_that_there_is() -> None:
    appeals = BY_NAME["appeals"]
    with duckdb.connect() as connection:
        connection.execute(
            "create table account_violations as select 'a' as account_id, 'ID' as market, 'v' as violation_id,"
            " 'fraud' as violation_type, 'high' as severity, 'p2' as appeal_id, date '2026-03-02' as appeal_filed_on,"
            " 'pending' as appeal_outcome, null::date as appeal_decided_on"
        )
        connection.execute(f"create view account_appeals as {NONE_OF['account_appeals']}")
        names = "appeal_id, severity, appeal_outcome, is_out_of_court"
        assert connection.sql(f"select {names} from ({appeals.sql})").fetchall() == [("p2", "high", "pending", False)]
        connection.execute(
            "create or replace view account_appeals as from (values"
            " ('a', 'ID', 'p1', 'v', 'fraud', date '2026-03-01', 'denied', date '2026-03-03', false),"
            " ('a', 'ID', 'p2', 'v', 'fraud', date '2026-03-02', 'pending', null, false),"
            " ('a', 'ID', 'p3', 'v', 'fraud', date '2026-03-03', 'pending', null, true)) as t (account_id, market,"
            " appeal_id, violation_id, violation_type, filed_on, outcome, decided_on, is_out_of_court)"
        )
        assert connection.sql(f"select {names} from ({appeals.sql}) order by 1").fetchall() == [
            ("p1", "high", "denied", False), ("p2", "high", "pending", False), ("p3", "high", "pending", True),
        ]  # fmt: skip


def test_a_search_for_nothing_says_what_can_be_searched_for(reader: TestClient) -> None:
    assert "Write a part of a creator's name" in _text(reader.get("/search?q=%20").text)


@pytest.mark.parametrize(("script", "begins"), [("han", b"OTTO"), ("thai", b"\0\1\0\0")])
def test_letters_that_a_machine_has_no_font_for_come_with_the_pages(
    reader: TestClient, script: str, begins: bytes
) -> None:
    font = reader.get(f"/fonts/{script}")
    assert font.content.startswith(begins)
    assert font.headers["content-type"].startswith("font/")
    assert f'url("../fonts/{script}")' in reader.get("/lists/penalties").text
    assert reader.get("/fonts/latin").status_code == 404


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/lists/nothing", 404, "there is no list nothing; there are penalties, rewards"),
        ("/lists/penalties?nothing=1", 400, "the list has no column nothing"),
        ("/lists/penalties?sort=reason", 400, "no column reason to sort by"),
        ("/lists/penalties?page=many", 400, "page a number"),
        ("/lists/penalties?night=2026-03-04", 404, "night 4 Mar 2026 isn't released; the newest that is: 6 Mar 2026"),
        ("/?against=yesterday", 400, "write a night as YYYY-MM-DD, or week"),
        ("/creator?account=nobody", 404, "There is no creator nobody on 6 Mar 2026"),
    ],
)
def test_what_cannot_be_shown_is_said(reader: TestClient, address: str, status: int, said: str) -> None:
    found = reader.get(address)
    assert (found.status_code, said in _text(found.text)) == (status, True), _text(found.text)


def test_a_creator_is_found_by_whatever_one_has_of_it(reader: TestClient) -> None:
    for words in ("a4", "v4.1", HOSTILE):
        page = reader.get(f"/search?q={quote(words)}")
        assert "<h2>What is in force</h2>" in page.text, words
    assert "Nothing is called so" in reader.get("/search?q=nothing-like-it").text
    several = _text(reader.get("/search?q=a").text)
    assert all(account in several for account in ("a1", "a6", HOSTILE))


def test_a_balance_in_a_list_has_the_unit_of_its_programme_and_is_downloaded_as_a_number(reader: TestClient) -> None:
    page = unescape(reader.get("/lists/health").text)
    said = re.findall(r'<td class="number">\s*(\S+ \S+)\s*</td>', page)
    assert "1 strike" in said and "2 strikes" in said
    (head, *rows) = csv.reader(reader.get("/lists/health/csv").text.splitlines())
    at = next(place for place, name in enumerate(head) if name.endswith("(balance)"))
    assert {Decimal(row[at]) for row in rows if row[at]} >= {1, 2}


def test_a_creators_page_says_what_is_in_force_what_happened_and_what_it_was_told(reader: TestClient) -> None:
    said = _text(reader.get("/creator?account=a2").text)
    assert "Publishing paused" in said
    assert "2 strikes" in said
    assert "v2.1" in said
    # What was taken back on the second night isn't in force, and stands among what happened.
    taken_back = _text(reader.get("/creator?account=a1").text)
    assert "Nothing is in force on it." in taken_back
    assert "taken back on 6 Mar 2026: an appeal was granted" in taken_back
    assert "What it was told 6 Mar 2026:" in taken_back
    # The night before, it was in force.
    assert "Nothing is in force on it." not in _text(reader.get(f"/creator?account=a1&night={EARLIER}").text)


def test_a_tile_says_all_that_lapses_on_the_day_on_which_something_does(reader: TestClient) -> None:
    """Of two strikes of one day both lapse together; of four of a day each, one does."""
    for account, said in ((HOSTILE, "2 strikes lapse after"), ("a4", "1 strike lapses after")):
        assert said in _text(reader.get(f"/creator?account={quote(account, safe='')}").text)


def test_a_hostile_name_is_only_text_on_every_page(reader: TestClient) -> None:
    for address in EVERY_PAGE:
        assert "<b>'" not in reader.get(address).text.replace("<b>Evenhand", ""), address
    page = reader.get(f"/creator?account={quote(HOSTILE, safe='')}")
    assert page.status_code == 200
    assert HOSTILE in _text(page.text)


def test_a_file_that_was_changed_is_not_shown(reader: TestClient, home: Path) -> None:
    path = (home / "releases" / f"night={NIGHT}").resolve() / "rewards.parquet"
    before, mode = path.read_bytes(), path.stat().st_mode
    path.unlink()
    path.write_bytes(before[:-4] + b"xxxx")
    try:
        assert reader.get("/lists/rewards").status_code == 409
        assert reader.get("/lists/penalties").status_code == 200
    finally:
        path.unlink()
        path.write_bytes(before)
        path.chmod(mode)
    assert reader.get("/lists/rewards").status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "localhost:8080"}, 200),
        ({"host": "[::1]:8080"}, 200),
        ({"host": "evenhand.example"}, 403),
        ({"host": "localhost.example"}, 403),
        ({"x-forwarded-for": "10.0.0.1"}, 403),
    ],
)
def test_where_all_are_admins_pages_are_shown_on_their_own_machine_alone(
    reader: TestClient, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], status: int
) -> None:
    monkeypatch.setattr(rights, "_all_are_admins", lambda: True)
    assert reader.get("/", headers=headers).status_code == status


def test_where_people_log_in_pages_are_shown_under_any_name(
    reader: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rights, "_all_are_admins", lambda: False)
    assert reader.get("/", headers={"host": "evenhand.example"}).status_code == 200


def test_what_cant_be_asked_for_is_a_page_that_says_so(reader: TestClient) -> None:
    for address, status, said in (
        ("/?night=yesterday", 422, "night can't be 'yesterday' in this address"),
        ("/reports/nothing", 404, "there is no report nothing; there are night, week"),
    ):
        answer = reader.get(address)
        assert (answer.status_code, said in unescape(answer.text)) == (status, True), answer.text
    assert reader.get("/?night=yesterday", headers={"accept": "application/json"}).json()["detail"]
