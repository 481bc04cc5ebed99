"""Publishing: whole revisions only, visible in one step, the same bytes for the same result.

Longer than other files, for the warehouse that all of it is published from is made here.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import duckdb
import pytest

from evenhand.landing.accepted import create_emergencies
from evenhand.landing.contracts import FEEDS
from evenhand.landing.held_markets import kept_beside
from evenhand.quality.held_lists import hold_lists, make_views
from evenhand.quality.held_rows import hold
from evenhand.release.assemble import assemble, tell_of_accounts
from evenhand.release.manifest import OtherFormat, read_manifest
from evenhand.release.previous import create_released
from evenhand.release.publish import FILES, Published, PublishFailed, publish, revision_of
from release.manifests import manifest_of
from release.measures import create_what_measures_rank_by

NIGHT = date(2026, 3, 5)
CODE = {"evenhand": "1"}


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A warehouse as gate 2 leaves it, with one penalty."""
    path = tmp_path / "warehouse.duckdb"
    keys = "row_key varchar, account_id varchar, market varchar, programme varchar, scope varchar"
    days = "starts_on date, ends_on date, reason_id varchar"
    with duckdb.connect(str(path)) as connection:
        for schema in ("policy", "landing", "accepted", "quarantine"):
            connection.execute(f"create schema {schema}")
        connection.execute("create table policy.packs as select 'p' as pack, 1 as version, 'abc' as sha256")
        create_what_measures_rank_by(connection)
        connection.execute(
            "create table landing.files as select 'creators' as feed, 1 as rows, date '2026-03-05' as night,"
            " 'creators/night=2026-03-05/day.csv' as landed_file, 'def' as sha256"
        )
        for contract in FEEDS:
            connection.execute(f"create table accepted.{contract.feed} as select date '2026-03-05' as landed_night")
        connection.execute(
            "create table quarantine.rows (feed varchar, column_name varchar, rule varchar, remedy varchar,"
            " landed_file varchar, landed_row bigint)"
        )
        # A line that can't be read, and a value of a row that can.
        connection.execute(
            "create table landing.bad_rows as select 'creators' as feed, date '2026-03-05' as night,"
            " unnest(['', 'followers']) as column_name"
        )
        connection.execute(
            "create table landing.forgotten (landed_file varchar, sha256 varchar, forgotten_by varchar,"
            " approved_by varchar, why varchar)"
        )
        connection.execute("create schema arrivals")
        connection.execute(
            "create table arrivals.words_without_effect as select 'violations' as feed, 'SG' as market,"
            " 'violation_type' as column_name, 'Spam' as word, 'spam' as nearest, 3 as rows"
        )
        connection.execute(f"create table penalties ({keys}, measure varchar, {days})")
        connection.execute(
            "insert into penalties values ('a1', 'A1', 'SG', 'p', 'live', 'no_live', '2026-03-01', null, 'r1')"
        )
        connection.execute(f"create table rewards ({keys}, reward varchar, {days})")
        connection.execute(
            "create table reasons as select 'r1' as reason_id, 'why' as explanation, 'penalties' as list,"
            " 'a1' as row_key"
        )
        connection.execute(
            "create table account_standings as"
            " select 'A1' as account_id, 'p' as programme, 'warned' as zone, 1 as zone_rank"
        )
        connection.execute("create table account_profiles as select 'A1' as account_id, 'active' as stage")
        connection.execute("create table account_health as select 'A1' as account_id, 'p' as programme")
        connection.execute("create table eligibility as select 'A1' as account_id, 'ads' as eligibility")
        connection.execute("create table account_timeline as select 'A1' as account_id, 1 as step")
        connection.execute(
            "create table operational_metrics as select 'repeat_rate' as metric, 'all' as market, '' as slice,"
            " '' as slice_value, 0.25 as figure, true as is_enough"
        )
        connection.execute("create table enforcement_gaps as select 'decided_not_enforced' as gap, 'v1' as row_key")
        connection.execute(
            "create table account_entries as select 'A1' as account_id, 'p' as programme, 'e1' as entry_id, on_day"
            " from (select date '2026-03-01' as on_day)"
        )
        connection.execute(
            "create table balance_periods as select 'A1' as account_id, 'p' as programme, '' as balance_of,"
            " date '2026-03-01' as from_day"
        )
        connection.execute("create table account_violations as select 'A1' as account_id, 'v1' as violation_id")
        connection.execute(
            "create table account_appeals as select 'A1' as account_id, 'v1' as violation_id, 'p1' as appeal_id,"
            " date '2026-03-01' as filed_on"
        )
        connection.execute("create table live_performance as select 'A1' as account_id")
        connection.execute("create table notices as select 'n1' as notice_id, 'penalties' as list, 'new' as event")
        create_released(connection)
        create_emergencies(connection)
        connection.execute("create schema deciders")
        connection.execute(
            "create table deciders.models as"
            " select 1 as position, 'penalties' as name, 'table' as materialized, 'select 1' as sql"
        )
        connection.execute("create table deciders.rules as select 'packs' as rules")
        connection.execute("create table deciders.packs as select 'p.yml' as file, 'pack: p' as text")
        hold(connection, NIGHT, [])
        connection.execute(
            "create table gate.changes (list varchar, row_key varchar, account_id varchar, market varchar,"
            " measure varchar, change varchar,"
            " cause varchar, reason_id varchar, columns varchar[], text_of varchar, content varchar)"
        )
        connection.execute('create table gate.not_compared ("column" varchar, night date)')
        connection.execute("create table gate.power (list varchar, market varchar, expected bigint, held_from bigint)")
        connection.execute("create table gate.receivers (receiver varchar, config varchar, before varchar)")
        connection.execute(
            "create table gate.list_sizes (list varchar, market varchar, programme varchar, measure varchar)"
        )
        hold_lists(connection, {}, {}, lambda name, market: (), lambda name, market: None, NIGHT)
        make_views(connection, NIGHT)
        connection.execute(
            "create table penalty_changes as select 'a1' as row_key, 'warning' as measure, 'new' as change"
        )
    assemble(path, tmp_path / "releases", NIGHT, None)
    tell_of_accounts(path, tmp_path / "releases", NIGHT)
    return path


