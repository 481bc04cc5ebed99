"""Writing a night's notices, and what they are told against."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from evenhand.notices.catalogs import CatalogError, in_words_of, load_catalogs, said_by
from evenhand.notices.write import write_notices
from evenhand.release.previous import create_released, last_release, take_last_release
from notices.needed import TRANSLATIONS
from release.manifests import manifest_of

NIGHT = date(2026, 3, 5)
FACTS = """
    create table notice_facts as
    select
        'n' || row_number() over () as notice_id, date '2026-03-05' as as_of, 'a1' as account_id, 'SG' as market,
        language, 'new' as event, 'penalties' as list, 'k1' as row_key, 'account_health' as programme,
        'live' as scope, measure, date '2026-03-05' as starts_on, date '2026-03-11' as ends_on,
        '' as reason, cast(null as date) as lifted_until,
        ['v1'] as evidence,
        '[{{"violation_type": "copyright", "kind": "live", "title": "Sale", "posted_on": "2026-03-01",'
        || ' "decided_on": "2026-03-02", "amount": 3.00, "unit": "strike", "last_counts_on": "2026-05-30",'
        || ' "is_needed": true, "appeal": "until", "appeal_until": "2026-04-01"}}]' as cases,
        cast(null as decimal(18, 2)) as amount, 0.0 as balance_before, 3.0 as balance_after,
        'point' as unit, cast(null as varchar) as outranked_by, cast(null as varchar) as followed_by,
        cast(null as date) as followed_until,
        false as is_appeal_granted, false as is_restored,
        cast(null as date) as appeal_until, true as can_appeal, 'time' as restored_by,
        'r1' as reason_id, date '2026-03-12' as restored_on
    from (values {values}) as told (language, measure)
