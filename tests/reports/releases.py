"""Releases for reports, written as they are drawn: a row is what a test says, and nothing is decided."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from evenhand.release.manifest import HeldList, Manifest, ReleasedFile
from release.manifests import manifest_of

# The columns of released files that reports read.
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "penalties": {"row_key": "varchar", "market": "varchar", "measure": "varchar"},
    "rewards": {"row_key": "varchar", "market": "varchar", "reward": "varchar", "amount": "decimal(18, 2)"},
    "standings": {"market": "varchar", "programme": "varchar", "zone": "varchar", "zone_rank": "integer"},
    "account_profiles": {"market": "varchar", "is_near_a_zone": "boolean", "exited_on": "date"},
    "changes": {
        "list": "varchar", "market": "varchar", "cause": "varchar", "change": "varchar", "is_held": "boolean",
    },
    "account_violations": {
        "market": "varchar", "violation_id": "varchar", "violation_type": "varchar", "decided_on": "date",
        "kind": "varchar",
    },
    "account_appeals": {
        "market": "varchar", "violation_type": "varchar", "filed_on": "date", "outcome": "varchar",
        "decided_on": "date", "is_out_of_court": "boolean",
    },
    "enforcement_gaps": {"market": "varchar", "gap": "varchar", "since": "date", "violation_id": "varchar"},
    "held_rows": {"list": "varchar", "market": "varchar", "rule": "varchar"},
    "quarantine": {"feed": "varchar", "rule": "varchar"},
    "operational_metrics": {
        "metric": "varchar", "market": "varchar", "slice": "varchar", "slice_value": "varchar",
        "figure": "decimal(18, 6)", "interval_low": "decimal(18, 6)", "interval_high": "decimal(18, 6)",
        "sample": "decimal(18, 6)", "is_enough": "boolean", "unit": "varchar",
    },
}  # fmt: skip


def release(home: Path, night: date, rows: Mapping[str, Sequence[Sequence[Any]]], **said: Any) -> Manifest:
    """Release a night once more, with the files that have rows here; `said` are fields of its manifest."""
    nights = home / "releases" / "revisions" / f"night={night}"
    folder = nights / f"{len(list(nights.glob('*'))) + 1:04}"
    folder.mkdir(parents=True)
    files = {}
    with duckdb.connect(config={"threads": 1}) as connection:
        for name, found in rows.items():
            path = folder / f"{name}.parquet"
            kinds = COLUMNS[name].values()
            line = f"({', '.join(f'?::{kind}' for kind in kinds)})"
            listed = ", ".join(line for _ in found) or f"({', '.join(f'null::{kind}' for kind in kinds)})"
            sql = f"from (values {listed}) as t ({', '.join(COLUMNS[name])}) {'' if found else 'limit 0'}"
            connection.execute(f"copy ({sql}) to '{path}' (format parquet)", [each for row in found for each in row])
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            files[path.name] = ReleasedFile(rows=len(found), sha256=sha256)
    manifest = manifest_of(night).model_copy(update={"files": files, **said}).named()
    (folder / "manifest.json").write_text(manifest.text())
    link = home / "releases" / f"night={night}"
    link.unlink(missing_ok=True)
    link.symlink_to(folder)
    return manifest


def held(market: str, changes: int, since: date | None = None, answer: str = "", name: str = "penalties") -> HeldList:
    """A list that waits, or was answered."""
    return HeldList(
        list=name, market=market, digest="0" * 64, changes=changes, why=("unusual",), since=since, answer=answer,
        answered_by="", first_wave=0,
    )  # fmt: skip
