"""What landed once, kept: each loaded file's bytes by their hash, and by name which of them count.

    EVENHAND_HOME/kept/ab/<sha256>    the bytes, never changed
    EVENHAND_HOME/kept/files.jsonl    a line for each thing that became of a file, the newest last

The store of all that landed can be deleted and loaded again from there, and a file that vanishes from the landing
folder goes on counting. The bytes are a copy, which shares its blocks with the file where the file system can do that;
a hard link would change with a file that is written in place.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, BinaryIO

from evenhand.landing.file_names import form_of
from evenhand.landing.files import LandedFile
from evenhand.records.atomic_files import sync

FOLDER = "kept"
_INDEX = "files.jsonl"
# Linux's call for a copy that shares its blocks.
_FICLONE = 0x40049409


@dataclass(frozen=True)
class KeptFile:
    """The version of a file that counts.

    Attributes:
        name: its path below the landing folder.
        night: the night that it landed in, as text.
        rows_said: what the file beside it said of its rows.
        vanished_on: the first night that was decided without it in the landing folder, as text; empty before.
    """

    name: str
    feed: str
    night: str
    sha256: str
    size: int
    rows_said: str | None = None
    vanished_on: str = ""


class KeptFiles:
    """What is kept in a home."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = _read(folder / _INDEX)

    @property
    def files(self) -> Mapping[str, KeptFile]:
        """The files that count, by name, whether they are still in the landing folder or not."""
        return self._files

    def path_of(self, sha256: str) -> Path:
        """Where the bytes of a file are."""
        return self._folder / sha256[:2] / sha256

    def landed(self, file: KeptFile) -> LandedFile:
        """The version that counts, to be read from what is kept."""
        path = self.path_of(file.sha256)
        return LandedFile(
            feed=file.feed,
            night=date.fromisoformat(file.night),
            name=file.name,
            path=path,
            form=form_of(Path(file.name)) or "csv",
            sha256=file.sha256,
            size=file.size,
            rows_said=file.rows_said,
            problem="" if path.exists() else f"its bytes are gone from {path.parent.parent.name}/, and so is it itself",
        )

    def keep(self, files: Sequence[LandedFile]) -> None:
        """Keep files as the versions that count; those that are kept already stay as they are."""
        copied = []
        for file in files:
            if not self.path_of(file.sha256).exists() and self._copy(file):
                copied.append(self.path_of(file.sha256))
        # One by one while they are few; the first night of a home takes thousands.
        if len(copied) > 50:
            os.sync()
        for path in copied[:50]:
            sync(path.parent)
        self._write(
            [
                KeptFile(each.name, each.feed, str(each.night), each.sha256, each.size, each.rows_said)
                for each in files
                if self.path_of(each.sha256).exists()
            ]
        )

    def mark_vanished(self, names: Iterable[str], night: date) -> None:
        """Note since which night files are gone from the landing folder."""
        self._write([replace(self._files[name], vanished_on=str(night)) for name in sorted(names)])

    def drop(self, names: Iterable[str]) -> None:
        """Have files count no more by these names; their bytes stay."""
        self._write([replace(self._files[name], sha256="") for name in sorted(names)])

    def _copy(self, file: LandedFile) -> bool:
        """Copy a file's bytes, unless they aren't any more what they were when it was looked at."""
        target = self.path_of(file.sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=target.parent, prefix=".", suffix=".draft", delete=False) as draft:
            path = Path(draft.name)
            try:
                with file.path.open("rb") as source:
                    copy_bytes(source, draft)
                draft.flush()
                with path.open("rb") as copied:
                    is_it = hashlib.file_digest(copied, "sha256").hexdigest() == file.sha256
            except OSError:
                is_it = False
            if is_it:
                os.fchmod(draft.fileno(), 0o400)
        if is_it:
            os.replace(path, target)
        else:
            path.unlink()
        return is_it

    def _write(self, files: Sequence[KeptFile]) -> None:
        new = [file for file in files if self._files.get(file.name) != file]
        if not new:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / _INDEX).open("ab") as index:
            # A line that a kill cut short isn't continued.
            index.write(b"\n" + b"".join(json.dumps(asdict(file)).encode() + b"\n" for file in new))
            index.flush()
            os.fsync(index.fileno())
        for file in new:
            _take(self._files, file)


def copy_bytes(source: BinaryIO, target: IO[bytes]) -> None:
    """Copy a file's bytes, or have it share its blocks."""
    try:
        fcntl.ioctl(target.fileno(), _FICLONE, source.fileno())
    except OSError:
        shutil.copyfileobj(source, target, 2**20)


def drop_kept(home: Path, which: Callable[[str], bool]) -> None:
    """Have files count no more that whoever landed them takes back: simulations and examples theirs.

    Args:
        which: whether that is so, by a file's name.
    """
    kept = KeptFiles(home / FOLDER)
    kept.drop([name for name in kept.files if which(name)])


def _read(index: Path) -> dict[str, KeptFile]:
    files: dict[str, KeptFile] = {}
    with suppress(FileNotFoundError):
        for line in index.read_bytes().splitlines():
            with suppress(ValueError, TypeError):
                _take(files, KeptFile(**json.loads(line)))
    return files


def _take(files: dict[str, KeptFile], file: KeptFile) -> None:
    if file.sha256:
        files[file.name] = file
    else:
        files.pop(file.name, None)
