"""On which line of a CSV file a row begins, from what is kept of the file."""

from __future__ import annotations

from collections.abc import Mapping

from evenhand.landing.csv_rows import CsvRow, Unreadable, read_rows, read_text
from evenhand.landing.kept import KeptFiles


def lines_of(kept: KeptFiles, name: str, keys: Mapping[int, str | None]) -> dict[int, int]:
    """The lines of some rows, by number; those aren't there of which the file that is kept has another by now.

    Args:
        name: the file's, below the landing folder.
        keys: of each row, by its number among the rows of data, the key that it had.
    """
    file = kept.files.get(name)
    if not file or not (landed := kept.landed(file)).form.startswith("csv"):
        return {}
    found = {}
    try:
        for row in read_rows(read_text(landed)):
            key = keys.get(row.number, "")
            if isinstance(row, CsvRow) and row.number in keys and (key is None or key in row.values):
                found[row.number] = row.line
            if row.number >= max(keys):
                break
    except (OSError, Unreadable):
        return {}
    return found
