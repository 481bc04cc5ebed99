"""On which line of a CSV file a row begins, from what is kept of the file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from evenhand.landing.contracts import BY_NAME
from evenhand.landing.csv_rows import CsvRow, CsvText, Unreadable, parse, read_rows, read_text
from evenhand.landing.headers import match, places_of_texts
from evenhand.landing.kept import KeptFiles
from evenhand.landing.names import composed


def lines_of(kept: KeptFiles, name: str, keys: Mapping[int, str | None]) -> dict[int, int]:
    """The lines of some rows, by number.

    Those aren't there that had no key, or of which the file that is kept has another by now.

    Args:
        name: the file's, below the landing folder.
        keys: of each row, by its number among the rows of data, the key that it had.
    """
    file = kept.files.get(name)
    if not file or not (landed := kept.landed(file)).form.startswith("csv"):
        return {}
    try:
        text = read_text(landed)
    except (OSError, Unreadable):
        return {}
    contract = BY_NAME[file.feed]
    header = match(text.header, contract)
    if contract.key not in header.columns:
        return {}
    position, texts = header.columns.index(contract.key), places_of_texts(header, contract)
    return {
        row.number: row.line
        for row in (_of_plain(text, keys) if text.is_plain else _of_others(text, texts, keys))
        if (key := keys[row.number]) and composed(row.values[position]) == composed(key)
    }


def _of_plain(text: CsvText, numbers: Collection[int]) -> Iterator[CsvRow]:
    """Each line is a row."""
    lines = text.content.splitlines()
    for number in numbers:
        if number < len(lines):
            values = parse(lines[number].decode("utf-8", "replace"))
            if not isinstance(values, str) and len(values) >= len(text.header):
                yield CsvRow(number, number + 1, values)


def _of_others(text: CsvText, texts: Collection[int], numbers: Collection[int]) -> Iterator[CsvRow]:
    for row in read_rows(text, texts):
        if isinstance(row, CsvRow) and row.number in numbers:
            yield row
        if row.number >= max(numbers):
            return
