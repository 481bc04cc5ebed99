"""Nights for cases: a release of a few files, and what it was computed in, written by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb

from evenhand.policy.load import load_pack
from evenhand.policy.loaded import LoadedPack
from evenhand.release.manifest import HeldList, ReleasedFile
from policy.packs import changed, write
from release.manifests import manifest_of

NIGHT = date(2026, 3, 6)
# What each file has, and the rules that the cases read; all of one pack, in which shut is the strictest zone.
_FILES = {
    "penalties": "row_key varchar, account_id varchar, market varchar, programme varchar, scope varchar,"
    " measure varchar, starts_on date, ends_on date, reason_id varchar",
    "reasons": "reason_id varchar, entries varchar",
    "account_violations": "violation_id varchar, account_id varchar, market varchar, violation_type varchar,"
    " severity varchar, detected_by varchar, detected_on date, decided_on date, appeal_id varchar,"
    " appeal_filed_on date, appeal_outcome varchar, appeal_decided_on date, restored_on date",
    "account_health": "account_id varchar, market varchar, programme varchar, zone varchar, since date,"
    " balance decimal(18, 4), next_zone varchar, to_next_zone decimal(18, 4), is_near boolean",
    "enforcement_gaps": "gap varchar, account_id varchar, market varchar, row_key varchar, violation_id varchar,"
    " since date, orders bigint, amount decimal(18, 2)",
    "account_profiles": "account_id varchar, market varchar, exited_on date, is_near_a_zone boolean",
    "account_appeals": "appeal_id varchar, violation_id varchar, is_out_of_court boolean, filed_on date,"
    " outcome varchar, decided_on date",
}
_ONLY_IF_GIVEN = ("account_profiles", "account_appeals")
_EDITION = "market varchar, pack varchar, version integer, effective_from date, effective_before date"
_RULES: Mapping[str, tuple[str, Sequence[Sequence[str | None]]]] = {
    "programmes": (f"{_EDITION}, programme varchar, starts_at decimal(18, 2)", [("strikes", "0")]),
    "zones": (
        f"{_EDITION}, programme varchar, zone varchar, zone_rank integer, value_from decimal(28, 10),"
        " value_below decimal(28, 10), is_missing boolean",
        [("strikes", "good", "0", None, "2", "false"), ("strikes", "warned", "1", "2", "4", "false"),
         ("strikes", "shut", "2", "4", None, "false")],
    ),
    "effects": (
        f"{_EDITION}, programme varchar, zone varchar, list varchar, measure varchar, measure_rank integer,"
        " days integer",
        [("strikes", "warned", "penalties", "warning", "0", "7"),
         ("strikes", "shut", "penalties", "closed", "2", None)],
    ),
    "entry_rules": (
        f"{_EDITION}, programme varchar, event_type varchar, severity varchar, amount_by varchar,"
        " amount decimal(18, 2)",
        [("strikes", "fraud", None, "event", "2")],
    ),
}  # fmt: skip
_WAREHOUSE = {
    "main.stg_qa_reviews": "review_id varchar, account_id varchar, drawn_from varchar, is_violation boolean,"
    " violation_id varchar, content_id varchar, reviewed_on date",
    "main.stg_creators": "account_id varchar, market varchar",
    "main.stg_violations": "violation_id varchar, content_id varchar, restored_on date",
    "main.stg_orders": "order_id varchar, account_id varchar, ordered_on date",
    "main.penalties": "row_key varchar, ends_on date",
    "gate.changes": "list varchar, market varchar, row_key varchar, account_id varchar, measure varchar",
}

Rows = Sequence[Mapping[str, Any]]


def held(market: str = "ID", answer: str = "", digest: str = "d" * 64, name: str = "penalties") -> HeldList:
    """A list that waits for an answer."""
    return HeldList(
        list=name, market=market, digest=digest, changes=3, why=("there are many",), since=None, answer=answer,
        answered_by="", first_wave=0,
    )  # fmt: skip


def release(
    home: Path, night: date = NIGHT, held_lists: Sequence[HeldList] = (), name: str = "a", **files: Rows
) -> Path:
    """Release a night with these rows; returns its folder.

    It says of what markets accounts are (`account_profiles`), and has each appeal (`account_appeals`), only where it is
    given some.

    Args:
        name: other than before where the night comes out otherwise.
    """
    folder = home / "releases" / f"night={night}"
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        there = {each: columns for each, columns in _FILES.items() if each in files or each not in _ONLY_IF_GIVEN}
        for each, columns in there.items():
            connection.execute(f"create table {each} ({columns})")
            _insert(connection, each, files.get(each, ()))
            connection.execute(f"copy {each} to '{folder}/{each}.parquet' (format parquet)")
        connection.execute("create table all_rules (rules varchar, columns varchar, fields varchar[])")
        for each, (columns, rows) in _RULES.items():
            for row in rows:
                fields = ["ID", "strikes", "1", "2026-01-01", None, *row]
                connection.execute("insert into all_rules values (?, ?, ?)", [each, columns, fields])
        connection.execute(f"copy all_rules to '{folder}/rules.parquet' (format parquet)")
    files_of_it = {
        f"{each}.parquet": ReleasedFile(rows=1, sha256=sha256((folder / f"{each}.parquet").read_bytes()).hexdigest())
        for each in [*there, "rules"]
    }
    manifest = manifest_of(night, release_id=name * 64, held_lists=tuple(held_lists))
    manifest = manifest.model_copy(update={"files": files_of_it})
    (folder / "manifest.json").write_text(manifest.text())
    return folder


def warehouse(home: Path, night: date = NIGHT, **tables: Rows) -> Path:
    """What a night was computed in, with these rows in `main` (`stg_orders`) or `gate` (`changes`)."""
    path = home / "nights" / f"night={night}" / "warehouse.duckdb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema gate")
        for name, columns in _WAREHOUSE.items():
            connection.execute(f"create table {name} ({columns})")
            _insert(connection, name, tables.get(name.partition(".")[2], ()))
    return path


def packs(folder: Path, appeals: str = "") -> list[LoadedPack]:
    """A pack of Indonesia with three measures; `appeals` is what it says of them."""
    folder.mkdir(exist_ok=True)
    text = changed(("markets: [world]", "markets: [ID]"))
    path = write(folder, text + (f"appeals: {{{appeals}}}\n" if appeals else ""))
    return [load_pack(path)]


def appeal(name: str, account: str = "a1", days_ago: int = 3, violation: str = "v1", **more: Any) -> dict[str, Any]:
    """An open appeal against a violation."""
    row = {
        "violation_id": violation, "account_id": account, "market": "ID", "violation_type": "fraud",
        "severity": "high", "detected_by": "model", "detected_on": NIGHT - timedelta(days=20),
        "decided_on": NIGHT - timedelta(days=19),
        "appeal_id": name, "appeal_filed_on": NIGHT - timedelta(days=days_ago), "appeal_outcome": "pending",
        "appeal_decided_on": None,
    }  # fmt: skip
    return row | more


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Rows) -> None:
    for row in rows:
        names = ", ".join(row)
        connection.execute(f"insert into {table} ({names}) values ({', '.join('?' for _ in row)})", list(row.values()))
