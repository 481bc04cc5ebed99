"""What receivers were sent as a list, by receiver, list and market, for who may see which; and stages as a funnel."""

from __future__ import annotations

import csv
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from html import unescape
from pathlib import Path

import duckdb
import pytest
from fastapi.testclient import TestClient

from console.conftest import EARLIER, NIGHT
from console.prepared import beside
from console.serving import log_in, seen_by_all
from console.two_managers import managed
from evenhand.console import deliveries
from evenhand.delivery.ledger import open_ledger
from evenhand.records import steps

WHEN = "2026-03-06T20:00:00.000Z"


@pytest.fixture
def sent(home: Path, tmp_path: Path) -> Path:
    """A receiver was sent each penalty of the night, one that is gone, and something that is nobody's."""
    here = beside(home, tmp_path, "releases")
    ledger, work = here / "receipts.sqlite", here / "nights" / f"night={NIGHT}"
    folder = home / "releases" / f"night={NIGHT}"
    with duckdb.connect() as connection:
        rows = f"from read_parquet('{folder}/%s.parquet', hive_partitioning = false)"
        penalties = connection.execute(f"select row_key, 'put' {rows % 'penalties'} order by row_key").fetchall()
        gone = f"select row_key, 'remove' {rows % 'changes'} where list = 'penalties' and change = 'removed' order by 1"
        removed = connection.execute(gone).fetchall()
    assert penalties
    assert removed
    changes: list[tuple[str, str, str, str, str | None]] = [
        ("penalties", key, action, "acknowledged", WHEN) for key, action in (*penalties, *removed)
    ]
    changes[0] = (*changes[0][:3], "planned", None)
    changes += [("qa_items", 'it"e\nm', "put", "rejected", WHEN), ("penalties", "before", "put", "superseded", WHEN)]
    with closing(open_ledger(ledger)) as database:
        database.executemany(
            "insert into changes (receiver, key, list, row_key, generation, action, night, release_id, status,"
            " planned_at, answered_at) values ('sandbox', ?, ?, ?, 0, ?, ?, '', ?, ?, ?)",
            [(str(at), *of[:3], NIGHT, of[3], WHEN, of[4]) for at, of in enumerate(changes)],
        )
    steps.keep(work, "reconcile_receiver", {"told": "they agree", "agrees": True}, "sandbox")
    return ledger


@pytest.fixture
def reader(sent: Path) -> Iterator[TestClient]:
    with seen_by_all(sent.parent) as app:
        yield TestClient(app, base_url="http://127.0.0.1:8080", headers={"accept": "text/html"})


