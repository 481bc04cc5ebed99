"""What manifests say of their nights, as tables beside those of the releases' files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from evenhand.release.manifest import Manifest, read_manifest

# Columns and types; `before` is the night released before, `answer` is empty while nobody has answered.
TABLES: Mapping[str, Mapping[str, str]] = {
    "releases": {
        "night": "date", "before": "date", "release_id": "varchar", "is_history": "boolean", "is_reversed": "boolean",
    },
    "feed_counts": {
        "night": "date", "feed": "varchar", "known": "bigint", "accepted": "bigint", "quarantined": "bigint",
    },
    "held_lists": {
        "night": "date", "list": "varchar", "market": "varchar", "changes": "bigint", "since": "date",
        "answer": "varchar", "answered_by": "varchar",
    },
}  # fmt: skip


def create_tables(connection: duckdb.DuckDBPyConnection, releases: Sequence[Path], names: Collection[str]) -> None:
    """Create the tables of these names.

    Args:
        releases: the folders of the nights' newest revisions, the oldest night first.

    Raises:
        OtherFormat: a newer Evenhand released one of them.
    """
    wanted = [name for name in TABLES if name in names]
    if not wanted:
        return
    manifests = [read_manifest(release) for release in releases]
    for name in wanted:
        columns = TABLES[name]
        connection.execute(f"create table {name} ({', '.join(f'{each} {kind}' for each, kind in columns.items())})")
        rows = [[row[each] for each in columns] for row in _rows(name, manifests)]
        if rows:
            connection.executemany(f"insert into {name} values ({', '.join('?' for _ in columns)})", rows)


def _rows(name: str, manifests: Sequence[Manifest]) -> list[Mapping[str, Any]]:
    if name == "feed_counts":
        return [
            {"night": each.night, "feed": feed, **counts.model_dump()}
            for each in manifests
            for feed, counts in each.feeds.items()
        ]
    if name == "held_lists":
        return [{"night": each.night, **held.model_dump()} for each in manifests for held in each.held_lists]
    return [
        {
            "night": each.night,
            "before": before.night if before else None,
            "release_id": each.release_id,
            "is_history": each.history is not None,
            "is_reversed": each.reversed is not None,
        }
        for before, each in zip([None, *manifests], manifests, strict=False)
    ]
