"""Whose approval doesn't count where changed code changes a list."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from evenhand.approval.code_changes import authors_since_all, by_code, lay_code_authors
from evenhand.deciding.code_authors import CodeAuthors
from evenhand.release.manifest import FORMAT, HeldList, Manifest
from release.manifests import manifest_of

FIRST, SECOND, THIRD = (date(2026, 3, day) for day in (5, 6, 7))
IMAGES: dict[date, dict[str, Any]] = {
    FIRST: {"sha256": "1", "commit": "a" * 40, "authors": "old@example.org"},
    SECOND: {"sha256": "2", "commit": "b" * 40, "authors": "mai@example.org"},
    THIRD: {"sha256": "3", "commit": "c" * 40, "authors": "lan@example.org"},
}
LOG_INS = '{"mai@example.org": "mai", "lan@example.org": "lan", "old@example.org": "old", "bo@example.org": "bo"}'


@pytest.mark.parametrize("are_words_compared", [True, False])
def test_code_that_changes_rows_or_only_their_words_has_its_authors_named(are_words_compared: bool) -> None:
    words = ", 'code' as text_of" if are_words_compared else ""
    with duckdb.connect() as connection:
        connection.execute("create schema gate")
        connection.execute(
            "create table gate.changes as"
            f" select 'penalties' as list, 'SG' as market, 'code' as cause{words and ', null as text_of'}"
            f" union all select 'penalties', 'MY', 'text'{words}"
            f" union all select 'rewards', 'MY', 'data'{words and ', null'}"
        )
        connection.execute(
            "create table gate.code_authors (list varchar, market varchar, log_in varchar, unknown varchar)"
        )
        for name, market in (("penalties", "SG"), ("penalties", "MY")):
            if market == "SG" or are_words_compared:
                connection.execute("insert into gate.code_authors values (?, ?, 'ayu', null)", [name, market])
        found = by_code(connection)

    assert set(found) == {("penalties", "SG"), *([("penalties", "MY")] if are_words_compared else [])}
    assert all(authors.log_ins == ("ayu",) for authors in found.values())


def _held(answer: str = "") -> HeldList:
    return HeldList(
        list="penalties", market="SG", digest="d", changes=3, why=("why",), since=FIRST, answer=answer,
        answered_by="", first_wave=0,
    )  # fmt: skip


def _release(releases: Path, manifest: Manifest) -> None:
    folder = releases / "revisions" / f"night={manifest.night}" / "0001"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(manifest.model_copy(update={"format": FORMAT}).named().text())
    (releases / f"night={manifest.night}").symlink_to(folder)


def _authors(tmp_path: Path) -> tuple[CodeAuthors, dict[tuple[str, str], CodeAuthors]]:
    """Who changed code beforehand for all lists, and for the penalties of SG and MY, both of which code changes."""
    releases = tmp_path / "releases"
    newest = max(releases.glob("night=*")).resolve()
    release_id = Manifest.model_validate_json((newest / "manifest.json").read_bytes()).release_id
    with duckdb.connect(str(tmp_path / "night.duckdb")) as connection:
        connection.execute("create schema gate")
        connection.execute("create schema released")
        night = newest.parent.name.removeprefix("night=")
        connection.execute(
            f"create table released.last_release as select date '{night}' as night, '{release_id}' as release_id"
        )
        connection.execute(
            "create table gate.changes as select 'penalties' as list, unnest(['SG', 'MY']) as market, 'code' as cause"
        )
    lay_code_authors(tmp_path / "night.duckdb", tmp_path, releases)
    with duckdb.connect(str(tmp_path / "night.duckdb")) as connection:
        return authors_since_all(tmp_path, releases), dict(by_code(connection))


@pytest.fixture
def image(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tonight's image, which bo alone has changed since the one before."""
    monkeypatch.setenv("EVENHAND_CODE_COMMIT", "d" * 40)
    monkeypatch.setenv("EVENHAND_CODE_AUTHORS", "bo@example.org")
    monkeypatch.setenv("EVENHAND_CODE_LOGINS", LOG_INS)


@pytest.mark.usefixtures("image")
def test_of_a_list_that_is_held_for_nights_all_who_changed_code_since_its_release_are_named(tmp_path: Path) -> None:
    for night, held in ((FIRST, ()), (SECOND, (_held(),)), (THIRD, (_held("rejected"),))):
        _release(tmp_path / "releases", manifest_of(night, code=IMAGES[night], held_lists=held))
    all_of_them, of_lists = _authors(tmp_path)
    assert of_lists == {
        ("penalties", "SG"): CodeAuthors(("bo", "lan", "mai"), ()),
        ("penalties", "MY"): CodeAuthors(("bo",), ()),
    }
    # What is approved beforehand is for every list.
    assert all_of_them == CodeAuthors(("bo", "lan", "mai"), ())


@pytest.mark.usefixtures("image")
def test_once_it_was_approved_only_what_came_since_counts(tmp_path: Path) -> None:
    for night, held in ((FIRST, ()), (SECOND, (_held(),)), (THIRD, (_held("approved"),))):
        _release(tmp_path / "releases", manifest_of(night, code=IMAGES[night], held_lists=held))
    all_of_them, of_lists = _authors(tmp_path)
    assert all_of_them == of_lists["penalties", "SG"] == CodeAuthors(("bo",), ())


@pytest.mark.usefixtures("image")
def test_where_an_image_between_does_not_say_who_changed_it_two_persons_approve(tmp_path: Path) -> None:
    silent = {name: said for name, said in IMAGES[SECOND].items() if name != "authors"}
    _release(tmp_path / "releases", manifest_of(FIRST, code=IMAGES[FIRST]))
    _release(tmp_path / "releases", manifest_of(SECOND, code=silent, held_lists=(_held(),)))
    _, of_lists = _authors(tmp_path)
    assert of_lists["penalties", "SG"].unknown == ("a release since then doesn't say who changed its code",)
    assert of_lists["penalties", "MY"] == CodeAuthors(("bo",), ())


def test_before_anything_is_released_nobody_knows_who_changed_code(tmp_path: Path) -> None:
    assert authors_since_all(tmp_path, tmp_path / "releases").unknown
