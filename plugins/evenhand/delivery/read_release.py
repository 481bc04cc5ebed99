"""Read a release: the wanted state, verified against its manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from pydantic import BaseModel, ValidationError

from evenhand.delivery.payload import Payload, canonical
from evenhand.records.databases import reading
from evenhand.release.manifest import NOTICES, OtherFormat, refuse_newer
from evenhand.release.verify import release_troubles

# Which of a scope's rows prevails is no part of a row: it changes with other rows.
_OF_THE_SCOPE = "prevails"
_SCALAR_TYPES = ("VARCHAR", "DATE", "DECIMAL", "BIGINT", "INTEGER", "BOOLEAN")


class ReleaseError(Exception):
    """A release can't be delivered. The message says which file, what is wrong with it and what to do."""


@dataclass(frozen=True)
class WantedList:
    """The wanted rows of one list.

    Attributes:
        name: the list, such as `penalties`.
        columns: payload columns and their DuckDB types, in the list's order.
        rows: row_key to payload, ordered by row_key.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: Mapping[str, Payload]


@dataclass(frozen=True)
class Release:
    """What a receiver should hold after this night."""

    night: date
    release_id: str
    lists: tuple[WantedList, ...]
    # In these, nobody is told anything before their words are approved.
    held_languages: frozenset[str] = frozenset()

    @property
    def row_ids(self) -> set[tuple[str, str]]:
        """The wanted rows, by list and row_key."""
        return {(each.name, row_key) for each in self.lists for row_key in each.rows}


class _Held(BaseModel):
    list: str
    market: str
    answer: str


class _Manifest(BaseModel):
    release_id: str
    format: int = 1
    night: date
    files: Mapping[str, object] = {}
    told_before: str | None = None
    held_lists: tuple[_Held, ...] = ()
    history: Mapping[str, object] | None = None


def read_release(release_dir: Path, lists: Sequence[str], one_row_per_scope: bool = False) -> Release:
    """The given lists of a release; every row carries the explanation that its reason gives.

    The folder may be the night's symlink: it is resolved once, so that a revision published meanwhile isn't mixed in.

    Args:
        one_row_per_scope: of the penalties on a scope of an account, the one that prevails alone.

    Raises:
        ReleaseError: a file is missing, isn't what the manifest says, or isn't a list.
    """
    folder = release_dir.resolve()
    manifest = manifest_of(folder)
    names = sorted(set(lists))
    refuse_other_files(folder, [f"{name}.parquet" for name in ("reasons", *names)])
    return Release(
        night=manifest.night,
        release_id=manifest.release_id,
        lists=tuple(
            read_list(name, folder / f"{name}.parquet", folder / "reasons.parquet", one_row_per_scope) for name in names
        ),
        held_languages=frozenset(
            each.market for each in manifest.held_lists if each.list == NOTICES and each.answer != "approved"
        ),
    )


def has_file(folder: Path, name: str) -> bool:
    """Whether a release has a file, as its manifest says: one of an earlier version has fewer.

    Raises:
        ReleaseError: nothing was released there.
    """
    return name in manifest_of(folder).files


def refuse_other_files(folder: Path, names: Sequence[str]) -> None:
    """Read files of a release only if they, and its manifest, are what was released.

    Raises:
        ReleaseError: one of them isn't, or this release doesn't have it.
    """
    for path, what in release_troubles(folder, names):
        raise ReleaseError(
            f"{path}: it {what}; a list that isn't there is not an empty list. Bring it back from a backup (evenhand"
            " verify), or take the list from the receiver in receivers.yml if the release never had it"
        )


def outranked_rows(release_dir: Path) -> frozenset[str]:
    """The row keys of the release's penalties of which another one prevails on their scope.

    Raises:
        ReleaseError: the release can't be read.
    """
    folder = release_dir.resolve()
    refuse_other_files(folder, ["penalties.parquet"])
    with reading() as connection:
        rows = connection.read_parquet(str(folder / "penalties.parquet"))
        # A release of before several packs has one row of a scope.
        if _OF_THE_SCOPE not in rows.columns:
            return frozenset()
        return frozenset(key for (key,) in rows.filter(f"not {_OF_THE_SCOPE}").project("row_key").fetchall())


def ever_wanted(releases: Path, lists: Sequence[str]) -> set[tuple[str, str]]:
    """The rows of some lists, by list and row_key, that any release of a folder ever had: what was sent is of them.

    Raises:
        duckdb.Error: one of them can't be read.
    """
    found: set[tuple[str, str]] = set()
    with reading() as connection:
        for name in lists:
            files = {path.resolve() for each in ("night=*", "revisions/*/*")
                     for path in releases.glob(f"{each}/{name}.parquet")}  # fmt: skip
            if files:
                rows = connection.read_parquet([str(path) for path in sorted(files)], hive_partitioning=False)
                found |= {(name, row_key) for (row_key,) in rows.project("row_key").distinct().fetchall()}
    return found


def released_rows(release_dir: Path, lists: Sequence[str], one_row_per_scope: bool = False) -> int:
    """How many rows of some lists a release has; of one that it lacks, none. Nothing is sent that rests on it.

    Raises:
        duckdb.Error: one of them can't be read.
    """
    with reading() as connection:
        files = [path for name in lists if (path := release_dir.resolve() / f"{name}.parquet").exists()]
        return sum(len(_rows(connection, path, one_row_per_scope)) for path in files)


def revisions_told(release_dir: Path) -> list[Path]:
    """The revisions of a release's night that told of other lists than the one before, the oldest first; itself last.

    Raises:
        ReleaseError: one of them isn't there any more.
    """
    folder = release_dir.resolve()
    told = [folder]
    while before := manifest_of(told[0]).told_before:
        found = next((each for each in sorted(folder.parent.iterdir()) if _is(each, before)), None)
        if found is None:
            raise ReleaseError(
                f"{folder}: it goes on from the revision {before}, which isn't in {folder.parent} any more; bring it "
                "back from a backup"
            )
        told.insert(0, found)
    return told


def _is(folder: Path, release_id: str) -> bool:
    return (folder / "manifest.json").exists() and manifest_of(folder).release_id == release_id


def manifest_of(folder: Path) -> _Manifest:
    """What the manifest of a release says, as far as delivery asks.

    Raises:
        ReleaseError: there is none, or it can't be read.
    """
    try:
        manifest = _Manifest.model_validate_json((folder / "manifest.json").read_bytes())
        refuse_newer(folder / "manifest.json", manifest.format)
        return manifest
    except OtherFormat as error:
        raise ReleaseError(str(error)) from error
    except FileNotFoundError as error:
        raise ReleaseError(
            f"{folder}: no manifest.json, so nothing was released here; publish the night first"
        ) from error
    except ValidationError as error:
        raise ReleaseError(f"{folder / 'manifest.json'}: {error}; publish the night again") from error


def read_list(name: str, path: Path, reasons: Path | None = None, one_row_per_scope: bool = False) -> WantedList:
    """The rows of one list file: `row_key` VARCHAR, unique, and scalar columns.

    Args:
        name: the list.
        path: its Parquet file.
        reasons: a Parquet file with `reason_id` and `explanation`; if given, a list with a reason_id gets the
            explanation as another payload column.
        one_row_per_scope: without the rows of which another one prevails on their scope.

    Raises:
        ReleaseError: no row_key, a row_key twice, or a column of another type.
    """
    with reading() as connection:
        rows = _rows(connection, path, one_row_per_scope).set_alias("rows")
        if reasons and "reason_id" in rows.columns and "explanation" not in rows.columns:
            why = connection.read_parquet(str(reasons)).project("reason_id, explanation").set_alias("why")
            rows = rows.join(why, "reason_id", how="left")
        columns = tuple(
            (column, str(kind))
            for column, kind in zip(rows.columns, rows.types, strict=True)
            if column != _OF_THE_SCOPE
        )
        _refuse_other_shapes(path, columns)
        names = [column for column, _ in columns]
        at = names.index("row_key")
        payloads: dict[str, Payload] = {}
        for values in rows.project(", ".join(f'"{name}"' for name in names)).order("row_key").fetchall():
            row_key = values[at]
            if row_key is None or row_key in payloads:
                raise ReleaseError(
                    f"{path}: row_key {row_key!r} is null or there twice (or its reason is); a row_key names one row. "
                    "Fix the model that makes the list and publish the night again"
                )
            payloads[row_key] = canonical(
                {column: value for column, value in zip(names, values, strict=True) if column != "row_key"}
            )
    return WantedList(name, tuple(column for column in columns if column[0] != "row_key"), payloads)


def _rows(connection: duckdb.DuckDBPyConnection, path: Path, one_row_per_scope: bool) -> duckdb.DuckDBPyRelation:
    rows = connection.read_parquet(str(path))
    # A release of before several packs has one row of a scope.
    return rows.filter(_OF_THE_SCOPE) if one_row_per_scope and _OF_THE_SCOPE in rows.columns else rows


def _refuse_other_shapes(path: Path, columns: Sequence[tuple[str, str]]) -> None:
    if ("row_key", "VARCHAR") not in columns:
        raise ReleaseError(f"{path}: no column row_key VARCHAR, so this is not a list")
    for column, kind in columns:
        if not kind.startswith(_SCALAR_TYPES) or kind.endswith("]"):
            raise ReleaseError(
                f"{path}: column {column} is {kind}; a list holds {', '.join(_SCALAR_TYPES)}. "
                "Cast it in the model that makes the list"
            )
