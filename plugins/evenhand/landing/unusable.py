"""Whose a file is that can't be used: what in it may be the names of accounts.

Which market pays for a file hangs on whose rows are in it, so everything that can be made out is: the column of
accounts where there is one, else every column, of which the night takes the one that names most accounts that it knows.
"""

from __future__ import annotations

import glob
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from io import StringIO
from pathlib import Path

import duckdb

from evenhand.landing.contracts import Contract
from evenhand.landing.csv_rows import BOM
from evenhand.landing.files import LandedFile
from evenhand.landing.parquet_columns import NESTED, columns_of

# As many bytes of a file are looked at.
_MOST = 64 * 2**20
_MOST_ROWS = 2_000_000
_DELIMITERS = ",;\t|"
_ACCOUNT = "account_id"
# So many lines may stand above the names of columns: a title, nothing, what a spreadsheet is told.
_MOST_ABOVE = 20
_PARQUET = b"PAR1"
# Small, for what is damaged loses all of its piece.
_CHUNK = 2**10
# What a column of markets is counted as.
OF_MARKETS = -1


def values_in(file: LandedFile, contract: Contract | None) -> set[tuple[int, str]]:
    """The values of a file that may name accounts, with the position of their column; `OF_MARKETS` for markets."""
    # What couldn't be hashed isn't read: there is nothing to read, or it lies outside of the landing folder.
    if not file.sha256:
        return set()
    try:
        # What it is, whatever it is called: a file that is called otherwise can't be used for that.
        if _begins_as_parquet(file.path):
            return set(_of_parquet(file))
        text = _text(file.path)
    except OSError:
        return set()
    # One after the other: a list of all of them takes many times the memory of the text.
    lines = StringIO(text, newline=None)
    header, delimiter = _header_and_delimiter([line for _, line in zip(range(_MOST_ABOVE), lines, strict=False)])
    lines.seek(0)
    positions = {position: 0 for position, name in enumerate(header) if name == _ACCOUNT}
    if contract is None or contract.feed == "creators":
        positions |= {position: OF_MARKETS for position, name in enumerate(header) if name == "market"}
    says_accounts = 0 in positions.values()
    return {
        (positions.get(position, position), _bare(value))
        for line in lines
        for position, value in enumerate(line.rstrip("\n").split(delimiter))
        if value and (position in positions or not says_accounts)
    }


def _header_and_delimiter(lines: Sequence[str]) -> tuple[list[str], str]:
    """The names of the columns, as they are compared, and what separates them, by the first lines of a file.

    Without a line that names accounts there are no names, and what is there most often separates values.
    """
    for line in lines:
        for delimiter in sorted(_DELIMITERS, key=line.count, reverse=True):
            names = [_bare(name).casefold() for name in line.rstrip("\n").split(delimiter)]
            if _ACCOUNT in names:
                return names, delimiter
    delimiter = max(_DELIMITERS, key="".join(lines).count)
    first = next((line for line in lines if delimiter in line), "")
    return [_bare(name).casefold() for name in first.rstrip("\n").split(delimiter)], delimiter


def _begins_as_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_PARQUET)) == _PARQUET


def _of_parquet(file: LandedFile) -> Iterator[tuple[int, str]]:
    columns = columns_of([file])[file.name]
    if isinstance(columns, str):
        return
    called = {name: name.strip().casefold() for name, kind in columns if kind != NESTED}
    said = {name: 0 for name, known in called.items() if known == _ACCOUNT}
    if not said:
        said = {name: position for position, name in enumerate(called)}
    for name, position in [*said.items(), *((name, OF_MARKETS) for name, known in called.items() if known == "market")]:
        quoted = '"' + name.replace('"', '""') + '"'
        with duckdb.connect() as connection:
            rows = f"select {quoted}::varchar as said from read_parquet(?, hive_partitioning = false)"
            query = f"select distinct said from ({rows} limit {_MOST_ROWS})"
            # Of one that is damaged, other columns may be whole.
            with suppress(duckdb.Error):
                found = connection.execute(query, [glob.escape(str(file.path))]).fetchall()
                yield from ((position, value) for (value,) in found if value)


def _text(path: Path) -> str:
    content: bytes | bytearray
    with path.open("rb") as file:
        content = file.read(_MOST)
    if content.startswith(b"\x1f\x8b"):
        content = _unpacked(content)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if content[:1000].count(b"\0") * 3 > len(content[:1000]):
        return content.decode("utf-16-le" if content[1:2] == b"\0" else "utf-16-be", "replace")
    return content.removeprefix(BOM).decode("utf-8", "replace")


def _unpacked(content: bytes) -> bytearray:
    """As much of it as can be unpacked: of one that is damaged, what comes before that."""
    unpack, unpacked = zlib.decompressobj(wbits=31), bytearray()
    with suppress(zlib.error):
        for start in range(0, len(content), _CHUNK):
            unpacked += unpack.decompress(content[start : start + _CHUNK], _MOST - len(unpacked))
            if unpack.eof or len(unpacked) >= _MOST:
                break
    return unpacked


def _bare(value: str) -> str:
    return value.strip().strip('"').strip()