def change(warehouse: Path, account: str) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update penalties set account_id = ?", [account])


def test_a_release_has_every_file_and_a_manifest_that_is_true(warehouse: Path, tmp_path: Path) -> None:
    published = publish(warehouse, tmp_path / "releases", NIGHT, CODE)

    assert published == Published(tmp_path / "releases" / "night=2026-03-05", published.release_id, 1, True)
    manifest = read_manifest(published.folder)
    assert set(manifest.files) == set(FILES)
    for name, file in manifest.files.items():
        assert file.sha256 == hashlib.sha256((published.folder / name).read_bytes()).hexdigest()
        with duckdb.connect() as connection:
            found = connection.execute(
                "select count(*) from read_parquet(?)", [str(published.folder / name)]
            ).fetchall()
        assert found == [(file.rows,)]
    assert manifest.files["penalties.parquet"].rows == 1
    assert manifest.files["rewards.parquet"].rows == 0
    assert (manifest.night, manifest.known_at) == (NIGHT, NIGHT)
    # Its row, and the line that none could be read of.
    assert manifest.feeds["creators"].known == 2
    assert manifest.inputs == {"creators/night=2026-03-05/day.csv": "def"}
    assert [(each.measure, each.new, each.kept, each.ended) for each in manifest.penalties] == [("no_live", 1, 0, 0)]
    assert [(each.list, each.event, each.notices) for each in manifest.notices] == [("penalties", "new", 1)]
    assert [(each.stage, each.accounts) for each in manifest.stages] == [("active", 1)]
    assert [(each.metric, each.figure) for each in manifest.metrics] == [("repeat_rate", "0.250000")]
    assert manifest.told_since is None
    # The id is a hash of everything else that the manifest says.
    content = json.loads((published.folder / "manifest.json").read_text())
    release_id = content.pop("release_id")
    assert release_id == hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def test_a_release_of_a_newer_format_is_refused_by_its_number(tmp_path: Path) -> None:
    """Whatever fields it has; one without a number is of the first format and is read."""
    (tmp_path / "manifest.json").write_text('{"format": 3, "planets": []}')
    with pytest.raises(OtherFormat, match=r"manifest\.json: the release has format 3, .* reads formats up to 2\."):
        read_manifest(tmp_path)
    content = json.loads(manifest_of(date(2026, 3, 5)).text())
    del content["format"]
    (tmp_path / "manifest.json").write_text(json.dumps(content))
    assert read_manifest(tmp_path).format == 1


