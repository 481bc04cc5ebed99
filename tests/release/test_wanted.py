"""What is released of a night that is reversed: what an earlier release had, and what people decided themselves."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from evenhand.release.assemble import NothingToGoBackTo, assemble, rows_wanted
from evenhand.release.manifest import LastRelease
from evenhand.release.previous import create_released
from release.manifests import manifest_of
from release.measures import create_what_measures_rank_by

NIGHT, BEFORE = date(2026, 3, 6), date(2026, 3, 5)
PENALTY = (
    "select '{account}/{programme}/live' as row_key, '{account}' as account_id, 'SG' as market,"
    " '{programme}' as programme, 'live' as scope, '{measure}' as measure, date '2026-03-01' as starts_on,"
    " {ends}::date as ends_on, '{account}-{programme}' as reason_id"
)


def _penalties(*rows: tuple[str, str, str, str | None]) -> str:
    return " union all ".join(
        PENALTY.format(account=account, programme=programme, measure=measure, ends=f"'{ends}'" if ends else "null")
        for account, programme, measure, ends in rows
    )


def _fill(connection: duckdb.DuckDBPyConnection, schema: str, prefix: str, penalties: str) -> None:
    """Lists with these penalties and a reason for each, and no rewards."""
    for name, query in (
        ("penalties", penalties),
        ("rewards", "select null where false"),
        ("reasons", f"select reason_id, account_id, programme from ({penalties})"),
    ):
        connection.execute(f"create or replace table {schema}.{prefix}{name} as from released.last_{name}")
        if name != "rewards":
            connection.execute(f"insert into {schema}.{prefix}{name} by name {query}")


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """Tonight everybody is banned but a4, and the release before is there to go back to.

    By hand a3 was suspended yesterday, which is over, and a4 tonight; a2's measure was lifted.
    """
    path = tmp_path / "warehouse.duckdb"
    revision = tmp_path / "releases" / "revisions" / f"night={BEFORE}" / "0001"
    revision.mkdir(parents=True)
    with duckdb.connect(str(path)) as connection:
        create_released(connection)
        connection.execute("create schema gate; create schema before; create schema policy")
        create_what_measures_rank_by(connection)
        _fill(
            connection,
            "before",
            "",
            _penalties(
                ("a1", "health", "no_live", None),
                ("a2", "health", "no_live", "2026-04-01"),
                ("a3", "emergency", "suspended", "2026-04-01"),
                ("a5", "health", "no_live", "2026-03-05"),
                ("a6", "health", "no_live", "2026-03-06"),
            ),
        )
        for name in ("penalties", "rewards", "reasons"):
            connection.execute(f"copy before.{name} to '{revision}/{name}.parquet'")
        banned = [(f"a{number}", "health", "banned", None) for number in (1, 2, 3, 5, 6)]
        tonight = _penalties(*banned, ("a4", "emergency", "suspended", "2026-04-01"))
        for schema in ("main", "gate"):
            _fill(connection, schema, "", tonight)
        for name in ("changes", "list_sizes"):
            connection.execute(f"create table gate.{name}_and_holds as select 1 as number, false as is_held")
        connection.execute(
            "create table int_emergencies_in_force as select 'lift' as action, 'penalties' as list, 'a2' as account_id,"
            " 'no_live' as measure, 'live' as scope"
        )
    (revision / "manifest.json").write_text(manifest_of(BEFORE, release_id="then").text())
    return path


def test_a_reversed_night_has_what_hasnt_ended_and_what_people_decided_themselves(
    warehouse: Path, tmp_path: Path
) -> None:
    before = tmp_path / "releases" / "revisions" / f"night={BEFORE}" / "0001"
    assert rows_wanted(warehouse, before, NIGHT) == {"penalties": 3, "rewards": 0}
    assert rows_wanted(warehouse, None, NIGHT) == {"penalties": 6, "rewards": 0}
    assemble(warehouse, tmp_path / "releases", NIGHT, LastRelease(night=BEFORE, release_id="then"))
    assert _wanted(warehouse, "penalties", "account_id, measure") == [
        ("a1", "no_live"),
        ("a4", "suspended"),
        ("a6", "no_live"),
    ]
    assert _wanted(warehouse, "reasons", "reason_id") == [("a1-health",), ("a4-emergency",), ("a6-health",)]
    assert _wanted(warehouse, "rewards", "account_id") == []
    # It is no example of what is usual.
    assert _wanted(warehouse, "list_sizes", "is_held") == _wanted(warehouse, "changes", "is_held") == [(True,)]

    assemble(warehouse, tmp_path / "releases", NIGHT, None)
    assert len(_wanted(warehouse, "penalties", "row_key")) == 6
    assert _wanted(warehouse, "list_sizes", "is_held") == [(False,)]


def test_a_release_that_isnt_there_any_more_is_not_taken_for_an_empty_one(warehouse: Path, tmp_path: Path) -> None:
    with pytest.raises(NothingToGoBackTo, match=r"night=2026-03-05: release gone isn't there.*backup"):
        assemble(warehouse, tmp_path / "releases", NIGHT, LastRelease(night=BEFORE, release_id="gone"))


def _wanted(warehouse: Path, name: str, columns: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(f"select {columns} from wanted.{name} order by all").fetchall()
