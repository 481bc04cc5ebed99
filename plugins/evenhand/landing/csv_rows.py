"""CSV files, row by row: what can be read of one whose lines aren't all as they should be.

A file that is whole is read by DuckDB, which is quick; `is_plain` says of which that is safe. Here the others are read,
so that a line that can't be read costs itself and no other: rows begin anew at each line, and a quote that is open at
the end of a line is closed on a later one only if no row begins before. But where each quote of a file is closed and
each row whole, a text that people write is what its quotes say: whoever writes one is not to write rows.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.landing.files import LandedFile

BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
# A value with line breaks in it, and with lines like rows, is one up to so many lines.
LONGEST_VALUE = 500
_LINE_END = re.compile(rb"\r\r\n|\r\n|\n|\r")
_LINE_END_IN_TEXT = re.compile(r"[\r\n]")
_PLAIN = r'[^",\r\n]*'
_QUOTED = r' *"(?:[^"]|"")*" *'
_VALUE = re.compile(f"({_QUOTED}|{_PLAIN})(,|$)")
# Quantifiers that give nothing back: a long line is looked at once.
_WHOLE_LINE = re.compile(rb'(?:(?: *+"(?:[^"]|"")*+" *+|[^",\r\n]*+),)*+(?: *+"(?:[^"]|"")*+" *+|[^",\r\n]*+)')
_IN_QUOTES = re.compile(rb'"[^"]*"')


class Unreadable(Exception):
    """Nothing in a file can be read as rows. The message says why, for people, as the end of a sentence on the file."""


@dataclass(frozen=True)
class CsvRow:
    """A row: its number among the rows of data, the line that it begins on, and its values.

    Attributes:
        has_one_within: whether a line of a value of it looks like a row.
    """

    number: int
    line: int
    values: tuple[str, ...]
    has_one_within: bool = False


@dataclass(frozen=True)
class BadLine:
    """A line that can't be read: its number among the rows of data, its line, its text, and why."""

    number: int
    line: int
    text: str
    why: str


@dataclass(frozen=True)
class _Line:
    """Where a line is: its number, as an editor counts, and its first byte and the one after its last."""

    number: int
    begins: int
    ends: int


@dataclass(frozen=True)
class CsvText:
    """The bytes of a CSV file, and what they look like.

    Attributes:
        header: the names in its first line.
        lines: how many lines have something in them, the header included.
        is_plain: whether each line is a row that DuckDB reads as it stands.
    """

    content: bytes
    header: tuple[str, ...]
    lines: int
    is_plain: bool


def read_text(file: LandedFile) -> CsvText:
    """Read a CSV file, packed or not, as far as its header.

    Raises:
        Unreadable: it has no header that could be read.
    """
    content = unpacked(file.path) if file.form == "csv.gz" else file.path.read_bytes()
    refuse_what_is_no_csv(content)
    has_bom = content.startswith(BOM)
    content = content.removeprefix(BOM)
    first = next(line for line in _lines(content) if content[line.begins : line.ends].strip())
    try:
        header = parse(content[first.begins : first.ends].decode())
    except UnicodeDecodeError:
        raise Unreadable("its header (line 1) isn't UTF-8") from None
    if isinstance(header, str):
        raise Unreadable(f"its header (line 1) can't be read: {header}")
    is_plain = not has_bom and first.number == 1 and _is_plain(content, len(header))
    return CsvText(content, header, _count_lines(content), is_plain)


def unpacked(path: Path) -> bytes:
    """The bytes of a packed file.

    Raises:
        Unreadable: it was cut, or isn't packed with gzip.
    """
    try:
        with gzip.open(path) as packed:
            return packed.read()
    except EOFError:
        raise Unreadable("it was cut: the end of the packed file is missing") from None
    except (gzip.BadGzipFile, zlib.error):
        with path.open("rb") as file:
            start = file.read(len(_GZIP))
        if start.startswith(_GZIP):
            raise Unreadable("it is damaged: not all of it can be unpacked") from None
        if start.startswith(b"PA"):
            raise Unreadable("it is Parquet; call it .parquet") from None
        raise Unreadable("it isn't packed with gzip; if it is CSV, call it .csv") from None


def refuse_what_is_no_csv(content: bytes) -> None:
    """Raises:
    Unreadable: it is something else than CSV in UTF-8, which is named.
    """
    start = content[:1000]
    if not content.removeprefix(BOM).strip():
        raise Unreadable("it is empty, without even a header")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or start.count(b"\0") * 3 > len(start):
        raise Unreadable("it is UTF-16, where UTF-8 is expected")
    if start.startswith(_GZIP):
        raise Unreadable("it is packed; call it .csv.gz")
    if start.startswith(b"PAR1"):
        raise Unreadable("it is Parquet; call it .parquet")
    if start.startswith(b"PK\x03\x04"):
        raise Unreadable("it is an Excel or zip file, where CSV is expected")
    if start.removeprefix(BOM).lstrip().startswith(b"<"):
        raise Unreadable("it is a page of HTML or XML, where CSV is expected")
    if start.lstrip().startswith((b"{", b"[")):
        raise Unreadable("it is JSON, where CSV is expected")


