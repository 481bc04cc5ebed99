"""What was released before a night: what held rows keep, and what accounts were told so far.

In the warehouse there are, in the schema `released`, the lists and reasons of

    last_*     the newest release of an earlier night: what a row that is held back keeps
    kept_*     what a market that can't be decided keeps: the night's own release if there is one already, else the same
    told_*     the release that accounts were last told of: the night's own if there is one already, else the same
"""

from __future__ import annotations

import json
import logging
from datetime import date
from pathlib import Path

import duckdb
from pydantic import ValidationError

from evenhand.landing.held_markets import create_held_markets
from evenhand.policy.renaming import take_names_of_rows
from evenhand.records.databases import parquet
from evenhand.records.sql_files import SqlFile
from evenhand.release.manifest import NAME, LastRelease, Manifest, read_manifest
from evenhand.release.verify import ReleaseChanged, refuse_changed

_SQL = SqlFile(__file__)

log = logging.getLogger(__name__)

# What of a release is looked at, with its columns: by the models, and where a row is held back.
_LISTS = {
    "penalties": (
        "row_key varchar, account_id varchar, market varchar, programme varchar, scope varchar, measure varchar,"
        " starts_on date, ends_on date, reason_id varchar"
    ),
    "rewards": (
        "row_key varchar, account_id varchar, market varchar, programme varchar, scope varchar, reward varchar,"
        " amount decimal(18, 2), starts_on date, ends_on date, reason_id varchar"
    ),
    "reasons": (
        "reason_id varchar, list varchar, row_key varchar, account_id varchar, market varchar, programme varchar,"
        " scope varchar, measure varchar, pack varchar, pack_version integer, pack_sha256 varchar, zone varchar,"
        " condition varchar, balance_before decimal(18, 4), balance_after decimal(18, 4), unit varchar,"
        " entry_count bigint, entries varchar, starts_on date, ends_on date, appeal_route varchar, explanation varchar"
    ),
}


def last_release(releases: Path, night: date) -> Path | None:
    """The folder of the newest night released before this one that another can go on from.

    Of nights that were decided in one go, that is the last: the others say nothing of why.
    """
    earlier = [path for path in releases.glob("night=*") if path.name < f"night={night}"]
    return next((path for path in sorted(earlier, reverse=True) if _says_why(path)), None)


