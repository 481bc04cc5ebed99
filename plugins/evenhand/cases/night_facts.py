"""What cases are found in: a night's release, its rules, and what it was computed in, if that is still there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from evenhand.deciding.provenance import lay_rules_in_words_of_today
from evenhand.policy.days_to_decide import days_to_decide
from evenhand.policy.loaded import LoadedPack
from evenhand.records.databases import parquet, quoted
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.release.manifest import Manifest, read_manifest

_SQL = SqlFile(__file__)

# Files that cases are found in; a release of before a file was there has none of its rows.
_FILES = (
    *("penalties", "reasons", "account_violations", "account_health", "enforcement_gaps"),
    *("account_profiles", "account_appeals"),
)


@dataclass(frozen=True)
class NightFacts:
    """A night, open.

    Attributes:
        has_warehouse: whether what it was computed in is there, as the schema `night`.
        packs: those that are in effect on the night.
        labels: what a key is called for people, by its kind (`violation_type`, …).
    """

    connection: duckdb.DuckDBPyConnection
    night: date
    manifest: Manifest
    has_warehouse: bool
    packs: Sequence[LoadedPack]

    def rows(self, query: str, **values: object) -> Iterator[dict[str, Any]]:
        """The rows of a query on the release's files, by the names of their columns."""
        found = self.connection.cursor().execute(query, values or None)
        names = [column for column, *_ in found.description or ()]
        while row := found.fetchone():
            yield dict(zip(names, row, strict=True))

    def has(self, name: str) -> bool:
        """Whether the release has a file."""
        return f"{name}.parquet" in self.manifest.files

    def owners(self) -> Mapping[str, str]:
        """The market that each account is of; nothing where the release doesn't say so."""
        if not self.has("account_profiles"):
            return {}
        return {row["account_id"]: row["market"] for row in self.rows(_SQL("owners"))}

    def is_still_decided(self, table: str = "account_violations") -> Sql:
        """A condition: that a violation's decision wasn't taken back; `true` where the table doesn't say so yet."""
        columns = self.connection.execute(f"describe {table}").fetchall()
        return Sql("restored_on is null" if "restored_on" in {name for name, *_ in columns} else "true")

    def days_to_decide(self) -> Mapping[str, int]:
        """By market, in how many days its packs have an appeal decided."""
        return days_to_decide((each.pack for each in self.packs), self.night)


@contextmanager
def night_facts(release: Path, warehouse: Path | None, packs: Sequence[LoadedPack]) -> Iterator[NightFacts]:
    """Open a night.

    Args:
        release: the folder of its release.
        warehouse: what it was computed in; None where that is gone.
        packs: all that there are.
    """
    manifest = read_manifest(release)
    night = manifest.night
    with duckdb.connect() as connection:
        lay_rules_in_words_of_today(release, connection)
        for name in _FILES:
            if f"{name}.parquet" in manifest.files:
                connection.execute(f"create view {name} as from {parquet(release / f'{name}.parquet')}")
        if warehouse:
            connection.execute(f"attach {quoted(warehouse)} as night (read_only)")
        in_effect = [each for each in packs if each.pack.is_in_effect(night)]
        yield NightFacts(connection, night, manifest, warehouse is not None, in_effect)
