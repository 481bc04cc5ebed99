"""Queries over releases: every night is there once, and nothing but what is released can be read."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

from evenhand.release.manifest import ReleasedFile
from evenhand.release.query import NotAnswered, ask, tables
from evenhand.release.verify import ReleaseChanged
from release.manifests import manifest_of


def _release(releases: Path, night: str, revision: int, **files: str) -> Path:
    """Release files that these queries give."""
    folder = releases / "revisions" / f"night={night}" / f"{revision:04}"
    folder.mkdir(parents=True)
    described = {}
    for name, sql in files.items():
        path = folder / f"{name}.parquet"
        duckdb.sql(sql).write_parquet(str(path))
        described[path.name] = ReleasedFile(rows=1, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    manifest = manifest_of(date.fromisoformat(night)).model_copy(update={"files": described})
    (folder / "manifest.json").write_text(manifest.named().text())
    link = releases / f"night={night}"
    link.unlink(missing_ok=True)
    link.symlink_to(folder)
    return folder


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    """Two nights, of which the second was decided twice and has a column more."""
    here = tmp_path / "o'brien" / "releases"
    here.mkdir(parents=True)
    _release(here, "2026-03-05", 1, penalties="select 'a1' as account_id", reasons="select 1 as reason_id")
    _release(here, "2026-03-06", 1, penalties="select 'a9' as account_id, true as prevails")
    _release(here, "2026-03-06", 2, penalties="select 'a2' as account_id, true as prevails")
    return here


def _answer(releases: Path, sql: str) -> list[tuple[object, ...]]:
    with ask(releases, sql) as answer:
        return list(answer.rows)


def test_the_newest_export_of_cases_of_each_night_is_a_table(releases: Path) -> None:
    for night, number in (("2026-03-05", 1), ("2026-03-06", 1), ("2026-03-06", 2)):
        export = releases.parent / "cases" / f"night={night}" / f"{number:04}.parquet"
        export.parent.mkdir(parents=True, exist_ok=True)
        duckdb.sql(f"select 'c{number}' as case_id").write_parquet(str(export))
        sha256 = hashlib.sha256(export.read_bytes()).hexdigest()
        export.with_suffix(".json").write_text(json.dumps({"sha256": sha256}))
    cases = "select night, case_id from cases order by night"
    assert _answer(releases, cases) == [(date(2026, 3, 5), "c1"), (date(2026, 3, 6), "c2")]
    # Of an export that is being written, or was killed, there is one half.
    half = export.with_name("0003.parquet")
    half.write_bytes(export.read_bytes())
    assert _answer(releases, cases) == [(date(2026, 3, 5), "c1"), (date(2026, 3, 6), "c2")]
    said = export.with_suffix(".json")
    for path, content in ((export, export.read_bytes() + b" "), (said, b"{}"), (said, b"not json"), (export, None)):
        was = path.read_bytes()
        path.unlink() if content is None else path.write_bytes(content)
        with pytest.raises(ReleaseChanged, match="isn't what was exported"):
            _answer(releases, cases)
        path.write_bytes(was)


def test_a_table_has_every_night_in_its_newest_revision_and_what_a_night_lacks_is_null(releases: Path) -> None:
    assert {name: len(files) for name, files in tables(releases).items()} == {
        **{"penalties": 2, "reasons": 1},
        # What manifests say.
        **{"feed_counts": 2, "held_lists": 2, "releases": 2},
    }
    nights = "select night, before, release_id is not null, is_history from releases order by night"
    assert _answer(releases, nights) == [
        (date(2026, 3, 5), None, True, False),
        (date(2026, 3, 6), date(2026, 3, 5), True, False),
    ]
    assert _answer(releases, "select night, account_id, prevails from Penalties order by night") == [
        (date(2026, 3, 5), "a1", None),
        (date(2026, 3, 6), "a2", True),
    ]
    assert _answer(releases, "select count(*) from penalties where exists (from reasons)") == [(2,)]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("from nope", "There is no table nope. There are: feed_counts, held_lists, penalties, reasons, releases."),
        ("from read_text('/etc/hostname')", "reads what is released, and no other file"),
        ("from 'https://localhost:1/a.parquet'", "reads what is released, and no other file"),
        ("from glob('/*')", "reads what is released, and no other file"),
        ("from read_text('{releases}/night=2026-03-05/manifest.json')", "reads what is released"),
        ("copy penalties to 'x.csv'", "Only what reads is answered"),
        ("create table x as from penalties", "Only what reads is answered"),
        ("set enable_external_access = true", "Only what reads is answered"),
        ("attach 'x.duckdb'", "Only what reads is answered"),
        ("install httpfs", "Only what reads is answered"),
        ("select 1; select 2", "2 statements were given"),
        ("select 1; set lock_configuration = false", "2 statements were given"),
        ("", "0 statements were given"),
        ("select penalty from penalties", 'Referenced column "penalty" not found'),
        ("select from", "syntax error"),
        ("select repeat('x', 1000000) || i as s from range(10000) t (i) order by s", "needs more than 2GB of memory"),
    ],
)
def test_what_isnt_a_query_of_what_is_released_isnt_answered(
    releases: Path, sql: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotAnswered, match=said) as refused:
        _answer(releases, sql.format(releases=str(releases).replace("'", "''")))
    assert "Error:" not in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["o'brien"]


def test_a_file_that_isnt_what_was_released_isnt_read_and_others_are(releases: Path) -> None:
    with (releases / "night=2026-03-05" / "reasons.parquet").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ReleaseChanged, match=r"reasons\.parquet"):
        _answer(releases, "from reasons")
    assert len(_answer(releases, "from penalties")) == 2


def test_where_nothing_is_released_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotAnswered, match="nothing is released yet"):
        _answer(tmp_path, "from penalties")


def _keys(*rows: tuple[str, str, int], stratum: str = "contents", link: str = "") -> str:
    """Each at a link of its own, unless they have one together."""
    listed = ", ".join(
        f"('{subject}', '{state}', {number}, '{link or f'https://x.test/{subject}'}')"
        for subject, state, number in rows
    )
    said = f"(values {listed}) as keys (subject, state, number, link)"
    return f"select 'SG' as market, '{stratum}' as stratum, * from {said}"


def test_keys_are_told_once_nobody_is_asked_about_their_subject(releases: Path) -> None:
    _release(releases, "2026-03-05", 2, qa_keys=_keys(("c1", "open", 1), ("c2", "open", 2), ("c2", "open", 3)))
    newest = _keys(("c1", "reviewed", 1), ("c2", "unanswered", 2), ("c2", "open", 3), ("c3", "reviewed", 4))
    _release(releases, "2026-03-06", 3, qa_keys=newest)
    told = [(date(2026, 3, 6), "c1", 1), (date(2026, 3, 6), "c3", 4)]
    assert _answer(releases, "select night, subject, number from qa_keys order by number") == told
    assert _answer(releases, 'select night, subject, number from "QA_KEYS" order by number') == told
    # Of what was asked for as a file, too, nothing is read.
    file = releases / "night=2026-03-06" / "qa_keys.parquet"
    for path in (file, file.resolve()):
        with pytest.raises(NotAnswered, match="no other file"):
            _answer(releases, "from read_parquet('{}'), qa_keys".format(str(path).replace("'", "''")))
    _release(releases, "2026-03-07", 1, qa_keys=_keys(("c2", "reviewed", 3)))
    assert _answer(releases, "select subject, number from qa_keys order by number") == [
        ("c1", 1), ("c2", 2), ("c2", 3), ("c3", 4),
    ]  # fmt: skip


def test_a_key_is_not_told_while_somebody_is_asked_about_something_else_at_its_link(releases: Path) -> None:
    """A decision has the link of its content: whoever reviews one could read what is said of the other."""
    decided = _keys(("v1", "reviewed", 1), link="https://x.test/c1")
    _release(releases, "2026-03-05", 2, qa_keys=f"{decided} union all {_keys(('c1', 'open', 2))}")
    assert _answer(releases, "select subject from qa_keys") == []
    _release(releases, "2026-03-06", 3, qa_keys=_keys(("c1", "reviewed", 2)))
    assert _answer(releases, "select subject from qa_keys order by subject") == [("c1",), ("v1",)]


def test_what_has_no_link_is_told_whatever_else_has_none(releases: Path) -> None:
    nowhere = "select * replace ('' as link) from ({})".format(_keys(("c1", "reviewed", 1), ("c2", "open", 2)))
    _release(releases, "2026-03-06", 3, qa_keys=nowhere)
    assert _answer(releases, "select subject from qa_keys") == [("c1",)]


def test_a_golden_item_is_never_told_for_it_comes_again(releases: Path) -> None:
    golden = _keys(("c1", "reviewed", 1), ("c2", "unanswered", 2), stratum="golden")
    _release(releases, "2026-03-06", 3, qa_keys=f"{golden} union all {_keys(('c1', 'reviewed', 3))}")
    assert _answer(releases, "select subject, stratum from qa_keys") == [("c1", "contents")]


def test_a_night_of_an_earlier_version_in_between_tells_no_more(releases: Path) -> None:
    _release(releases, "2026-03-05", 2, qa_keys=_keys(("c1", "open", 1), ("c2", "reviewed", 2)))
    assert not (releases / "night=2026-03-06" / "qa_keys.parquet").exists()
    assert _answer(releases, "select subject from qa_keys") == [("c2",)]
