"""The files that have landed, and what is wrong with one that can't be read."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from evenhand.landing.contracts import FEEDS, Contract


class FeedBroken(Exception):
    """A feed can't be used as a whole; nothing was changed. The message names file, row, column and remedy."""


@dataclass(frozen=True)
class LandedFile:
    """One file of a feed.

    Attributes:
        name: path below the landing folder, the name by which everything else refers to the file.
        sha256: hash of its bytes, in hex.
    """

    feed: str
    night: date
    name: str
    path: Path
    sha256: str


def nights(landing: Path) -> list[date]:
    """Every night that any known feed has a folder for, oldest first."""
    found = {
        date.fromisoformat(folder.name.removeprefix("night="))
        for contract in FEEDS
        for folder in (landing / contract.feed).glob("night=*")
    }
    return sorted(found)


def landed_by(landing: Path, night: date) -> list[LandedFile]:
    """The files of all feeds that had landed by the end of `night`, ordered by feed, night and name.

    Raises:
        FeedBroken: a file that is neither CSV nor Parquet, or a folder that isn't named `night=YYYY-MM-DD`.
    """
    files = []
    for contract in FEEDS:
        for folder in sorted((landing / contract.feed).glob("*")):
            folder_night = _night_of(folder)
            if folder_night > night:
                continue
            for path in sorted(folder.iterdir()):
                if path.suffix not in (".csv", ".parquet"):
                    raise FeedBroken(
                        f"{path}: a feed's files end in .csv or .parquet; move this one out of the landing"
                    )
                sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
                files.append(LandedFile(contract.feed, folder_night, str(path.relative_to(landing)), path, sha256))
    return files


def check_header(file: LandedFile, contract: Contract) -> tuple[str, ...]:
    """Hold a file's columns to the contract, and return them in the file's order.

    Raises:
        FeedBroken: the file is empty or unreadable, or its columns differ from the contract's.
    """
    found = _columns_of(file)
    missing = [name for name in contract.column_names if name not in found]
    unknown = [name for name in found if name not in contract.column_names]
    doubled = sorted({name for name in found if found.count(name) > 1})
    if missing or unknown or doubled:
        complaints = [
            f"{what} {', '.join(names)}"
            for what, names in (("missing", missing), ("not in the contract:", unknown), ("twice:", doubled))
            if names
        ]
        raise FeedBroken(
            f"{file.path}, row 1 (the header): columns {'; '.join(complaints)}. "
            f"The feed {contract.feed} has exactly {', '.join(contract.column_names)} (docs/feeds.md). "
            "Have the source land the file again with these columns; a new column is added to the contract first."
        )
    return tuple(found)


def _night_of(folder: Path) -> date:
    try:
        return date.fromisoformat(folder.name.removeprefix("night="))
    except ValueError:
        raise FeedBroken(
            f"{folder}: a feed's folders are named night=YYYY-MM-DD; rename it or move it out of the landing"
        ) from None


def _columns_of(file: LandedFile) -> list[str]:
    if file.path.suffix == ".parquet":
        try:
            described = duckdb.sql("describe from read_parquet($path)", params={"path": str(file.path)}).fetchall()
        except duckdb.Error as error:
            raise FeedBroken(
                f"{file.path}: not a readable Parquet file ({error}); have the source land it again"
            ) from error
        return [row[0] for row in described]
    try:
        with file.path.open(newline="", encoding="utf-8-sig") as lines:
            header = next(csv.reader(lines), None)
    except UnicodeDecodeError as error:
        raise FeedBroken(f"{file.path}, row 1: not UTF-8 ({error}); have the source land it as UTF-8") from error
    if not header:
        raise FeedBroken(f"{file.path}, row 1: the file is empty, without even a header; have the source land it again")
    return header