def read_rows(text: CsvText, texts: Collection[int] = ()) -> Iterator[CsvRow | BadLine]:
    """The rows of a file below its header, in order, and the lines between them that can't be read.

    Args:
        texts: the positions of columns in which any text may stand, lines that look like rows too.

    Raises:
        Unreadable: a text with such lines is too long to be one.
    """
    content, width = text.content, len(text.header)
    lines = [line for line in _lines(content) if content[line.begins : line.ends].strip()][1:]
    if b'"' in content and (rows := _whole_rows(content, lines, width, texts)) is not None:
        yield from rows
        return
    number = at = 0
    while at < len(lines):
        line = lines[at]
        number += 1
        found, ends = _read_row(content, lines, at, width)
        if isinstance(found, str):
            raw = content[line.begins : line.ends].decode("utf-8", "backslashreplace")
            yield BadLine(number, line.number, raw, found)
        else:
            yield CsvRow(number, line.number, found)
        at = ends


def _whole_rows(content: bytes, lines: Sequence[_Line], width: int, texts: Collection[int]) -> list[CsvRow] | None:
    """The rows of a file in which each quote is closed and each row has its values; None if that isn't so.

    Nor is it where what looks like a row would stand in a value that is no text: two quotes are missing, most likely.

    Raises:
        Unreadable: a text with lines that look like rows is so long that likelier a quote is missing.
    """
    rows: list[CsvRow] = []
    at = 0
    while at < len(lines):
        begins = at
        is_open = content.count(b'"', lines[at].begins, lines[at].ends) % 2 == 1
        while is_open and at + 1 < len(lines):
            at += 1
            is_open ^= content.count(b'"', lines[at].begins, lines[at].ends) % 2 == 1
        found = _parse(content[lines[begins].begins : lines[at].ends])
        if isinstance(found, str) or len(found) != width:
            return None
        within = any(_is_row(content[line.begins : line.ends], width) for line in lines[begins + 1 : at])
        if within and any(_LINE_END_IN_TEXT.search(value) for place, value in enumerate(found) if place not in texts):
            return None
        if within and at - begins >= LONGEST_VALUE:
            many = f"the row on line {lines[begins].number} has a text of {at - begins + 1:,} lines"
            raise Unreadable(f"{many}, some of which look like rows: a quote isn't closed there, most likely")
        rows.append(CsvRow(len(rows) + 1, lines[begins].number, found, within))
        at += 1
    return rows


def parse(line: str) -> tuple[str, ...] | str:
    """The values of a line, or why it can't be split into values."""
    if '"' not in line:
        return tuple(line.split(","))
    values, at = [], 0
    while True:
        found = _VALUE.match(line, at)
        if not found:
            return _OPEN if _is_open(line, at) else _UNESCAPED
        value = found[1]
        values.append(value.strip(" ")[1:-1].replace('""', '"') if '"' in value else value)
        if not found[2]:
            return tuple(values)
        at = found.end()


_OPEN = "a quote is opened and not closed"
_UNESCAPED = "a quote within a value isn't doubled"
_NO_UTF8 = "a byte isn't UTF-8"
_NUL = "a zero byte is in it"


def _read_row(content: bytes, lines: Sequence[_Line], at: int, width: int) -> tuple[tuple[str, ...] | str, int]:
    """The row that begins at a line, or why there is none, and the line after it."""
    first = lines[at]
    found = _parse(content[first.begins : first.ends])
    if found == _OPEN:
        is_open = True
        for end in range(at + 1, min(at + LONGEST_VALUE, len(lines))):
            line = content[lines[end].begins : lines[end].ends]
            if _is_row(line, width):
                break
            # As long as quotes don't come in pairs, one is open: all of a long value isn't looked at for each of its
            # lines.
            is_open ^= line.count(b'"') % 2 == 1
            if not is_open:
                joined = _parse(content[first.begins : lines[end].ends])
                if not isinstance(joined, str) and len(joined) == width:
                    return joined, end + 1
                break
    if not isinstance(found, str) and len(found) != width:
        found = f"it has {len(found)} value{'s' if len(found) > 1 else ''}, where the header has {width}"
    return found, at + 1


def _parse(line: bytes) -> tuple[str, ...] | str:
    if b"\0" in line:
        return _NUL
    try:
        return parse(line.decode())
    except UnicodeDecodeError:
        return _NO_UTF8


def _is_row(line: bytes, width: int) -> bool:
    found = _parse(line)
    return not isinstance(found, str) and len(found) == width


def _is_open(line: str, at: int) -> bool:
    """Whether what begins there is a quoted value whose end isn't in the line."""
    rest = line[at:].lstrip(" ")
    return rest.startswith('"') and re.fullmatch(r'"(?:[^"]|"")*', rest) is not None


def _lines(content: bytes) -> Iterator[_Line]:
    begins = number = 0
    for number, end in enumerate(_LINE_END.finditer(content), 1):
        yield _Line(number, begins, end.start())
        begins = end.end()
    yield _Line(number + 1, begins, len(content))


def _count_lines(content: bytes) -> int:
    """How many line ends a file of one kind of them has, and a last line without one."""
    feeds = content.count(b"\n") or content.count(b"\r")
    return feeds + (not content.endswith((b"\n", b"\r")))


def _is_plain(content: bytes, width: int) -> bool:
    returns, feeds = content.count(b"\r"), content.count(b"\n")
    if returns and feeds and not returns == feeds == content.count(b"\r\n"):
        return False
    if b"\0" in content:
        return False
    # Beside a quote that isn't where it should be DuckDB guesses.
    end = b"\n" if feeds else b"\r"
    if b'"' in content and not all(
        _WHOLE_LINE.fullmatch(line.removesuffix(b"\r")) for line in content.split(end) if b'"' in line
    ):
        return False
    # It takes a row with an empty value too many. One with a value too few, which would make up for it, it rejects.
    between = _IN_QUOTES.sub(b"", content) if b'"' in content else content
    return between.count(b",") == _count_lines(content) * (width - 1)
