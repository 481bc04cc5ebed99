"""How large files are once they are unpacked: what is larger than a file may be is refused before it is read."""

from __future__ import annotations

import glob
import gzip
import zlib
from collections.abc import Iterable, Iterator, Sequence

import duckdb

from evenhand.landing.files import LandedFile
from evenhand.records.sql_files import SqlFile
from evenhand.settings import settings

_SQL = SqlFile(__file__)

_MB = 10**6
# Nothing that is packed with gzip is larger unpacked than so many times its size.
_MOST_PACKED = 1033
_CHUNK = 2**20
_IS_LARGER = "unpacked it is larger than"


def too_large(files: Iterable[LandedFile]) -> dict[str, str]:
    """By name, the files that are larger than a file may be, each with what is said of it."""
    most = settings().largest_file_mb
    of_parquet: list[LandedFile] = []
    found = set()
    for file in files:
        if file.form == "parquet":
            of_parquet.append(file)
        elif file.size > most * _MB or (file.form == "csv.gz" and _is_larger(file, most * _MB)):
            found.add(file.name)
    by_name = {file.name: file for file in of_parquet}
    for name, size, at_most in _sizes(of_parquet):
        if size > most * _MB or (at_most > most * _MB and _of_texts(by_name[name]) > most * _MB):
            found.add(name)
    why = (
        f"{_IS_LARGER} {most:,} MB, and none of it was read; land it in several files, or let files be"
        " larger (EVENHAND_LARGEST_FILE_MB)"
    )
    return dict.fromkeys(sorted(found), why)


def is_too_large(why: str | None) -> bool:
    """Whether this is why a file couldn't be used; another setting may let it."""
    return bool(why) and str(why).startswith(_IS_LARGER)


def _is_larger(file: LandedFile, most: int) -> bool:
    """Whether a file has more bytes once it is unpacked; what can't be unpacked is told of where it is read."""
    if file.size * _MOST_PACKED <= most:
        return False
    size = 0
    try:
        with gzip.open(file.path) as packed:
            while size <= most and (chunk := packed.read(_CHUNK)):
                size += len(chunk)
    except (OSError, EOFError, zlib.error):
        pass
    return size > most


def _sizes(files: Sequence[LandedFile]) -> Iterator[tuple[str, int, int]]:
    """What Parquet files say that they have, and the most that it can be: of what repeats, little is written."""
    if not files:
        return
    names = {str(file.path): file.name for file in files}
    try:
        with duckdb.connect() as connection:
            paths = {"paths": [glob.escape(path) for path in names]}
            found = connection.execute(_SQL("sizes"), paths).fetchall()
    except duckdb.Error:
        # One that can't be read is told of where it is.
        if len(files) > 1:
            for file in files:
                yield from _sizes([file])
        return
    yield from ((names[path], int(size), int(at_most)) for path, size, at_most in found)


def _of_texts(file: LandedFile) -> int:
    """How many bytes the texts of a Parquet file have, each as often as it is there; none is written anywhere."""
    with duckdb.connect() as connection:
        try:
            rows = connection.read_parquet(glob.escape(str(file.path)), hive_partitioning=False)
            kinds = zip(rows.columns, map(str, rows.types), strict=True)
            lengths = [
                f"sum({'strlen' if kind == 'VARCHAR' else 'octet_length'}({_called(name)}))"
                for name, kind in kinds
                if kind in ("VARCHAR", "BLOB")
            ]
            found = rows.aggregate(", ".join(lengths)).fetchone() if lengths else None
        except duckdb.Error:
            # One that can't be read is told of where it is.
            return 0
    return sum(int(each or 0) for each in found or ())


def _called(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
