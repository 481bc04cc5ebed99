"""Rows of two nights that were compared, kept for who looks at their next page: comparing large lists takes seconds.

They lie in a folder of the process, which goes with it; revisions never change, so what is kept holds.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

# So many comparisons are kept; what was looked at longest ago makes place.
MOST = 32


@dataclass
class Compared:
    """Files of compared rows, by what they are of."""

    most: int = MOST
    _files: OrderedDict[object, Path] = field(default_factory=OrderedDict)
    # Of what is being written at the moment, and no more.
    _writing: dict[object, Lock] = field(default_factory=dict)
    _folder: TemporaryDirectory[str] | None = None
    _written: int = 0
    _lock: Lock = field(default_factory=Lock)

    def file(self, of: object, write: Callable[[Path], None]) -> Path:
        """The file of the rows of something, written if it isn't there.

        Args:
            write: writes the rows into a file.
        """
        while True:
            with self._lock:
                if found := self._kept(of):
                    return found
                is_first = of not in self._writing
                writing = self._writing.setdefault(of, Lock())
                if is_first:
                    writing.acquire()
                    path = self._new_path()
            if is_first:
                return self._put(of, path, write, writing)
            # Who asks for the same meanwhile waits for it instead of comparing too; who asks for others doesn't.
            with writing:
                pass

    def _put(self, of: object, path: Path, write: Callable[[Path], None], writing: Lock) -> Path:
        try:
            write(path)
            with self._lock:
                self._files[of] = path
                self._files.move_to_end(of)
                while len(self._files) > self.most:
                    _, oldest = self._files.popitem(last=False)
                    oldest.unlink(missing_ok=True)
            return path
        finally:
            with self._lock:
                del self._writing[of]
            writing.release()

    def _kept(self, of: object) -> Path | None:
        # Whoever clears folders of temporary files takes what lies there for days.
        if of not in self._files or not self._files[of].exists():
            return None
        self._files.move_to_end(of)
        return self._files[of]

    def _new_path(self) -> Path:
        # Of the process that writes: one that it was made from may have written other rows by that name.
        self._folder = self._folder or TemporaryDirectory(prefix="evenhand-compared-")
        path = Path(self._folder.name) / f"{self._written}.parquet"
        path.parent.mkdir(mode=0o700, exist_ok=True)
        self._written += 1
        return path
