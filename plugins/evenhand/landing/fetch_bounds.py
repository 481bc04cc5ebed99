"""How much of a file elsewhere is fetched: no more than a file of a feed may have, whatever the other side says.

Where a listing says how large a file is, one that is too large isn't begun. Where it doesn't, as on a web server, the
answer says so, or else it is found while the bytes come.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fsspec.callbacks import Callback

from evenhand.settings import settings

_MB = 10**6


class TooLarge(Exception):
    """A file is larger than one may be. The message says it, for people, as the end of a sentence on the file."""


def why_too_large(about: Mapping[str, Any]) -> str:
    """Why a file isn't fetched, by what its listing says; empty where it may be as large, or nothing says how large."""
    size, most = about.get("size"), settings().largest_file_mb
    return _said(most) if isinstance(size, int) and size > most * _MB else ""


class Bounded(Callback):  # type: ignore[misc]
    """What is told of the bytes of each file that is fetched, and ends it where there are too many of them."""

    def __init__(self) -> None:
        super().__init__()
        self._most = settings().largest_file_mb

    def branched(self, path_1: str, path_2: str, **kwargs: Any) -> Callback:
        """That of one file among those that are fetched at once."""
        return _OfOneFile(self._most)


class _OfOneFile(Callback):  # type: ignore[misc]
    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def set_size(self, size: int | None) -> None:
        super().set_size(size)
        self._refuse(size or 0)

    def relative_update(self, inc: int = 1) -> None:
        super().relative_update(inc)
        self._refuse(self.value)

    def _refuse(self, size: int) -> None:
        if size > self._most * _MB:
            raise TooLarge(_said(self._most))


def _said(most: int) -> str:
    return (
        f"it is larger than {most:,} MB, and isn't fetched; land it in several files, or let files be larger"
        " (EVENHAND_LARGEST_FILE_MB)"
    )
