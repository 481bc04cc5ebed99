"""The files that have landed, and what is wrong with one that can't be read."""

from __future__ import annotations

import csv
import difflib
import glob
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from evenhand.landing.contracts import BY_NAME, FEEDS, Contract

# Parquet types whose values turn into text without a loss. A number with a point does not (pandas makes 7 into 7.0 as
# soon as one value is missing), and a timestamp is a day only once somebody has said in which time zone.
READABLE_TYPES = ("VARCHAR", "DATE", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UINTEGER", "UBIGINT", "UUID")
# Where the contract has a number, 7.0 is as good as 7. What of these has too many digits is in the text for gate 1.
READABLE_AS_NUMBER = (*READABLE_TYPES, "FLOAT", "DOUBLE", "DECIMAL")


class FeedBroken(Exception):
    """A feed can't be used as a whole; nothing was changed. The message names file, row, column and remedy."""


@dataclass(frozen=True)
class LandedFile:
    """One file of a feed.

    Attributes:
        name: path below the landing folder, the name by which everything else refers to the file.
        sha256: hash of its bytes, in hex.
        size: in bytes.
        changed_at: when it was last written, in nanoseconds since 1970.
    """

    feed: str
    night: date
    name: str
    path: Path
    sha256: str
    size: int
    changed_at: int


@dataclass(frozen=True)
class Known:
    """What was known of a file when it was last loaded."""

    size: int
    changed_at: int
    sha256: str


def nights(landing: Path) -> list[date]:
    """Every night that any known feed has a folder for, oldest first."""
    return sorted({_night_of(folder) for contract in FEEDS for folder in _visible(landing / contract.feed)})


def landed_by(landing: Path, night: date, known: Mapping[str, Known]) -> list[LandedFile]:
    """The files of all feeds that had landed by the end of `night`, ordered by feed, night and name.

    What starts with a dot or an underscore is none of ours: sources leave such marks beside their files.

    Args:
        known: by name; one that has its size and time of writing still isn't hashed again.

    Raises:
        FeedBroken: a folder of no known feed, one that isn't named `night=YYYY-MM-DD`, or a file that is neither CSV
            nor Parquet.
    """
    landing = landing.absolute()
    for folder in _visible(landing):
        if folder.name not in BY_NAME:
            nearest = difflib.get_close_matches(folder.name, BY_NAME, n=1)
            raise FeedBroken(
                f"{folder}: no feed has this name{f'; is it {nearest[0]}?' if nearest else ''} The feeds are"
                f" {', '.join(BY_NAME)} (docs/feeds.md). Rename it or move it out of the landing folder."
            )
    files = []
    for contract in FEEDS:
        for folder in _visible(landing / contract.feed):
            folder_night = _night_of(folder)
            if folder_night > night:
                continue
            for path in _files_below(folder):
                if path.suffix not in (".csv", ".parquet") or not path.is_file():
                    raise FeedBroken(
                        f"{path}: a feed's files end in .csv or .parquet; move this one out of the landing folder"
                    )
                name = path.relative_to(landing).as_posix()
                files.append(_landed_file(contract.feed, folder_night, name, path, known.get(name)))
    return files


def _landed_file(feed: str, night: date, name: str, path: Path, known: Known | None) -> LandedFile:
    status = path.stat()
    if known and (known.size, known.changed_at) == (status.st_size, status.st_mtime_ns):
        sha256 = known.sha256
    else:
        with path.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    return LandedFile(feed, night, name, path, sha256, status.st_size, status.st_mtime_ns)


def check_headers(files: Sequence[LandedFile], contract: Contract) -> dict[str, tuple[tuple[str, str], ...]]:
    """Hold the files' columns to the contract, and return them with their types, by file, in the file's order.

    Raises:
        FeedBroken: a file is empty or unreadable, or its columns differ from the contract's.
    """
    parquet = _columns_of_parquet([file for file in files if file.path.suffix == ".parquet"], contract)
    return {
        file.name: _checked(file, parquet[file.name] if file.name in parquet else _columns_of_csv(file), contract)
        for file in files
    }


def _checked(file: LandedFile, columns: list[tuple[str, str]], contract: Contract) -> tuple[tuple[str, str], ...]:
    found = [name for name, _ in columns]
    missing = [name for name in contract.names_in_every_file if name not in found]
    unknown = [name for name in found if name not in contract.column_names]
    doubled = sorted({name for name in found if found.count(name) > 1})
    if missing or unknown or doubled:
        complaints = [
            f"{what} {', '.join(names)}"
            for what, names in (("missing", missing), ("not in the contract:", unknown), ("twice", doubled))
            if names
        ]
        optional = ", ".join(column.name for column in contract.columns if column.may_be_absent)
        place = f"{file.path}, line 1 (the header)" if file.path.suffix == ".csv" else str(file.path)
        raise FeedBroken(
            f"{place}: columns {'; '.join(complaints)}. "
            f"The feed {contract.feed} has exactly {', '.join(contract.names_in_every_file)}"
            f"{f', and may have {optional}' if optional else ''} (docs/feeds.md). "
            "Have the source land the file again with these columns; a new column is added to the contract first."
        )
    return tuple(columns)


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if not path.name.startswith((".", "_")))