def _rows(client: TestClient, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    found = csv.DictReader(answer.text.splitlines())
    return [{name.rpartition("(")[2].rstrip(")"): value for name, value in row.items()} for row in found]


def test_what_was_sent_is_counted_by_receiver_list_and_market(reader: TestClient, sent: Path) -> None:
    rows = _rows(reader, "/lists/deliveries/csv")
    assert [(each["receiver"], each["list"], each["market"]) for each in rows] == [
        ("sandbox", "penalties", "ID"), ("sandbox", "penalties", "world"), ("sandbox", "qa_items", ""),
    ]  # fmt: skip
    assert {each["agrees"] for each in rows} == {"True"}
    assert sum(int(each["unanswered"]) for each in rows) == 1
    with duckdb.connect() as connection:
        penalties = sent.parent / "releases" / f"night={NIGHT}" / "penalties.parquet"
        in_force = dict(
            connection.execute(f"select market, count(*) from read_parquet('{penalties}') group by all").fetchall()
        )
    assert {each["market"]: int(each["put"]) for each in rows[:2]} == in_force
    assert sum(int(each["removed"]) for each in rows) > 0
    *_, items = rows
    assert (items["put"], items["rejected"], items["acknowledged"]) == ("1", "1", "0")
    assert {each["planned_at"] for each in rows} == {"2026-03-06 20:00"}
    # It is read anew once the ledger is otherwise.
    with closing(sqlite3.connect(sent)) as database:
        database.execute("update changes set status = 'acknowledged' where status = 'planned'")
        database.commit()
    assert sum(int(each["unanswered"]) for each in _rows(reader, "/lists/deliveries/csv")) == 0
    assert _rows(reader, f"/lists/deliveries/csv?night={EARLIER}") == []


def test_its_sql_is_for_the_ledger(reader: TestClient, sent: Path) -> None:
    (sql,) = re.findall(r"<pre>(.*?)</pre>", reader.get("/lists/deliveries?market=ID").text, flags=re.DOTALL)
    with closing(sqlite3.connect(sent)) as database:
        found = database.execute(unescape(sql)).fetchall()
    assert {row[:4] for row in found} >= {("sandbox", "penalties", "put", "acknowledged")}


def test_who_sees_one_market_is_told_what_was_sent_of_it_and_not_whether_all_agrees(sent: Path, tmp_path: Path) -> None:
    with managed(sent.parent, tmp_path / "people.yml") as client:
        for name, market in (("ika", "ID"), ("wen", "world")):
            log_in(name)
            (row,) = _rows(client, "/lists/deliveries/csv")
            assert (row["market"], row["agrees"]) == (market, "")


def test_stages_are_counted_in_their_order_with_who_came_and_went(reader: TestClient, home: Path) -> None:
    profiles = [home / "releases" / f"night={night}" / "account_profiles.parquet" for night in (EARLIER, NIGHT)]
    with duckdb.connect() as connection:
        before, now = (
            set(
                connection.execute(
                    f"select account_id, market, coalesce(stage, 'none') from read_parquet('{path}')"
                ).fetchall()
            )
            for path in profiles
        )
    for night, of, last in ((NIGHT, now, before), (EARLIER, before, None)):
        rows = _rows(reader, f"/lists/stages/csv?night={night}")
        assert [each["market"] for each in rows] == sorted(each["market"] for each in rows)
        for each in rows:
            at = {one for one in of if one[1:] == (each["market"], each["stage"])}
            assert int(each["accounts"]) == len(at)
            if last is None:
                # Without a release before it nobody knows who came.
                assert (each["came"], each["went"]) == ("", "")
                continue
            was = {one for one in last if one[1:] == (each["market"], each["stage"])}
            assert (int(each["came"]), int(each["went"])) == (len(at - was), len(was - at))
        assert sum(int(each["accounts"]) for each in rows) == len(of)


def test_a_ledger_that_cannot_be_read_is_named_on_each_page_that_reads_it(sent: Path, reader: TestClient) -> None:
    sent.write_bytes(b"no ledger" * 100)
    for address in (f"/lists/deliveries?night={NIGHT}", f"/creator?account=a2&night={NIGHT}"):
        answer = reader.get(address, headers={"accept": "text/html"})
        assert answer.status_code == 409, address
        assert str(sent) in unescape(answer.text)


def test_row_keys_are_read_as_they_were_sent_however_late_a_quote_stands_in_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = [(f"{number:05}", "put") for number in range(21_000)]
    hostile = [('evil",x/live', "remove"), ("a,b", "put"), ("two\nlines", "put"), ('\'""', "put"), ('\\"', "put")]
    with closing(open_ledger(tmp_path / "receipts.sqlite")) as database:
        database.execute("begin")
        database.executemany(
            "insert into changes (receiver, key, list, row_key, generation, action, night, release_id, status,"
            " planned_at) values ('sandbox', ?, 'penalties', ?, 0, ?, ?, '', 'planned', ?)",
            [(f"{at:06}", *of, NIGHT, WHEN) for at, of in enumerate((*plain, *hostile))],
        )
        database.execute("commit")
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    deliveries._write(date.fromisoformat(NIGHT), tmp_path / "sent.parquet")
    with duckdb.connect() as connection:
        kept = f"select row_key, action, status, planned_at from read_parquet('{tmp_path / 'sent.parquet'}')"
        found = connection.execute(kept).fetchall()
    assert sorted(found) == sorted((*of, "planned", WHEN) for of in (*plain, *hostile))
