"""Whose a file is that can't be used: what in it may be the names of accounts.

Which market pays for a file hangs on whose rows are in it, so everything that can be made out is: the column of
accounts where there is one, else every column, of which the night takes the one that names most accounts that it knows.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
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
# What a column of markets is counted as.
OF_MARKETS = -1


def values_in(file: LandedFile, contract: Contract | None) -> set[tuple[int, str]]:
    """The values of a file that may name accounts, with the position of their column; `OF_MARKETS` for markets."""
    # What couldn't be hashed isn't read: there is nothing to read, or it lies outside of the landing folder.
    if not file.sha256:
        return set()
    try:
        if file.form == "parquet":
            return set(_of_parquet(file))
        text = _text(file.path, packed=file.form == "csv.gz")
    except (OSError, duckdb.Error):
        return set()
    # One after the other: a list of all of them takes many times the memory of the text.
    lines = StringIO(text, newline=None)
    first = lines.readline().rstrip("\n")
    lines.seek(0)
    delimiter = max(_DELIMITERS, key=first.count)
    header = [_bare(name).casefold() for name in first.split(delimiter)]
    positions = {position: 0 for position, name in enumerate(header) if name == "account_id"}
    if contract is None or contract.feed == "creators":
        positions |= {position: OF_MARKETS for position, name in enumerate(header) if name == "market"}
    if 0 not in positions.values():
        positions = {position: position for position in range(len(header))} | positions
    return {
        (positions[position], _bare(value))
        for line in lines
        for position, value in enumerate(line.rstrip("\n").split(delimiter))
        if position in positions and value
    }


def _of_parquet(file: LandedFile) -> Iterator[tuple[int, str]]:
    columns = columns_of([file])[file.name]
    if isinstance(columns, str):
        return
    for called, position in (("account_id", 0), ("market", OF_MARKETS)):
        for name, kind in columns:
            if name.strip().casefold() == called and kind != NESTED:
                quoted = '"' + name.replace('"', '""') + '"'
                with duckdb.connect() as connection:
                    rows = f"select {quoted}::varchar as said from read_parquet(?, hive_partitioning = false)"
                    query = f"select distinct said from ({rows} limit {_MOST_ROWS})"
                    found = connection.execute(query, [str(file.path)]).fetchall()
                yield from ((position, value) for (value,) in found if value)


def _text(path: Path, *, packed: bool) -> str:
    with path.open("rb") as file:
        content = file.read(_MOST)
    if packed or content.startswith(b"\x1f\x8b"):
        unpack = zlib.decompressobj(wbits=31)
        try:
            content = unpack.decompress(content, _MOST)
        except zlib.error:
            return ""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if content[:1000].count(b"\0") * 3 > len(content[:1000]):
        return content.decode("utf-16-le" if content[1:2] == b"\0" else "utf-16-be", "replace")
    return content.removeprefix(BOM).decode("utf-8", "replace")


def _bare(value: str) -> str:
    return value.strip().strip('"').strip()
