"""The bundled example as feeds: a slice made by hand for each decision, and the whole of it for its figures."""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections import Counter
from pathlib import Path

import pytest

from evenhand.landing.takedowns import land_takedowns
from evenhand.settings import PROJECT

SOURCE = PROJECT / "examples" / "takedowns" / "takedowns_2020_2026.csv.gz"

SLICE = """\
event_date,event_type,notice_id,account,repository
2024-05-01,notice,n1,alice,r1
2024-05-01,notice,n1,alice,r2
2024-05-01,notice,n1,alice,
2024-05-01,notice,n1,bob,r3
2024-06-01,notice,n2,alice,r1
2024-06-02,counternotice,c1,alice,r1
2024-06-03,counternotice,c2,alice,r9
2024-05-15,retraction,t1,alice,r1
2026-02-01,notice,n3,alice,r1
2026-02-01,counternotice,c3,alice,r1
2026-02-02,retraction,t2,bob,r3
2026-02-03,counternotice,c4,bob,
2027-01-01,notice,n4,carol,r4
2027-01-01,retraction,t3,carol,r4
"""


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    return tmp_path / "landing"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    landing = tmp_path_factory.mktemp("takedowns") / "landing"
    # Four feeds on each night from 2025-12-31 to 2026-08-19.
    assert land_takedowns(SOURCE, landing) == 4 * 232
    return landing


def test_a_document_is_one_batch_and_a_violation_per_account_and_content(tmp_path: Path, landing: Path) -> None:
    land_takedowns(_source(tmp_path, SLICE), landing)
    assert _rows(landing, "violations", "2025-12-31") == [
        ("n1/alice", "alice", "", "copyright", "n1", "2024-05-01"),
        ("n1/alice/r1", "alice", "r1", "copyright", "n1", "2024-05-01"),
        ("n1/alice/r2", "alice", "r2", "copyright", "n1", "2024-05-01"),
        ("n1/bob/r3", "bob", "r3", "copyright", "n1", "2024-05-01"),
        ("n2/alice/r1", "alice", "r1", "copyright", "n2", "2024-06-01"),
    ]
    assert _rows(landing, "violations", "2026-02-01") == [
        ("n3/alice/r1", "alice", "r1", "copyright", "n3", "2026-02-01")
    ]


def test_an_appeal_answers_the_newest_notice_about_its_content_before_it(tmp_path: Path, landing: Path) -> None:
    land_takedowns(_source(tmp_path, SLICE), landing)
    assert _rows(landing, "appeals", "2025-12-31") == [
        # A retraction is an appeal granted; the later notice n2 is none of its business.
        ("t1/alice/r1", "n1/alice/r1", "alice", "2024-05-15", "granted", "2024-05-15"),
        ("c1/alice/r1", "n2/alice/r1", "alice", "2024-06-02", "pending", ""),
        # Nothing was ever said about r9: the gate is left to quarantine the appeal.
        ("c2/alice/r9", "", "alice", "2024-06-03", "pending", ""),
    ]
    assert [row[:2] for night in ("01", "02", "03") for row in _rows(landing, "appeals", f"2026-02-{night}")] == [
        # The notice of the same day is too young to be answered.
        ("c3/alice/r1", "n2/alice/r1"),
        ("t2/bob/r3", "n1/bob/r3"),
        ("c4/bob", ""),
    ]


def test_accounts_and_contents_land_with_their_first_event(tmp_path: Path, landing: Path) -> None:
    land_takedowns(_source(tmp_path, SLICE), landing)
    assert _rows(landing, "creators", "2025-12-31") == [
        # In a slice this small everybody stands in more than one document of twenty.
        ("alice", "world", "platform", "en", "2024-05-01"),
        ("bob", "world", "platform", "en", "2024-05-01"),
    ]
    assert _rows(landing, "contents", "2025-12-31") == [
        ("r1", "alice", "repository", ""),
        ("r2", "alice", "repository", ""),
        ("r3", "bob", "repository", ""),
        ("r9", "alice", "repository", ""),
    ]


def test_rows_dated_after_the_last_night_had_arrived_by_it(tmp_path: Path, landing: Path) -> None:
    land_takedowns(_source(tmp_path, SLICE), landing)
    assert _rows(landing, "creators", "2026-08-19") == [("carol", "world", "platform", "en", "2026-08-19")]
    assert _rows(landing, "violations", "2026-08-19") == [
        ("n4/carol/r4", "carol", "r4", "copyright", "n4", "2027-01-01")
    ]
    assert _rows(landing, "appeals", "2026-08-19")[0][3:] == ("2027-01-01", "granted", "2027-01-01")
    assert not (landing / "violations" / "night=2027-01-01").exists()


