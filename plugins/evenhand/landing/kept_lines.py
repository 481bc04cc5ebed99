"""On which line of a CSV file a row begins, from what is kept of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evenhand.landing.csv_rows import CsvRow, CsvText, Unreadable, read_rows, read_text
from evenhand.landing.kept import KeptFiles
from evenhand.landing.names import composed


def lines_of(kept: KeptFiles, name: str, keys: Mapping[int, str | None]) -> dict[int, int]:
    """The lines of some rows, by number; those aren't there of which the file that is kept has another by now.

    Args:
        name: the file's, below the landing folder.
        keys: of each row, by its number among the rows of data, the key that it had.
    """
    file = kept.files.get(name)
    if not file or not (landed := kept.landed(file)).form.startswith("csv"):
        return {}
    try:
        text = read_text(landed)
        return _of_plain(text, keys) if text.is_plain else dict(_of_others(text, keys))
    except (OSError, Unreadable):
        return {}


def _of_plain(text: CsvText, keys: Mapping[int, str | None]) -> dict[int, int]:
    """Each line is a row."""
    lines = text.content.splitlines()
    return {
        number: number + 1
        for number, key in keys.items()
        if number < len(lines) and (key is None or key in composed(lines[number].decode("utf-8", "replace")))
    }


def _of_others(text: CsvText, keys: Mapping[int, str | None]) -> Iterator[tuple[int, int]]:
    for row in read_rows(text):
        if isinstance(row, CsvRow) and row.number in keys:
            key = keys[row.number]
            if key is None or key in map(composed, row.values):
                yield row.number, row.line
        if row.number >= max(keys):
            return