def test_the_same_result_changes_nothing_and_another_is_a_new_revision_beside_the_old(
    warehouse: Path, tmp_path: Path
) -> None:
    releases = tmp_path / "releases"
    first = publish(warehouse, releases, NIGHT, CODE)
    again = publish(warehouse, releases, NIGHT, CODE)
    change(warehouse, "A2")
    second = publish(warehouse, releases, NIGHT, CODE)
    change(warehouse, "A1")
    back = publish(warehouse, releases, NIGHT, CODE)

    assert (again.release_id, again.revision, again.changed) == (first.release_id, 1, False)
    assert (second.revision, second.changed) == (2, True)
    assert second.release_id != first.release_id
    # A roll-back is a new revision too: the history says what was in force when.
    assert (back.release_id, back.revision, back.changed) == (first.release_id, 3, True)
    assert revision_of(releases / "night=2026-03-05") == 3
    kept = releases / "revisions" / "night=2026-03-05"
    assert sorted(path.name for path in kept.iterdir()) == ["0001", "0002", "0003"]
    assert (kept / "0001" / "manifest.json").read_bytes() == (kept / "0003" / "manifest.json").read_bytes()


def test_a_market_decided_alone_that_comes_to_what_is_released_makes_no_revision(
    warehouse: Path, tmp_path: Path
) -> None:
    releases = tmp_path / "releases"
    first = publish(warehouse, releases, NIGHT, CODE)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create or replace table gate.held_markets as select 'ID' as market, ? as why, '' as file, 0 as line,"
            " null::date as since",
            [kept_beside("SG")],
        )

    again = publish(warehouse, releases, NIGHT, CODE)
    assert (again.release_id, again.revision, again.changed) == (first.release_id, 1, False)
    assert revision_of(releases / "night=2026-03-05") == 1
    # Something that decides is new: other code, another file, another row of its list; or the release is damaged.
    assert publish(warehouse, releases, NIGHT, {"evenhand": "2"}).revision == 2
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update landing.files set sha256 = 'ghi'")
    assert publish(warehouse, releases, NIGHT, {"evenhand": "2"}).revision == 3
    change(warehouse, "A2")
    assert publish(warehouse, releases, NIGHT, {"evenhand": "2"}).revision == 4
    (releases / "night=2026-03-05" / "rules.parquet").unlink()
    assert publish(warehouse, releases, NIGHT, {"evenhand": "2"}).revision == 5
    # The markets that are kept may be others; what is held for another reason is decided anew.
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update gate.held_markets set market = 'TH'")
    assert publish(warehouse, releases, NIGHT, {"evenhand": "2"}).revision == 5
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update gate.held_markets set why = 'its pack is wrong'")
    assert publish(warehouse, releases, NIGHT, {"evenhand": "2"}).revision == 6


def test_a_release_that_was_damaged_is_published_again(warehouse: Path, tmp_path: Path) -> None:
    released = publish(warehouse, tmp_path / "releases", NIGHT, CODE).folder
    (released / "penalties.parquet").unlink()

    repaired = publish(warehouse, tmp_path / "releases", NIGHT, CODE)

    assert (repaired.revision, repaired.changed) == (2, True)
    assert (repaired.folder / "penalties.parquet").exists()


