"""The cases as of a night, beside the releases: for reports, and so that a store that was cut short is found.

    cases/night=D/0001.parquet   a row per case: what it is, who has it, by when, and what it came to
    cases/night=D/0001.json      what it was made of: the release, and the newest event of the store with its hash

It is no part of the release. The same cases again make no other export.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from pydantic import BaseModel, ConfigDict, ValidationError

from evenhand.cases.case import Case
from evenhand.cases.place import FILE
from evenhand.cases.priority import order_key
from evenhand.cases.store import Cases, reading
from evenhand.cases.weighed import weighed
from evenhand.records.atomic_files import write_once
from evenhand.records.databases import quoted
from evenhand.records.record_log import seal

FOLDER = "cases"
COLUMNS = {
    "case_id": "varchar", "kind": "varchar", "subject": "varchar", "market": "varchar", "state": "varchar",
    "title": "varchar", "owner": "varchar", "level": "integer", "opened_on": "date", "due": "date",
    "days_left": "integer", "accounts": "varchar[]", "facts": "varchar[]", "harm": "double", "urgency": "double",
    "priority": "double", "version": "integer",
}  # fmt: skip


class Export(BaseModel):
    """What an export was made of.

    Attributes:
        events: how many events the store had.
        head: the SHA-256 of the newest of them.
        sha256: of the file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    night: date
    release_id: str
    events: int
    head: str
    rows: int
    sha256: str


def rows_of(cases: Cases, night: date) -> list[dict[str, Any]]:
    """The cases as of a night, in the order in which they are worked at; what is closed comes last."""
    figures = cases.figures()
    found = [_row(each, figures.get(each.case_id, (0.0, []))[0], night) for each in cases.all().values()]
    return sorted(
        found,
        key=lambda row: (row["state"] != "open", *order_key(row["harm"], row["due"], night, row["case_id"])),
    )


def export(home: Path, cases: Cases, night: date, release_id: str) -> Path | None:
    """Write the cases as of a night; None where the newest export of it has the same."""
    folder = home / FOLDER / f"night={night}"
    number, head = cases.head()
    before = max(folder.glob("[0-9]*.json"), default=None)
    known = Export.model_validate_json(before.read_bytes()) if before else None
    if known and (known.head, known.release_id) == (head, release_id):
        return None
    rows = rows_of(cases, night)
    content = _parquet(rows)
    # What a kill left without its other half has a number too.
    last = max((int(each.stem) for each in folder.glob("[0-9]*.*")), default=0)
    path = folder / f"{last + 1:04}.parquet"
    made = Export(
        night=night, release_id=release_id, events=number, head=head, rows=len(rows),
        sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    write_once(path, content)
    write_once(path.with_suffix(".json"), (made.model_dump_json(indent=2) + "\n").encode())
    seal(home)
    return path


def store_troubles(home: Path, server: str) -> list[str]:
    """Whatever isn't as it was written, in the store and in what was exported of it.

    Raises:
        CasesBroken: the store can't be read.
    """
    exported = any((home / FOLDER).glob("night=*/[0-9]*.json"))
    if not server and not (home / FILE).exists():
        # To look isn't to make one.
        return [f"{home / FILE}: is gone"] if exported else []
    with reading(home, server) as cases:
        return [*cases.troubles(), *troubles(home, cases)]


def troubles(home: Path, cases: Cases) -> list[str]:
    """Exports that name an event which the store hasn't, and files that aren't what was written."""
    found = []
    for path in sorted((home / FOLDER).glob("night=*/[0-9]*.json")):
        try:
            made = Export.model_validate_json(path.read_bytes())
        except ValidationError:
            found.append(f"{path}: can't be read")
            continue
        if not cases.has(made.events, made.head):
            found.append(f"{path}: names event {made.events} of the cases, which isn't there as it was")
        file = path.with_suffix(".parquet")
        if not file.exists():
            found.append(f"{file}: is gone")
        elif hashlib.sha256(file.read_bytes()).hexdigest() != made.sha256:
            found.append(f"{file}: isn't what was written")
    return found


def _row(case: Case, harm: float, night: date) -> dict[str, Any]:
    now = weighed(case, night, harm)
    return {
        "case_id": case.case_id, "kind": case.cause.kind, "subject": case.cause.subject, "market": case.cause.market,
        "state": case.state, "title": case.cause.title, "owner": case.owner, "level": case.level,
        "opened_on": case.opened_on, "due": now.due, "days_left": now.days_left,
        "accounts": list(case.cause.accounts), "facts": list(case.cause.facts), "harm": harm, "urgency": now.urgency,
        "priority": now.priority, "version": case.version,
    }  # fmt: skip


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    with TemporaryDirectory() as folder, duckdb.connect(config={"threads": 1}) as connection:
        file = Path(folder) / "cases.parquet"
        source = Path(folder) / "cases.json"
        source.write_text("\n".join(json.dumps(row, default=str) for row in rows), encoding="utf-8")
        columns: Mapping[str, str] = COLUMNS
        listed = ", ".join(f"{name}: '{kind}'" for name, kind in columns.items())
        query = f"from read_json('{source}', columns = {{{listed}}}, format = 'newline_delimited')"
        if not rows:
            query = "select " + ", ".join(f"null::{kind} as {name}" for name, kind in columns.items()) + " limit 0"
        connection.execute(f"copy ({query}) to {quoted(file)} (format parquet, compression zstd)")
        return file.read_bytes()
