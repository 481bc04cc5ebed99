"""What the names of files and folders of the landing folder say: the form, the night, whose rows are counted."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Literal

from evenhand.landing.names import composed

Form = Literal["csv", "csv.gz", "parquet"]

# What ends like this is a file of a feed, in capitals or not.
_FORMS: dict[str, Form] = {".csv": "csv", ".csv.gz": "csv.gz", ".parquet": "parquet"}
# A file beside another that says how many rows that one has.
ROWS = ".rows"


def form_of(path: Path) -> Form | None:
    """What kind of file this is by its name; None if it is no file of a feed."""
    name = path.name.casefold()
    return next((form for suffix, form in _FORMS.items() if name.endswith(suffix)), None)


def without_rows(name: str) -> str:
    """The file that a file is about, which says how many rows that one has; any other is about itself."""
    return name[: -len(ROWS)] if name.casefold().endswith(ROWS) else name


def says_rows(path: Path) -> bool:
    return path.name.casefold().endswith(ROWS)


def name_of(landing: Path, path: Path) -> str:
    """A file's name, the same wherever it was written: macOS takes its letters apart."""
    return composed(spelt(landing, path))


def spelt(landing: Path, path: Path) -> str:
    name = path.relative_to(landing).as_posix()
    # A name that isn't UTF-8 can be told of only in part.
    return re.sub("[\ud800-\udfff]", "\ufffd", name)


def night_of(name: str) -> date | None:
    try:
        night = date.fromisoformat(name.removeprefix("night="))
    except ValueError:
        return None
    # Python reads more spellings of a day than one.
    return night if name == f"night={night}" else None


def spelt_otherwise(name: str) -> date | None:
    """The day that a folder is likely meant to be of, where its name isn't spelt as it should be."""
    found = re.fullmatch(r"(?i)\s*night\s*[=_:-]?\s*(\d{4})[-_./]?(\d{1,2})[-_./]?(\d{1,2})\s*", name)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