def test_an_account_in_more_than_one_document_of_twenty_is_the_platforms(tmp_path: Path, landing: Path) -> None:
    notices = [f"2024-05-01,notice,n{i},shop,r{i}" for i in range(40)]
    # Twice in one document is once; two documents of forty are not more than one of twenty.
    notices += ["2024-05-01,notice,n0,twice,x1", "2024-05-01,notice,n1,twice,x2", "2024-05-01,notice,n1,twice,x3"]
    notices += [f"2024-05-01,notice,n{i},thrice,y{i}" for i in range(3)]
    land_takedowns(_source(tmp_path, "\n".join([SLICE.split("\n")[0], *notices, ""])), landing)
    kinds = {row[0]: row[2] for row in _rows(landing, "creators", "2025-12-31")}
    assert kinds == {"shop": "platform", "twice": "creator", "thrice": "platform"}


def test_a_quiet_night_has_a_header_alone(tmp_path: Path, landing: Path) -> None:
    land_takedowns(_source(tmp_path, SLICE), landing)
    for feed in ("creators", "contents", "violations", "appeals"):
        assert _rows(landing, feed, "2026-01-01") == []


def test_landing_again_writes_nothing_and_mends_what_is_not_the_same(tmp_path: Path, landing: Path) -> None:
    source = _source(tmp_path, SLICE)
    assert land_takedowns(source, landing) == 4 * 232
    before = _hashes(landing)
    assert land_takedowns(source, landing) == 0
    (landing / "creators" / "night=2025-12-31" / "takedowns.csv").write_text("edited")
    (landing / "appeals" / "night=2026-02-01" / "takedowns.csv").unlink()
    assert land_takedowns(source, landing) == 2
    assert _hashes(landing) == before


def test_the_order_of_the_source_makes_no_difference(tmp_path: Path, landing: Path) -> None:
    header, *lines = SLICE.splitlines()
    land_takedowns(_source(tmp_path, SLICE), landing)
    land_takedowns(_source(tmp_path, "\n".join([header, *reversed(lines), ""])), tmp_path / "other")
    assert _hashes(landing) == _hashes(tmp_path / "other")


def test_the_whole_example(whole: Path) -> None:
    feeds = {feed: _all_rows(whole, feed) for feed in ("creators", "contents", "violations", "appeals")}
    assert {feed: len(rows) for feed, rows in feeds.items()} == {
        "creators": 81_479,
        "contents": 97_839,
        "violations": 136_177,
        "appeals": 781,
    }
    for rows in feeds.values():
        assert len({row[0] for row in rows}) == len(rows)

    accounts_of = Counter(batch for batch, _ in {(row[4], row[1]) for row in feeds["violations"]})
    assert accounts_of.most_common(3) == [
        ("n_187dd1e55fb3", 1733),
        ("n_84b1befa25e7", 1520),
        ("n_81a812272189", 1028),
    ]
    platform = {row[0] for row in feeds["creators"] if row[2] == "platform"}
    assert platform == {"a_5f72622d4e43", "a_2cbb3de4b992"}
    unanswered = [row for row in feeds["appeals"] if not row[1]]
    assert (len(unanswered), sum(row[2] in platform for row in unanswered)) == (288, 240)
    assert Counter(row[4] for row in feeds["appeals"]) == {"pending": 721, "granted": 60}
    assert sum(row[5] > "2026-08-19" for row in feeds["violations"]) == 9


def test_every_appeal_of_the_example_answers_a_violation_of_the_same_account_decided_before(whole: Path) -> None:
    violations = {row[0]: row for row in _all_rows(whole, "violations")}
    for _, answered, account, filed_on, *_ in _all_rows(whole, "appeals"):
        if answered:
            assert violations[answered][1] == account
            assert violations[answered][5] < filed_on


def _source(folder: Path, text: str) -> Path:
    path = folder / "source.csv.gz"
    path.write_bytes(gzip.compress(text.encode()))
    return path


def _rows(landing: Path, feed: str, night: str) -> list[tuple[str, ...]]:
    with (landing / feed / f"night={night}" / "takedowns.csv").open(newline="", encoding="utf-8") as lines:
        _, *rows = csv.reader(lines)
    return [tuple(row) for row in rows]


def _all_rows(landing: Path, feed: str) -> list[tuple[str, ...]]:
    nights = sorted(folder.name.removeprefix("night=") for folder in (landing / feed).iterdir())
    return [row for night in nights for row in _rows(landing, feed, night)]


def _hashes(landing: Path) -> dict[str, str]:
    return {
        str(path.relative_to(landing)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(landing.rglob("*"))
        if path.is_file()
    }
