"""Releases to deliver in tests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

LISTS = ("penalties", "rewards")
_COLUMNS = {
    "penalties": "row_key VARCHAR, account_id VARCHAR, market VARCHAR, programme VARCHAR, scope VARCHAR,"
    " measure VARCHAR, starts_on DATE, ends_on DATE, reason_id VARCHAR",
    "rewards": "row_key VARCHAR, account_id VARCHAR, market VARCHAR, reward VARCHAR, amount DECIMAL(12,2),"
    " lives BIGINT, first_time BOOLEAN, starts_on DATE, reason_id VARCHAR",
}
_NOTICES = (
    "notice_id VARCHAR, account_id VARCHAR, market VARCHAR, list VARCHAR, row_key VARCHAR, measure VARCHAR,"
    " event VARCHAR, language VARCHAR, subject VARCHAR, body VARCHAR, reason_id VARCHAR"
)
_REASONS = (
    "reason_id VARCHAR, list VARCHAR, row_key VARCHAR, account_id VARCHAR, market VARCHAR, programme VARCHAR,"
    " scope VARCHAR, measure VARCHAR, pack VARCHAR, pack_version INTEGER, condition VARCHAR, balance_before DECIMAL,"
    " balance_after DECIMAL, unit VARCHAR, entries VARCHAR, starts_on DATE, ends_on DATE, explanation VARCHAR"
)
_VIOLATIONS = "violation_id VARCHAR, automation_of_detection VARCHAR, automation_of_decision VARCHAR"


def penalty(
    key: str, account: str = "A1", measure: str = "no_live", ends_on: str | None = "2026-04-01"
) -> tuple[object, ...]:
    return (key, account, "US", "health", "live", measure, "2026-03-01", ends_on, f"why-{key}")


def reward(key: str, account: str = "A1", amount: str = "10.00") -> tuple[object, ...]:
    return (key, account, "GB", "bonus", amount, 7, True, "2026-03-01", f"why-{key}")


def notice(
    about: str, event: str, measure: str = "no_live", night: str = "2026-03-01", again: str = ""
) -> tuple[object, ...]:
    """A notice on a penalty, in the order of the columns of notices.parquet; `again` makes it another one."""
    return (
        f"{night}-{about}-{event}{again}",
        "A1",
        "US",
        "penalties",
        about,
        measure,
        event,
        "en",
        "Told",
        "About it.",
        None,
    )


def publish(
    home: Path,
    night: str,
    penalties: Sequence[tuple[object, ...]] = (),
    rewards: Sequence[tuple[object, ...]] = (),
    notices: Sequence[tuple[object, ...]] = (),
    goes_on: bool = False,
    held_lists: Sequence[Mapping[str, str]] = (),
    outranked: Sequence[str] | None = None,
    automation: Mapping[str, tuple[str | None, str | None]] | None = None,
    items: Sequence[tuple[str, str]] | None = None,
    keys: bool = False,
) -> Path:
    """A release as publishing leaves it: a revision folder and the night's symlink to it.

    With `goes_on`, a revision that tells of other lists than the one before it. With `outranked`, penalties say whether
    they prevail on their scope: all but those. `automation`: of violations, how far they were detected and decided by a
    system; by default, in part those that the penalties rest on. `items`: what is open for review, with links; without,
    the release is of before there was such a list; with `keys` it has the key of the first of them.
    """
    lists: Mapping[str, Sequence[tuple[object, ...]]] = {"penalties": penalties, "rewards": rewards}
    link = home / "releases" / f"night={night}"
    revision = link.with_name(f".{night}-{len(list(link.parent.glob('.*'))) if link.parent.exists() else 0}")
    revision.mkdir(parents=True)
    with duckdb.connect() as connection:
        for name, rows in lists.items():
            columns, shown = _COLUMNS[name], rows
            if name == "penalties" and outranked is not None:
                columns = f"{columns}, prevails BOOLEAN"
                shown = [(*row, row[0] not in outranked) for row in rows]
            _write(connection, revision / f"{name}.parquet", columns, shown)
        _write(connection, revision / "notices.parquet", _NOTICES, notices)
        if items is not None:
            _write(connection, revision / "qa_items.parquet", "row_key VARCHAR, link VARCHAR", items)
        if items is not None and keys:
            _write(connection, revision / "qa_keys.parquet", "item_id VARCHAR, subject VARCHAR", [(items[0][0], "c1")])
        whys = [
            *(
                _reason("penalties", row, scope=row[4], measure=row[5], starts_on=row[6], ends_on=row[7])
                for row in penalties
            ),
            *(
                _reason("rewards", row, scope="account", measure=row[3], starts_on=row[7], ends_on=None)
                for row in rewards
            ),
        ]
        _write(connection, revision / "reasons.parquet", _REASONS, whys)
        known = {f"v-{row[0]}": ("none", "part") for row in penalties} if automation is None else automation
        violations = [(violation, *how) for violation, how in known.items()]
        _write(connection, revision / "account_violations.parquet", _VIOLATIONS, violations)
    files = {
        path.name: {"rows": 0, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in sorted(revision.glob("*.parquet"))
    }
    before = json.loads((link / "manifest.json").read_text())["release_id"] if goes_on else None
    content = {"night": night, "files": files, "told_before": before, "held_lists": list(held_lists)}
    release_id = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    (revision / "manifest.json").write_text(json.dumps({"release_id": release_id, **content}))
    link.unlink(missing_ok=True)
    link.symlink_to(revision.name)
    return link


def publish_as_a_revision(home: Path, night: str) -> None:
    """A release with a penalty, in the folder in which a night's publishing leaves it."""
    link = publish(home, night, penalties=[penalty("a1")])
    folder = link.parent / "revisions" / link.name / "0001"
    folder.parent.mkdir(parents=True)
    link.resolve().rename(folder)
    link.unlink()
    link.symlink_to(folder.relative_to(link.parent))


def _reason(name: str, row: tuple[object, ...], **given: object) -> tuple[object, ...]:
    entry = {
        "entry": f"health/v-{row[0]}",
        "violation": f"v-{row[0]}",
        "rule": "copyright",
        "amount": 2,
        "counts_from": "2026-02-27",
        "posted_on": "2026-02-20",
        "detected_by": "user_report",
    }
    reason: dict[str, object] = {
        "reason_id": row[-1],
        "list": name,
        "row_key": row[0],
        "account_id": row[1],
        "market": row[2],
        "programme": "health",
        "pack": "creators_us",
        "pack_version": 3,
        "condition": "balance at least 3",
        "balance_before": "1",
        "balance_after": "3",
        "unit": "point",
        "entries": json.dumps([entry]),
        "explanation": f"Because of {row[0]}, naturally.",
        **given,
    }
    return tuple(reason[column.split()[0]] for column in _REASONS.split(", "))


def _write(connection: duckdb.DuckDBPyConnection, path: Path, columns: str, rows: Sequence[tuple[object, ...]]) -> None:
    connection.execute(f"create or replace table made ({columns})")
    if rows:
        values = ", ".join("(" + ", ".join("?" for _ in row) + ")" for row in rows)
        connection.execute(f"insert into made values {values}", [value for row in rows for value in row])
    connection.execute(f"copy made to '{path}' (format parquet)")


def night(day: int) -> str:
    return date(2026, 3, day).isoformat()