def _files_below(folder: Path) -> Iterator[Path]:
    """Everything in a folder and the folders in it that isn't a folder itself, by name."""
    for path in _visible(folder):
        if path.is_dir():
            yield from _files_below(path)
        else:
            yield path


def _night_of(folder: Path) -> date:
    try:
        night = date.fromisoformat(folder.name.removeprefix("night="))
    except ValueError:
        night = None
    # Python reads more spellings of a day than one.
    if not night or folder.name != f"night={night}" or not folder.is_dir():
        raise FeedBroken(
            f"{folder}: a feed has folders named night=YYYY-MM-DD and nothing else; rename it or move it out of the"
            " landing folder"
        )
    return night


def _columns_of_parquet(files: Sequence[LandedFile], contract: Contract) -> dict[str, list[tuple[str, str]]]:
    numbers = [column.name for column in contract.columns if column.type == "number"]
    described = _parquet_schemas(files)
    for file in files:
        for name, column_type in described[file.name]:
            # A decimal's type says how many digits it has: DECIMAL(18,2).
            if column_type.partition("(")[0] not in (READABLE_AS_NUMBER if name in numbers else READABLE_TYPES):
                raise FeedBroken(
                    f"{file.path}, column {name}: {column_type} can't be read as text without a loss. Have the source"
                    " land the column as text, or a day as DATE."
                )
    return described


def _parquet_schemas(files: Sequence[LandedFile]) -> dict[str, list[tuple[str, str]]]:
    """Columns and their types, by file. All files are opened by one query: a feed can have thousands."""
    names = {str(file.path): file.name for file in files}
    columns: dict[str, list[tuple[str, str]]] = {file.name: [] for file in files}
    if not files:
        return columns
    try:
        with duckdb.connect() as connection:
            found = connection.execute(_SCHEMAS, {"paths": [glob.escape(path) for path in names]}).fetchall()
    except duckdb.Error as error:
        if len(files) > 1:
            for file in files:
                _parquet_schemas([file])
        raise FeedBroken(
            f"{files[0].path}: not a readable Parquet file ({first_line(error)}); have the source land it again"
        ) from error
    for path, name, column_type in found:
        columns[names[path]].append((name, column_type))
    return columns


# Of a nested column, whose parts are rows as well, the outermost type says enough.
_SCHEMAS = """
    select file_name, name, coalesce(duckdb_type, logical_type, 'nested') as type
    from parquet_schema($paths)
    where column_id > 0
    order by file_name, column_id
"""


def _columns_of_csv(file: LandedFile) -> list[tuple[str, str]]:
    try:
        with file.path.open(newline="", encoding="utf-8-sig", errors="surrogateescape") as lines:
            header = next(csv.reader(lines), None)
    except csv.Error as error:
        raise FeedBroken(f"{file.path}, line 1 (the header): {error}; have the source land it again") from error
    if not header:
        raise FeedBroken(f"{file.path}: the file is empty, without even a header; have the source land it again")
    if any("\udc80" <= letter <= "\udcff" for name in header for letter in name):
        raise FeedBroken(f"{file.path}, line 1 (the header): not UTF-8; have the source land the file as UTF-8")
    return [(name, "VARCHAR") for name in header]


def first_line(error: duckdb.Error) -> str:
    """What DuckDB has to say, without the options and the query that it prints below."""
    return str(error).split("\n", 1)[0]
