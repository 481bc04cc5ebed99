"""Releases of a large marketplace, from those of a small one: each account many times, with the same shares."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb

from benchmarks.own_sandbox import end_sandbox

# What a copy of an account has in a name of its own; lists and texts in them are left as they are.
_NAMES = re.compile(r"(?!event_)\w+_id|row_key|linked_to")
# The names that a release's files are in the order of, so that a reader finds an account's rows beside each other.
_ORDER = ("row_key", "reason_id", "notice_id", "account_id")
# Rows of these are of a market or of nobody.
_AS_THEY_ARE = frozenset(
    f"{name}.parquet"
    for name in ("list_sizes", "operational_metrics", "quality_estimates", "models", "packs", "rules", "translations")
)
# Of every second night, so that two nights beside each other differ.
_OTHERWISE = ("penalties.parquet", "rewards.parquet")


def small(home: Path) -> Path:
    """A simulated marketplace of which the newest night is decided."""
    environment = {**os.environ, "EVENHAND_HOME": str(home), "EVENHAND_FIRST_NIGHTS": "accept"}
    home.mkdir()
    until = date(2026, 10, 31)
    try:
        for arguments in (
            ["simulate", "--creators", "3000", "--until", str(until)],
            ["history", "--from", str(until - timedelta(days=9)), "--to", str(until - timedelta(days=1))],
            ["nightly", str(until)],
        ):
            subprocess.run(["evenhand", *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)
    finally:
        end_sandbox(home)
    return home


def multiply(small: Path, large: Path, accounts: int, nights: int) -> None:
    """Write releases of so many accounts until the newest night of a small installation, which stays as it is.

    Files that two nights have in common lie on the disk once.
    """
    newest = max((small / "releases").glob("night=*"))
    night = date.fromisoformat(newest.name.removeprefix("night="))
    said = json.loads((newest / "manifest.json").read_text())
    del said["release_id"]
    made = large / "made"
    made.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = false")
        ((few,),) = connection.execute(f"select count(*) from '{newest}/account_profiles.parquet'").fetchall()
        copies = -(-accounts // few)
        files = {name: _multiplied(connection, newest / name, made, copies) for name in said["files"]}
        otherwise = {name: _thinned(connection, made / name) for name in _OTHERWISE}
    for ago in range(nights):
        on = night - timedelta(days=ago)
        of_night = files | (otherwise if ago % 2 else {})
        folder = large / "releases" / "revisions" / f"night={on}" / "0001"
        folder.mkdir(parents=True)
        for name, (path, _, _) in of_night.items():
            os.link(path, folder / name)
        content = {**said, "night": str(on), "known_at": str(on)}
        content["files"] = {name: {"rows": rows, "sha256": sha256} for name, (_, rows, sha256) in of_night.items()}
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        (folder / "manifest.json").write_text(json.dumps({"release_id": digest, **content}))
        (large / "releases" / f"night={on}").symlink_to(folder)
    # A moment ago is too soon to take a file for one that nobody touches.
    time.sleep(2)


def _multiplied(connection: duckdb.DuckDBPyConnection, path: Path, into: Path, copies: int) -> tuple[Path, int, str]:
    """A file with as many copies of each row, each of an account of its own."""
    made = into / path.name
    columns = [name for name, *_ in connection.execute(f"describe from '{path}'").fetchall()]
    if path.name in _AS_THEY_ARE:
        shutil.copy(path, made)
    else:
        names = [name for name in columns if _NAMES.fullmatch(name)]
        renamed = ", ".join(f"case copy when 0 then {name} else {name} || '-' || copy end as {name}" for name in names)
        order = next((name for name in _ORDER if name in names), "1")
        connection.execute(
            f"copy (select * exclude (copy) replace ({renamed}) from '{path}', range({copies}) as t(copy)"
            f" order by {order}) to '{made}' (format parquet, compression zstd)"
        )
    return made, *_described(connection, made)


def _thinned(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[Path, int, str]:
    """A list without one row in a hundred."""
    made = path.with_name(f"other_{path.name}")
    connection.execute(
        f"copy (from '{path}' where hash(row_key) % 100 > 0 order by row_key) to '{made}'"
        " (format parquet, compression zstd)"
    )
    return made, *_described(connection, made)


def _described(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[int, str]:
    ((rows,),) = connection.execute(f"select count(*) from '{path}'").fetchall()
    with path.open("rb") as file:
        return rows, hashlib.file_digest(file, "sha256").hexdigest()