def _says_why(release: Path) -> bool:
    """Whether a release isn't a past night of a history; one that can't be read is for who reads it to refuse."""
    try:
        manifest = json.loads((release / NAME).read_bytes())
        return not manifest.get("history") or "reasons.parquet" in manifest["files"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return True


def kept_release(releases: Path, night: date) -> Path | None:
    """The folder of what a market keeps that can't be decided: what was released last of it, tonight included."""
    own = releases / f"night={night}"
    return own if _whole(own) else last_release(releases, night)


def take_kept_release(releases: Path, warehouse: Path, night: date) -> None:
    """Fill `released.kept_*`; without any release the tables are empty."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        for name in ("release", *_LISTS):
            connection.execute(f"create or replace table released.kept_{name} as from released.last_{name} where false")
        if release := kept_release(releases, night):
            _name(connection, "kept", release.name.removeprefix("night="), read_manifest(release).release_id)
            take_lists(connection, release, "kept")
        for prefix in ("last", "kept"):
            take_names_of_lists(connection, prefix, night)
        connection.commit()


def take_last_release(releases: Path, warehouse: Path, night: date) -> None:
    """Fill the warehouse's schema `released` with it; without one its tables are empty."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        create_released(connection)
        if release := last_release(releases, night):
            _name(connection, "last", release.name.removeprefix("night="), read_manifest(release).release_id)
            take_lists(connection, release, "last")
            _take_languages(connection, release)
        connection.commit()


def take_told(connection: duckdb.DuckDBPyConnection, releases: Path, night: date) -> None:
    """Fill what accounts were told so far, for `main.notice_facts` to find what is to be told besides.

    A revision has the notices of the one before it, and those of what differs from it. A night that was released before
    an earlier one was is told against that one, as if it had come in order.
    """
    _tell_against_last_release(connection)
    release = releases / f"night={night}"
    manifest = _whole(release)
    if manifest is None:
        return
    _name(connection, "told", night, manifest.release_id)
    take_lists(connection, release, "told")
    take_names_of_lists(connection, "told", night)
    ((differences,),) = connection.execute("select count(*) from main.notice_facts").fetchall()
    if not differences and not manifest.told_before and _came_too_early(connection, manifest.told_since):
        _tell_against_last_release(connection)
        return
    since = manifest.told_since
    connection.execute("delete from released.told_since")
    if since:
        connection.execute("insert into released.told_since values (?, ?)", [since.night, since.release_id])
    if before := manifest.release_id if differences else manifest.told_before:
        connection.execute("insert into released.told_before values (?)", [before])
    connection.execute(f"insert into released.told_notices by name from {parquet(release / 'notices.parquet')}")


def take_lists(connection: duckdb.DuckDBPyConnection, release: Path, prefix: str) -> None:
    """Fill `released.<prefix>_penalties`, `_rewards` and `_reasons` with those of a release."""
    for name, columns in _LISTS.items():
        connection.execute(f"create or replace table released.{prefix}_{name} ({columns})")
        table, rows = f"released.{prefix}_{name}", parquet(release / f"{name}.parquet")
        named = _columns(connection, f"{prefix}_{name}")
        connection.execute(f"insert into {table} by name select {named} from {rows}")


def take_names_of_lists(connection: duckdb.DuckDBPyConnection, prefix: str, night: date) -> None:
    """Call what is in `released.<prefix>_*` as it is called on a night, where a version has renamed it since."""
    for name in _LISTS:
        take_names_of_rows(connection, f"released.{prefix}_{name}", night)


def _take_languages(connection: duckdb.DuckDBPyConnection, release: Path) -> None:
    """Fill `released.last_languages`, each account's language as of a release; one that doesn't say them has none."""
    profiles = release / "account_profiles.parquet"
    if not profiles.exists():
        return
    columns = {name for name, *_ in connection.execute(f"describe from {parquet(profiles)}").fetchall()}
    if {"account_id", "language"} <= columns:
        connection.execute(_SQL("last_languages"), {"profiles": str(profiles)})


def create_released(connection: duckdb.DuckDBPyConnection) -> None:
    """The schema `released` with nothing in it, `wanted`, which publishing fills, and `held`."""
    create_held_markets(connection)
    for schema in ("released", "wanted"):
        connection.execute(f"create schema if not exists {schema}")
    for prefix in ("last", "kept", "told"):
        connection.execute(f"create or replace table released.{prefix}_release (night date, release_id varchar)")
        for name, columns in _LISTS.items():
            connection.execute(f"create or replace table released.{prefix}_{name} ({columns})")
    connection.execute("create or replace table released.last_languages (account_id varchar, language varchar)")
    for name in _LISTS:
        prevails = ", true as prevails" if name == "penalties" else ""
        nothing = f"select *{prevails} from released.last_{name} where false"
        connection.execute(f"create or replace view wanted.{name} as {nothing}")
    _forget_what_was_told(connection)


def _tell_against_last_release(connection: duckdb.DuckDBPyConnection) -> None:
    _forget_what_was_told(connection)
    for name in ("release", *_LISTS):
        connection.execute(f"create or replace table released.told_{name} as from released.last_{name}")
    connection.execute("insert into released.told_since from released.last_release")


def _forget_what_was_told(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create or replace table released.told_since (night date, release_id varchar)")
    connection.execute("create or replace table released.told_before (release_id varchar)")
    connection.execute(_SQL("create_told_notices"))


def _came_too_early(connection: duckdb.DuckDBPyConnection, since: LastRelease | None) -> bool:
    """Whether the night was released before an earlier one was."""
    return any(
        since is None or since.night < night
        for (night,) in connection.execute("select night from released.last_release").fetchall()
    )


def _whole(release: Path) -> Manifest | None:
    """The manifest of a release, if it can be read and the files that were told from are what it says."""
    if not release.exists():
        return None
    try:
        manifest = read_manifest(release)
        refuse_changed(release, [f"{name}.parquet" for name in (*_LISTS, "notices")])
    except (OSError, ReleaseChanged, ValidationError) as error:
        log.warning(
            "%s: damaged, or of another version (%s): what it told is told as if for the first time, and nothing of it"
            " is kept",
            release,
            error,
        )
        return None
    return manifest


def _name(connection: duckdb.DuckDBPyConnection, prefix: str, night: date | str, release_id: str) -> None:
    connection.execute(f"create or replace table released.{prefix}_release (night date, release_id varchar)")
    connection.execute(f"insert into released.{prefix}_release values (?, ?)", [night, release_id])


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    return ", ".join(column for column, *_ in connection.execute(f"describe released.{table}").fetchall())