def test_the_files_of_a_release_cant_be_written_to(warehouse: Path, tmp_path: Path) -> None:
    released = publish(warehouse, tmp_path / "releases", NIGHT, CODE).folder

    assert {path.stat().st_mode & 0o222 for path in released.iterdir()} == {0}


def test_a_quote_in_the_path_is_only_a_character(warehouse: Path, tmp_path: Path) -> None:
    assert publish(warehouse, tmp_path / "it's here", NIGHT, CODE).changed


_PUBLISH = """
import sys
from datetime import date
from pathlib import Path
from evenhand.release.publish import publish
publish(Path(sys.argv[1]), Path(sys.argv[2]), date(2026, 3, 5), {"evenhand": "1"})
"""


def test_out_of_space_keeps_the_release_and_says_what_to_do(warehouse: Path, tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    before = publish(warehouse, releases, NIGHT, CODE)
    change(warehouse, "A2")

    run = subprocess.run(
        [sys.executable, "-c", _PUBLISH, str(warehouse), str(releases)],
        # No file may grow: what a full disk is to a writer, without needing one.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode != 0
    assert read_manifest(releases / "night=2026-03-05").release_id == before.release_id
    assert [path.name for path in (releases / "revisions").iterdir()] == ["night=2026-03-05"]
    assert publish(warehouse, releases, NIGHT, CODE).revision == 2


def test_a_folder_that_cant_be_written_is_one_clear_error(warehouse: Path, tmp_path: Path) -> None:
    (tmp_path / "releases").write_text("not a folder")

    with pytest.raises(PublishFailed, match=r"releases: night 2026-03-05 couldn't be published .* clear this task"):
        publish(warehouse, tmp_path / "releases", NIGHT, CODE)


@pytest.mark.real
@pytest.mark.parametrize("kills", [6, pytest.param(25, marks=pytest.mark.soak)])
def test_killed_at_any_moment_the_release_is_the_old_or_the_new_one(
    warehouse: Path, tmp_path: Path, kills: int
) -> None:
    """So many times at least, and until both were seen."""
    old = publish(warehouse, tmp_path / "old", NIGHT, CODE).folder
    change(warehouse, "A2")
    new = publish(warehouse, tmp_path / "new", NIGHT, CODE).folder
    whole = [{path.name: path.read_bytes() for path in folder.iterdir()} for folder in (old, new)]
    moments = random.Random(5)
    releases = tmp_path / "releases"
    draft = releases / "revisions" / ".night=2026-03-05.draft"
    seen: set[int] = set()
    # As long as publishing may take here: found out from what earlier kills left, for a busy machine takes longer.
    longest = 0.3

    for number in range(50):
        if number >= kills and len(seen) == 2:
            break
        shutil.rmtree(releases, ignore_errors=True)
        shutil.copytree(tmp_path / "old", releases, symlinks=True)
        run = subprocess.Popen(
            [sys.executable, "-c", _PUBLISH, str(warehouse), str(releases)], stderr=subprocess.DEVNULL
        )
        while run.poll() is None and not draft.exists():
            time.sleep(0.001)
        time.sleep(moments.uniform(0, longest))
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
        release = releases / "night=2026-03-05"
        found = {path.name: path.read_bytes() for path in release.iterdir()}
        assert found in whole
        seen.add(whole.index(found))
        longest *= 1.3 if found == whole[0] else 0.8
        # Whatever was left behind is in nobody's way.
        assert publish(warehouse, releases, NIGHT, CODE).revision == 2
        assert {path.name: path.read_bytes() for path in release.iterdir()} == whole[1]
        assert sorted(path.name for path in (releases / "revisions").iterdir()) == ["night=2026-03-05"]
    assert seen == {0, 1}
