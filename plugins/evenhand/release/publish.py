"""Publish a night: freeze its lists as a revision, then make that revision the night's release in one step.

    releases/night=D                  -> revisions/night=D/0002     a symlink, replaced atomically
    releases/revisions/night=D/0001/  what was released first
    releases/revisions/night=D/0002/  what was released after a correction

Killed at any moment, the symlink points at a whole revision: the old one or the new one.
"""

from __future__ import annotations

import filecmp
import hashlib
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from evenhand.records.atomic_files import sync
from evenhand.records.databases import quoted
from evenhand.records.record_log import seal
from evenhand.records.sql_files import SqlFile
from evenhand.release import quality_samples
from evenhand.release.decided_alone import came_to_the_same
from evenhand.release.describe import describe
from evenhand.release.manifest import NAME, History, Manifest, ReleasedFile, Reversed, read_manifest

_SQL = SqlFile(__file__)

# What is released, and the order of its rows: the same rows are the same bytes.
FILES = {
    "penalties.parquet": "from wanted.penalties order by row_key",
    "rewards.parquet": "from wanted.rewards order by row_key",
    "reasons.parquet": "from wanted.reasons order by reason_id",
    "notices.parquet": "from main.notices order by notice_id",
    "standings.parquet": "from wanted.account_standings order by account_id, programme",
    "account_profiles.parquet": "from wanted.account_profiles order by account_id",
    "account_health.parquet": "from wanted.account_health order by account_id, programme",
    "eligibility.parquet": "from wanted.eligibility order by account_id, eligibility",
    "account_timeline.parquet": "from wanted.account_timeline order by account_id, step",
    "account_entries.parquet": "from wanted.account_entries order by account_id, programme, on_day, entry_id",
    "balance_periods.parquet": "from wanted.balance_periods order by account_id, programme, balance_of, from_day",
    "account_violations.parquet": "from wanted.account_violations order by account_id, violation_id",
    "account_appeals.parquet": "from wanted.account_appeals order by account_id, violation_id, filed_on, appeal_id",
    "operational_metrics.parquet": f"from {quality_samples.METRICS} order by metric, market, slice, slice_value",
    "quality_estimates.parquet": "from estimates.quality_estimates order by estimate, market, slice, about",
    **quality_samples.FILES,
    "enforcement_gaps.parquet": "from wanted.enforcement_gaps order by gap, row_key",
    "live_performance.parquet": "from main.live_performance order by account_id",
    "changes.parquet": "from wanted.changes order by list, row_key, market",
    "list_sizes.parquet": "from wanted.list_sizes order by list, market, programme, measure",
    "held_rows.parquet": "from gate.held_rows order by list, row_key, rule",
    "quarantine.parquet": "from quarantine.rows order by feed, landed_file, landed_row, column_name, rule",
    "models.parquet": "select position, name, materialized, sql from deciders.models order by position",
    "rules.parquet": "from deciders.rules order by all",
    "packs.parquet": "from deciders.packs order by file",
    # As they are, but as they were where nobody has approved that.
    "translations.parquet": _SQL("translations"),
}
# A warehouse of an earlier version has none.
_TRANSLATIONS = "create table if not exists gate.translations (language varchar, said varchar, before varchar)"


class PublishFailed(Exception):
    """Nothing was published; the release of the night is what it was. The message says why and what to do."""


@dataclass(frozen=True)
class Published:
    """The night's release.

    Attributes:
        folder: where it lies, through the night's symlink.
        revision: counts from 1 for each night.
        changed: whether this publishing made it, rather than finding it there.
    """

    folder: Path
    release_id: str
    revision: int
    changed: bool


def publish(
    warehouse: Path,
    releases: Path,
    night: date,
    code: Mapping[str, Any],
    reversed_by: Reversed | None = None,
    history: History | None = None,
) -> Published:
    """Publish what is wanted, and what the models left in the warehouse; the same result again changes nothing.

    Args:
        history: that the night was decided with others before anything is delivered.

    Raises:
        PublishFailed: the files couldn't be written.
    """
    # The open warehouse keeps a second publisher out: DuckDB lets one process write.
    with duckdb.connect(str(warehouse), config={"threads": 1}) as connection:
        for statement in (_TRANSLATIONS, *quality_samples.CREATED):
            connection.execute(statement)
        published = publish_files(
            connection,
            releases,
            night,
            FILES,
            lambda files: describe(connection, night, files, code, reversed_by, history),
        )
    seal(releases.parent)
    return published


def publish_files(
    connection: duckdb.DuckDBPyConnection,
    releases: Path,
    night: date,
    queries: Mapping[str, str],
    described: Callable[[dict[str, ReleasedFile]], Manifest],
) -> Published:
    """Publish the results of some queries as a night's files; whoever calls it takes the release into the log.

    Args:
        queries: by the file's name, SQL from `from` on.
        described: the manifest of the files.

    Raises:
        PublishFailed: the files couldn't be written.
    """
    revisions = releases / "revisions" / f"night={night}"
    draft = releases / "revisions" / f".night={night}.draft"
    try:
        revisions.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        manifest = described({name: _write(connection, query, draft / name) for name, query in queries.items()})
        _write_text(draft / NAME, manifest.text())
        release = releases / f"night={night}"
        if came_to_the_same(draft, manifest, release):
            return Published(release, read_manifest(release).release_id, revision_of(release), changed=False)
        return _make_visible(draft, revisions, release, manifest.release_id)
    except (OSError, duckdb.IOException) as error:
        raise PublishFailed(
            f"{releases}: night {night} couldn't be published ({error}). Its release is what it was before. "
            "Make room or give this user write access, then clear this task."
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def revision_of(release: Path) -> int:
    """The revision that a night's symlink points at."""
    return int(release.resolve(strict=True).name)


def _write(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> ReleasedFile:
    connection.execute(f"copy ({query}) to {quoted(path)} (format parquet, compression zstd, row_group_size 100000)")
    ((rows,),) = connection.execute(f"select count(*) from ({query})").fetchall()
    _settle(path)
    with path.open("rb") as file:
        return ReleasedFile(rows=rows, sha256=hashlib.file_digest(file, "sha256").hexdigest())


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    _settle(path)


def _make_visible(draft: Path, revisions: Path, release: Path, release_id: str) -> Published:
    numbers = sorted(int(folder.name) for folder in revisions.iterdir())
    # The newest revision may be one that a kill kept from becoming visible.
    newest = revisions / f"{numbers[-1]:04}" if numbers else None
    if newest and _equal(draft, newest):
        number = numbers[-1]
    else:
        number = numbers[-1] + 1 if numbers else 1
        newest = revisions / f"{number:04}"
        sync(draft)
        draft.rename(newest)
        sync(revisions)
    changed = not release.is_symlink() or release.resolve() != newest.resolve()
    if changed:
        link = release.with_name(f".{release.name}.link")
        link.unlink(missing_ok=True)
        link.symlink_to(newest.relative_to(release.parent))
        link.replace(release)
        sync(release.parent)
    return Published(release, release_id, number, changed)


def _equal(one: Path, other: Path) -> bool:
    names = sorted(path.name for path in one.iterdir())
    equal, _, _ = filecmp.cmpfiles(one, other, names, shallow=False)
    return equal == names == sorted(path.name for path in other.iterdir())


def _settle(path: Path) -> None:
    """Bring a file to disk and take the right to write it away: a release is immutable."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    path.chmod(0o400)
