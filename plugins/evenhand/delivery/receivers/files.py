"""A receiver that is a folder, local or anywhere fsspec reaches: the lists as Parquet and CSV, behind a pointer.

    current.json                       what readers follow; moved last, in one step
    previous.json                      the pointer as it was before
    versions/<version>/<list>.parquet  the two versions that the pointers name
    versions/<version>/<list>.csv

A version is named by the hash of its files, so the same state has the same names and bytes and isn't written twice.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb
import fsspec
from fsspec.implementations.local import LocalFileSystem

from evenhand.delivery.changes import Change
from evenhand.delivery.payload import Payload
from evenhand.delivery.receivers import Capabilities, HeldRow, Receipt, ReceiverError
from evenhand.delivery.wanted import WantedList, read_list


class FilesReceiver:
    """Collects the changes of a delivery and publishes all of them, or none, in `commit`."""

    def __init__(self, name: str, lists: tuple[str, ...], url: str, batch_size: int = 10_000) -> None:
        """`url` is a path or a URL that fsspec knows; the folder is made when something is published."""
        self.name = name
        self.lists = lists
        # Nothing is applied before `commit`, so keys aren't needed: what a crash left shows when the folder is read.
        self.capabilities = Capabilities(batch_size=batch_size, honours_keys=False)
        self._url = url
        self._files, root = fsspec.core.url_to_fs(url)
        self._root = str(root).rstrip("/")
        self._wanted: Sequence[WantedList] = ()
        self._rows: dict[str, dict[str, Payload]] = {}
        self._receipts: list[Receipt] = []

    def begin(self, wanted: Sequence[WantedList]) -> None:
        """Start from the rows that are in the folder."""
        self._wanted = wanted
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
        if pointer != before:
            for name, content in contents.items():
                self._write(f"versions/{version}/{name}", content)
            if before is not None:
                self._write("previous.json", before)
            self._write("current.json", pointer)
            self._drop_old_versions()
        receipts, self._receipts = self._receipts, []
        return receipts

    def read_back(self) -> Iterator[HeldRow]:
        """The rows that the pointer leads to."""
        for held in self._held():
            yield from (HeldRow(held.name, row_key, payload.sha256) for row_key, payload in held.rows.items())

    def _held(self) -> Iterator[WantedList]:
        pointer = self._read("current.json")
        if pointer is None:
            return
        current = json.loads(pointer)
        for name, described in sorted(current["lists"].items()):
            path = f"versions/{current['version']}/{name}.parquet"
            content = self._read(path)
            if content is None or hashlib.sha256(content).hexdigest() != described["files"][f"{name}.parquet"]:
                raise ReceiverError(
                    f"receiver {self.name}: {self._url}/{path} isn't what current.json says; restore it, or remove "
                    "current.json and deliver again: everything is then published anew"
                )
            with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
                file.write(content)
                file.flush()
                yield read_list(name, Path(file.name))

    def _read(self, name: str) -> bytes | None:
        try:
            return bytes(self._files.cat_file(f"{self._root}/{name}"))
        except FileNotFoundError:
            return None

    def _write(self, name: str, content: bytes) -> None:
        path = f"{self._root}/{name}"
        self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
        if not isinstance(self._files, LocalFileSystem):
            # An object appears whole or not at all in an object store.
            self._files.pipe_file(path, content)
            return
        with tempfile.NamedTemporaryFile(dir=os.path.dirname(path), prefix=".", delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(file.name, 0o644)
        os.replace(file.name, path)
        directory = os.open(os.path.dirname(path), os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def _drop_old_versions(self) -> None:
        pointers = (self._read("current.json"), self._read("previous.json"))
        kept = {json.loads(pointer)["version"] for pointer in pointers if pointer is not None}
        self._files.invalidate_cache()
        for path in sorted(self._files.ls(f"{self._root}/versions", detail=False)):
            if path.rstrip("/").rpartition("/")[2] not in kept:
                self._files.rm(path, recursive=True)


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
        connection.execute(f"copy {ordered} to '{parquet}' (format parquet, compression zstd)")
        connection.execute(f"copy {ordered} to '{csv}' (format csv, header)")
        return {parquet.name: parquet.read_bytes(), csv.name: csv.read_bytes()}
