"""A receiver that is a folder or a prefix of an object store: the lists as Parquet and CSV, behind a pointer.

    current.json                       what readers follow; moved last, in one step
    previous.json                      the pointer as it was before
    night.json                         the night that it was brought to last
    versions/<version>/<list>.parquet  the two versions that the pointers name
    versions/<version>/<list>.csv

A version is named by the hash of its files, so the same state has the same names and bytes and isn't written twice.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import fsspec
from fsspec.implementations.local import LocalFileSystem
from pydantic import BaseModel, ValidationError

from evenhand.delivery.changes import Change
from evenhand.delivery.payload import Payload
from evenhand.delivery.read_release import WantedList, read_list
from evenhand.delivery.receivers import Capabilities, Receipt, ReceiverError, ReceiverRow
from evenhand.delivery.shown import without_login
from evenhand.delivery.stopping import go_on
from evenhand.records.atomic_files import sync
from evenhand.records.databases import quoted
from evenhand.records.modes import for_readers, mode_for_readers

log = logging.getLogger(__name__)


class _PublishedList(BaseModel):
    rows: int
    files: dict[str, str]


class _Pointer(BaseModel):
    version: str
    lists: dict[str, _PublishedList]


class _Night(BaseModel):
    night: date


class FilesReceiver:
    """Collects the changes of a delivery and publishes all of them, or none, in `commit`."""

    def __init__(
        self,
        name: str,
        lists: tuple[str, ...],
        url: str,
        batch_size: int = 10_000,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """`url` is a path or a URL that fsspec knows, with `options` for it; the folder is made when need be."""
        self.name = name
        self.lists = lists
        # Nothing is applied before `commit`, so keys aren't needed: what a crash left shows when the folder is read.
        self.capabilities = Capabilities(batch_size=batch_size, honours_keys=False, acts_on_changes=False)
        # As it is told; what it is opened with is below.
        self._url = without_login(url)
        self._files, root = fsspec.core.url_to_fs(url, **(options or {}))
        self._root = str(root).rstrip("/")
        self._wanted: Sequence[WantedList] = ()
        self._night = date.min
        self._rows: dict[str, dict[str, Payload]] = {}
        self._receipts: list[Receipt] = []
        self._is_damaged = False

    def begin(self, wanted: Sequence[WantedList], night: date) -> None:
        """Start from the rows that are in the folder; a list that was damaged there has none."""
        self._wanted = wanted
        self._night = night
        self._is_damaged = False
        self._rows = {held.name: dict(held.rows) for held in self._held()}
        self._receipts = []

    def apply(self, batch: Sequence[Change]) -> Sequence[Receipt]:
        """Collect; the answers come with `commit`."""
        for change in batch:
            rows = self._rows.setdefault(change.list, {})
            before = rows.get(change.row_key)
            if change.payload is None:
                rows.pop(change.row_key, None)
            else:
                rows[change.row_key] = change.payload
            self._receipts.append(Receipt(change.key, "duplicate" if before == change.payload else "applied"))
        return ()

    def commit(self) -> Sequence[Receipt]:
        """Publish the lists as they now are, then answer."""
        contents: dict[str, bytes] = {}
        lists: dict[str, dict[str, object]] = {}
        for wanted in self._wanted:
            rows = self._rows.get(wanted.name, {})
            made = _files_of(wanted, rows)
            contents |= made
            lists[wanted.name] = {
                "rows": len(rows),
                "files": {name: hashlib.sha256(content).hexdigest() for name, content in made.items()},
            }
        version = hashlib.sha256(json.dumps(lists, sort_keys=True).encode()).hexdigest()[:16]
        pointer = json.dumps({"version": version, "lists": lists}, sort_keys=True, indent=2).encode() + b"\n"
        before = self._read("current.json")
        if pointer != before or self._is_damaged:
            for name, file in contents.items():
                self._write(f"versions/{version}/{name}", file)
            if before is not None and pointer != before and not self._is_damaged:
                self._write("previous.json", before)
            self._write("current.json", pointer)
            self._drop_old_versions()
        if self.newest_night() != self._night:
            self._write("night.json", json.dumps({"night": str(self._night)}).encode() + b"\n")
        receipts, self._receipts = self._receipts, []
        return receipts

    def newest_night(self) -> date | None:
        """What night.json says; a folder of version 0.1 has none."""
        content = self._read("night.json")
        try:
            return None if content is None else _Night.model_validate_json(content).night
        except ValidationError:
            log.warning("%s: %s/night.json can't be read any more", self.name, self._url)
            return None

    def catch_up(self) -> None:
        """What is written can be read at once, in a folder and in an object store."""

    def read_back(self) -> Iterator[ReceiverRow]:
        """The rows that the pointer leads to."""
        for held in self._held():
            yield from (ReceiverRow(held.name, row_key, payload.sha256) for row_key, payload in held.rows.items())

    def _held(self) -> Iterator[WantedList]:
        current = self._pointer("current.json")
        for name, described in sorted(current.lists.items()) if current else ():
            folder = f"versions/{current.version}" if current else ""
            contents = {file: self._read(f"{folder}/{file}") for file in described.files}
            if any(_sha256(contents[file]) != sha256 for file, sha256 in described.files.items()):
                log.warning("%s: %s/%s/%s isn't what current.json says", self.name, self._url, folder, name)
                self._is_damaged = True
                continue
            with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
                file.write(contents[f"{name}.parquet"] or b"")
                file.flush()
                yield read_list(name, Path(file.name))

    def _pointer(self, name: str) -> _Pointer | None:
        content = self._read(name)
        try:
            return None if content is None else _Pointer.model_validate_json(content)
        except ValidationError:
            log.warning("%s: %s/%s isn't a pointer any more", self.name, self._url, name)
            self._is_damaged = True
            return None

    def _read(self, name: str) -> bytes | None:
        try:
            with self._errors(name):
                return bytes(self._files.cat_file(f"{self._root}/{name}"))
        except FileNotFoundError:
            return None

    def _write(self, name: str, content: bytes) -> None:
        path = f"{self._root}/{name}"
        go_on()
        with self._errors(name):
            if not isinstance(self._files, LocalFileSystem):
                # An object appears whole or not at all in an object store.
                self._files.pipe_file(path, content)
                return
            folder, _, last = path.rpartition("/")
            with for_readers():
                self._files.makedirs(folder, exist_ok=True)
            # Of one name, so that the next delivery writes over what a crash left.
            part = f"{folder}/.{last}.part"
            with open(part, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(part, mode_for_readers())
            os.replace(part, path)
            sync(Path(folder))

    @contextmanager
    def _errors(self, name: str) -> Iterator[None]:
        """Say what couldn't be read or written. Each of fsspec's clients raises exceptions of its own."""
        try:
            yield
        except FileNotFoundError:
            raise
        except Exception as error:
            said = f"{type(error).__name__}: {without_login(str(error))}"
            raise ReceiverError(
                f"receiver {self.name}: {self._url}/{name}: {said}. Look at the path, login and password of its "
                "Airflow connection, and whether it is up; nothing is lost, the delivery can be run again"
            ) from None

    def _drop_old_versions(self) -> None:
        pointers = (self._pointer("current.json"), self._pointer("previous.json"))
        kept = {pointer.version for pointer in pointers if pointer}
        go_on()
        with self._errors("versions"):
            self._files.invalidate_cache()
            for path in sorted(self._files.ls(f"{self._root}/versions", detail=False)):
                if path.rstrip("/").rpartition("/")[2] not in kept:
                    self._files.rm(path, recursive=True)


def _sha256(content: bytes | None) -> str:
    return "" if content is None else hashlib.sha256(content).hexdigest()


def _files_of(wanted: WantedList, rows: Mapping[str, Payload]) -> dict[str, bytes]:
    # One thread and an explicit order: the same rows give the same bytes.
    columns = {"row_key": "VARCHAR", **dict(wanted.columns)}
    ordered = "(select * from list order by row_key)"
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(config={"threads": 1}) as connection:
        source = Path(folder, "rows.ndjson")
        with source.open("w", encoding="utf-8") as file:
            for row_key in sorted(rows):
                file.write(
                    json.dumps({"row_key": row_key, **json.loads(rows[row_key].text)}, ensure_ascii=False) + "\n"
                )
        connection.execute(
            "create table list as from read_json($source, format = 'newline_delimited', columns = $columns)",
            {"source": str(source), "columns": columns},
        )
        parquet, csv = Path(folder, f"{wanted.name}.parquet"), Path(folder, f"{wanted.name}.csv")
        connection.execute(f"copy {ordered} to {quoted(parquet)} (format parquet, compression zstd)")
        connection.execute(f"copy {ordered} to {quoted(csv)} (format csv, header)")
        return {parquet.name: parquet.read_bytes(), csv.name: csv.read_bytes()}
