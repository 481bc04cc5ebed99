"""What is released of a night: the views `wanted.penalties`, `wanted.rewards` and `wanted.reasons` of the warehouse.

Beside them `wanted.changes` and `wanted.list_sizes`, what gate 2 found of tonight's, with whether it is held: on a
night that is reversed all is, so that it tells nothing of what is usual.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from evenhand.policy.language.part import EMERGENCY
from evenhand.release.manifest import LastRelease, read_manifest
from evenhand.release.previous import take_lists

# What a list calls its measures.
_LISTS = {"penalties": "measure", "rewards": "reward"}


class NothingToGoBackTo(Exception):
    """A release that was there isn't any more. The message names it."""


def want(warehouse: Path, releases: Path, night: date, back_to: LastRelease | None) -> None:
    """Want what gate 2 lets through; or, of a night that is reversed, what an earlier release had and hasn't ended.

    What people impose and lift themselves was wrong in no feed and no pack: it counts on a reversed night too.

    Raises:
        NothingToGoBackTo: that release isn't there.
    """
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        if back_to:
            take_lists(connection, _revision(releases, back_to), "back")
            for name, measure in _LISTS.items():
                columns = _columns(connection, name)
                connection.execute(
                    f"""
                    create or replace view wanted.{name} as
                    select {columns} from released.back_{name} as back
                    where (ends_on is null or ends_on >= date '{night}') and programme != '{EMERGENCY}'
                        and not exists (
                            from main.int_emergencies_in_force as lifted
                            where action = 'lift' and list = '{name}' and lifted.account_id = back.account_id
                                and lifted.measure = back.{measure} and lifted.scope = back.scope
                        )
                    union all
                    select {columns} from gate.{name} where programme = '{EMERGENCY}'
                    """
                )
            columns = _columns(connection, "reasons")
            in_use = "reason_id in (select reason_id from wanted.penalties union select reason_id from wanted.rewards)"
            connection.execute(
                f"""
                create or replace view wanted.reasons as
                select {columns} from released.back_reasons where programme != '{EMERGENCY}' and {in_use}
                union all
                select {columns} from gate.reasons where programme = '{EMERGENCY}' and {in_use}
                """
            )
        else:
            for name in (*_LISTS, "reasons"):
                connection.execute(f"create or replace view wanted.{name} as from gate.{name}")
        for name in ("changes", "list_sizes"):
            connection.execute(
                f"create or replace view wanted.{name} as"
                f" select * replace (is_held or {back_to is not None} as is_held) from gate.{name}_and_holds"
            )
        connection.commit()


def _columns(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    """Those of tonight, in their order: the same rows are the same bytes whichever release they are of."""
    return ", ".join(column for column, *_ in connection.execute(f"describe main.{name}").fetchall())


def _revision(releases: Path, release: LastRelease) -> Path:
    revisions = releases / "revisions" / f"night={release.night}"
    for folder in sorted(revisions.glob("*"), reverse=True):
        if read_manifest(folder).release_id == release.release_id:
            return folder
    raise NothingToGoBackTo(f"{revisions}: release {release.release_id[:12]} isn't there; bring it back from a backup")
