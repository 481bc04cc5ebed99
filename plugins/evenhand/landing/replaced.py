"""Which version of each file counts: the one that lies there, unless it can't take the place of what was there before.

A file that is replaced replaces its rows. One that can't be used, or lacks so many of the keys that were in it that it
was most likely cut, holds its markets: the old rows count until a better one lands or two persons accept it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from shlex import quote

import duckdb

from evenhand.landing.contracts import BY_NAME, FEEDS
from evenhand.landing.files import LandedFile
from evenhand.landing.kept import KeptFiles
from evenhand.landing.names import compared, composed
from evenhand.landing.read_files import note_unusable, read_files
from evenhand.landing.store import OF_FILES, forget_files
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

_IN_PLACE = "it lies in the place of one with"
# More of a file's keys gone than this share, and no fewer than so many, are too many. One of another account is gone.
LARGEST_SHARE_GONE = 0.01
FEWEST_GONE = 20
# What a version is called while it is compared; no file can be called so.
_NEW = "\n(new)"


@dataclass(frozen=True)
class Versions:
    """The versions of files.

    Attributes:
        counting: those whose rows count, of which some are read from what is kept.
        replacing: those that lie in the landing folder in the place of one that counts.
        vanished: names of files that count and lie there no more.
        renamed: names that files had before; their bytes lie there under another.
    """

    counting: tuple[LandedFile, ...]
    replacing: tuple[LandedFile, ...]
    vanished: frozenset[str]
    renamed: frozenset[str]


def versions(files: Sequence[LandedFile], kept: KeptFiles, night: date) -> Versions:
    """Hold what lies in the landing folder against what is kept."""
    counting, replacing = [], []
    for file in files:
        known = kept.files.get(file.name)
        if known and (known.sha256 != file.sha256 or file.problem):
            counting.append(kept.landed(known))
            replacing.append(file)
        else:
            counting.append(file)
    there = {file.name for file in files}
    by_bytes = {(file.feed, str(file.night), file.sha256) for file in files if file.name not in kept.files}
    vanished, renamed = set(), set()
    for name, before in sorted(kept.files.items()):
        if name in there or before.night > str(night):
            continue
        if (before.feed, before.night, before.sha256) in by_bytes:
            renamed.add(name)
        else:
            vanished.add(name)
            counting.append(kept.landed(before))
    counting.sort(key=lambda each: each.name)
    return Versions(tuple(counting), tuple(replacing), frozenset(vanished), frozenset(renamed))


def replace_files(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[LandedFile],
    by_row: set[str],
    taken: set[tuple[str, str]],
    forgotten: set[tuple[str, str]],
) -> list[LandedFile]:
    """Put new versions in the place of old ones where they can be; returns those.

    Args:
        by_row: the names of files that a query on many of them couldn't read.
        taken: versions, by name and SHA-256, that people accepted.
        forgotten: versions that count no more; whatever lies in their place may.
    """
    if not files:
        return []
    before = dict(connection.execute("select landed_file, sha256 from landing.files").fetchall())
    return [
        file
        for file in files
        if _replace(
            connection,
            file,
            by_row,
            (composed(file.name), file.sha256) in taken or (composed(file.name), before.get(file.name)) in forgotten,
        )
    ]


def _replace(connection: duckdb.DuckDBPyConnection, file: LandedFile, by_row: set[str], is_taken: bool) -> bool:
    judged = connection.execute(
        "select sha256, rows_said from landing.unusable where landed_file = ?", [file.name]
    ).fetchone()
    if judged == (file.sha256, file.rows_said) and file.sha256 and not is_taken:
        return False
    for table in ("unusable", "unusable_values"):
        connection.execute(f"delete from landing.{table} where landed_file = ?", [file.name])
    new = replace(file, name=file.name + _NEW)
    read_files(connection, BY_NAME[file.feed], [new], by_row)
    unusable = connection.execute("select why from landing.unusable where landed_file = ?", [new.name]).fetchone()
    gone = _too_many_gone(connection, file, new)
    if unusable or (gone and not is_taken):
        why = str(unusable[0]) if unusable else gone
        forget_files(connection, [new.name])
        note_unusable(connection, BY_NAME[file.feed], file, f"{why}; what it was before counts")
        return False
    forget_files(connection, [file.name])
    for table in (*(contract.feed for contract in FEEDS), *OF_FILES):
        connection.execute(f"update landing.{table} set landed_file = ? where landed_file = ?", [file.name, new.name])
    return True


def waits_to_be_taken(why: str) -> bool:
    """Whether this is why a file can't be used: too much of what it was is gone, unless people have it taken."""
    return why.startswith(_IN_PLACE)


def _too_many_gone(connection: duckdb.DuckDBPyConnection, old: LandedFile, new: LandedFile) -> str:
    key = BY_NAME[old.feed].key
    # A row without what the contract asks for never counted: whoever mends a file may leave it out.
    needed = [column.name for column in BY_NAME[old.feed].columns if column.required and not column.required_unless]
    whole = " and ".join(f"{name} is not null" for name in needed)
    count = _SQL(
        "count_keys_gone",
        compared_key=Sql(compared(key)),
        compared_account=Sql(compared("account_id")),
        compared_known=Sql(compared("creators.account_id")),
        feed=f"landing.{old.feed}",
        key=key,
        is_whole=Sql(whole),
    )
    ((before, missing, moved),) = connection.execute(count, {"old": old.name, "new": new.name}).fetchall()
    gone = missing + moved
    if gone < FEWEST_GONE or gone <= LARGEST_SHARE_GONE * before:
        return ""
    whose = " for the account that they were of" if moved else ""
    return (
        f"{_IN_PLACE} {before} keys, and {gone} of them aren't in it{whose}"
        f" (evenhand feed accept {quote(old.name)} --reason '…' has it taken)"
    )