"""


def _warehouse(folder: Path, values: str) -> Path:
    path = folder / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(FACTS.format(values=values))
        create_released(connection)
    return path


def _notices(warehouse: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute("select notice_id, language, subject from main.notices order by all").fetchall()


def test_each_account_is_told_in_its_language_and_in_english_where_nobody_translated(tmp_path: Path) -> None:
    warehouse = _warehouse(tmp_path, "('id', 'no_live'), ('sv', 'no_live'), ('sv', 'warning')")
    assert write_notices(warehouse, TRANSLATIONS, tmp_path / "releases", NIGHT) == {"sv": 2}
    first = _notices(warehouse)
    assert first == [
        ("n1", "id", "Tindakan baru: Siaran langsung tidak diizinkan"),
        ("n2", "en", "New measure: No live streaming"),
        ("n3", "en", "New measure: Warning"),
    ]
    assert write_notices(warehouse, TRANSLATIONS, tmp_path / "releases", NIGHT) == {"sv": 2}
    assert _notices(warehouse) == first


def test_words_that_nobody_has_approved_are_not_used_and_a_new_language_is_told_in_english(tmp_path: Path) -> None:
    folder = tmp_path / "po"
    shutil.copytree(TRANSLATIONS, folder)
    before = said_by(load_catalogs(folder).languages["id"])
    (folder / "id.po").write_text((folder / "id.po").read_text().replace("Tindakan baru", "Bayar 50 USD"))
    warehouse = _warehouse(tmp_path, "('id', 'no_live'), ('th', 'no_live')")
    write_notices(warehouse, folder, tmp_path / "releases", NIGHT, {"id": before, "th": None})
    assert _notices(warehouse) == [
        ("n1", "id", "Tindakan baru: Siaran langsung tidak diizinkan"),
        ("n2", "en", "New measure: No live streaming"),
    ]
    write_notices(warehouse, folder, tmp_path / "releases", NIGHT)
    assert _notices(warehouse)[0] == ("n1", "id", "Bayar 50 USD: Siaran langsung tidak diizinkan")


def test_what_counts_until_when_is_told_also_of_a_night_that_an_earlier_version_decided(tmp_path: Path) -> None:
    warehouse = _warehouse(tmp_path, "('en', 'no_live')")
    # Such a one says no unit of what violations count, and calls the day otherwise.
    for said, earlier in (
        ("3 strikes", ()),
        ("3 points", (('"unit": "strike", ', ""), ("last_counts_on", "counts_until"))),
    ):
        with duckdb.connect(str(warehouse)) as connection:
            for each in earlier:
                connection.execute("update notice_facts set cases = replace(cases, ?, ?)", list(each))
        write_notices(warehouse, TRANSLATIONS, tmp_path / "releases", NIGHT)
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            ((body,),) = connection.execute("select body from main.notices").fetchall()
        assert f"It counts {said}, until May 30, 2026." in body


@pytest.mark.parametrize("language", [path.stem for path in sorted(TRANSLATIONS.glob("*.po"))])
def test_a_language_in_the_words_that_a_release_kept_says_the_same(tmp_path: Path, language: str) -> None:
    catalogs = load_catalogs(TRANSLATIONS)
    kept = said_by(catalogs.languages[language])
    again = in_words_of(load_catalogs(tmp_path), language, kept).languages[language]
    assert said_by(again) == kept
    for count in (0, 1, 2, 5, 21):
        assert again.form(count) == catalogs.languages[language].form(count)


def test_more_notices_than_are_written_at_once(tmp_path: Path) -> None:
    warehouse = _warehouse(tmp_path, ", ".join(["('en', 'warning')"] * 2001))
    assert write_notices(warehouse, TRANSLATIONS, tmp_path / "releases", NIGHT) == {}
    assert len(_notices(warehouse)) == 2001


def test_what_is_not_translated_leaves_no_notices(tmp_path: Path) -> None:
    warehouse = _warehouse(tmp_path, "('en', 'shadow_ban')")
    with pytest.raises(CatalogError, match=r"measure\.shadow_ban"):
        write_notices(warehouse, TRANSLATIONS, tmp_path / "releases", NIGHT)
    with duckdb.connect(str(warehouse)) as connection:
        assert connection.execute("select * from duckdb_tables() where table_name = 'notices'").fetchall() == []


def _release(releases: Path, night: date, measure: str) -> None:
    folder = releases / f"night={night}"
    folder.mkdir(parents=True)
    lists = (
        "select 'k1' as row_key, 'a1' as account_id, 'SG' as market, 'health' as programme, 'live' as scope,"
        " {what}, null::date as starts_on, null::date as ends_on, 'r1' as reason_id, 'more' as another_column"
    )
    with duckdb.connect() as connection:
        penalties = lists.format(what=f"'{measure}' as measure")
        connection.execute(f"copy ({penalties}) to '{folder}/penalties.parquet'")
        rewards = lists.format(what="'badge' as reward, 1.5 as amount")
        connection.execute(f"copy ({rewards}) to '{folder}/rewards.parquet'")
        create_released(connection)
        connection.execute("insert into released.last_reasons by name select 'r1' as reason_id, '[]' as entries")
        connection.execute(f"copy released.last_reasons to '{folder}/reasons.parquet'")
    (folder / "manifest.json").write_text(manifest_of(night, release_id=measure).text())


def test_the_newest_release_before_the_night_is_what_is_told_against(tmp_path: Path) -> None:
    releases, warehouse = tmp_path / "releases", tmp_path / "warehouse.duckdb"
    (releases / "revisions").mkdir(parents=True)
    assert last_release(releases, date(2026, 3, 5)) is None
    for night, measure in ((date(2026, 3, 1), "first"), (date(2026, 3, 3), "second"), (date(2026, 3, 5), "own")):
        _release(releases, night, measure)
    for night, wanted in ((date(2026, 3, 5), ["second"]), (date(2026, 3, 2), ["first"]), (date(2026, 3, 1), [])):
        take_last_release(releases, warehouse, night)
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            found = connection.execute("select measure from released.last_penalties").fetchall()
            assert [measure for (measure,) in found] == wanted
            of = connection.execute("select night, release_id from released.last_release").fetchall()
            assert [release_id for _, release_id in of] == wanted
            assert len(connection.execute("from released.last_rewards").fetchall()) == len(wanted)
            assert len(connection.execute("from released.last_reasons").fetchall()) == len(wanted)
