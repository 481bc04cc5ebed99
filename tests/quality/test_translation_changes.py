"""Words of a translation that nobody has approved reach no account: those told in that language wait."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from approval.english import SPEAKS
from evenhand.approval.answers import AnswerRefused, record
from evenhand.approval.shown import body, subject
from evenhand.notices.catalogs import load_catalogs, said_by
from evenhand.quality.held_lists import HeldList, answer, hold_lists, read_held
from evenhand.quality.translation_changes import LanguageWords, approved_words, lay_translations, translations_of
from evenhand.records.persons import Person, PersonRefused
from evenhand.release.manifest import NOTICES
from evenhand.release.publish import FILES
from notices.needed import TRANSLATIONS
from quality.test_receiver_changes import gate

__all__ = ["gate"]
NIGHT = date(2026, 3, 6)
BUDI = Person("budi", logged_in=True)


def _language(folder: Path, *changes: tuple[str, str]) -> LanguageWords:
    text = (TRANSLATIONS / "vi.po").read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    folder.mkdir(exist_ok=True)
    (folder / "vi.po").write_text(text)
    catalog = load_catalogs(folder).languages["vi"]
    return LanguageWords(said_by(catalog), catalog.changed_by)


PHISHING = ("Biện pháp mới: {measure}", "Trả 50 USD tại evil.example: {measure}")
BY_MAI = ('"Language: vi\\n"', '"Language: vi\\n"\n"Last-Translator: mai, lan <lan@example.org>\\n"')


@pytest.fixture
def held(gate: duckdb.DuckDBPyConnection, tmp_path: Path) -> Iterator[HeldList]:
    before = {"vi": _language(tmp_path / "po").said, "th": '{"plural": "0", "texts": {}}'}
    now = {"vi": _language(tmp_path / "po", PHISHING, BY_MAI)}
    said = {(NOTICES, each): why for each, why in lay_translations(gate, before, now).items()}
    # The one whose file is gone goes on as it was.
    assert list(said) == [(NOTICES, "vi")]
    texts = {of: now[of[1]].said for of in said}
    hold_lists(gate, said, {}, lambda *of: now[of[1]].changed_by, lambda *of: NIGHT, NIGHT, None, texts)
    (found,) = read_held(gate)
    yield found


def test_they_are_shown_and_approved_by_somebody_else_than_the_file_names(
    held: HeldList, gate: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    assert held.why[0] == (
        'subject.penalties.new was "Biện pháp mới: {measure}" and is "Trả 50 USD tại evil.example: {measure}"'
    )
    assert (held.list, held.market, held.by_policy, held.changed_by) == ("notices", "vi", True, ("mai", "lan"))
    assert subject(held, NIGHT) == "notices in vi, night 2026-03-06: they are held"
    assert "Nobody is told in vi before somebody else has approved this. Changed by: mai, lan." in body(
        gate, held, NIGHT, SPEAKS
    )
    with pytest.raises(AnswerRefused, match="notices have no first wave"):
        record(tmp_path, NIGHT, held, "first_wave", BUDI)
    with pytest.raises(PersonRefused, match="LAN asked for the change of notices of vi and can't approve it"):
        record(tmp_path, NIGHT, held, "approved", Person("LAN", logged_in=True))
    with pytest.raises(PersonRefused, match="Write `Last-Translator` into its header"):
        record(tmp_path, NIGHT, replace(held, changed_by=()), "approved", BUDI)
    assert record(tmp_path, NIGHT, held, "approved", BUDI).said == "approved"


def test_until_then_the_words_of_before_are_the_approved_ones_and_the_next_night_compares_with_them(
    held: HeldList, gate: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    def released() -> dict[str, str]:
        release = tmp_path / "release"
        release.mkdir(exist_ok=True)
        gate.execute(f"copy ({FILES['translations.parquet']}) to '{release}/translations.parquet'")
        return dict(translations_of(release) or {})

    before = approved_words(gate)["vi"]
    assert before and "Biện pháp mới" in before and "evil" not in before
    assert released()["vi"] == before
    assert "texts" in released()["th"]
    answer(gate, held, "rejected", "budi")
    assert released()["vi"] == before
    answer(gate, held, "approved", "budi")
    assert approved_words(gate) == {}
    assert "evil" in released()["vi"]


def test_a_new_language_is_a_difference_and_comments_or_another_order_are_none(
    gate: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    words = _language(tmp_path / "po")
    other = _language(tmp_path / "po", ("# Notices to accounts", "# All that accounts are told"), BY_MAI)
    assert lay_translations(gate, {"vi": words.said}, {"vi": other}) == {}
    (said, _) = lay_translations(gate, {"en": words.said}, {"vi": words})["vi"]
    assert "a language that nobody has approved" in said
    # A release of an earlier version doesn't say what it was.
    assert lay_translations(gate, None, {"vi": words}) == {}
    assert translations_of(tmp_path) is None


def test_how_many_read_it_is_said_of_the_last_nights(gate: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    for night, account in (("2026-03-04", "a1"), ("2026-03-05", "a1"), ("2026-03-05b", "a2")):
        folder = tmp_path / f"night={night}"
        folder.mkdir()
        gate.execute(
            f"copy (select '{account}' as account_id, unnest(['vi', 'en']) as language) to '{folder}/notices.parquet'"
        )
    was, now = ({"vi": json.dumps({"plural": "0", "texts": {"a": [each]}})} for each in ("x", "y"))
    said = lay_translations(gate, was, {"vi": LanguageWords(now["vi"], ())}, sorted(tmp_path.glob("night=*")))
    assert said["vi"] == ('a was "x" and is "y"', "The last 3 nights had 3 notices in it, to 2 accounts")
