"""Tables that a run writes into a page, between two lines that the page's readers don't see."""

from __future__ import annotations

import re
from pathlib import Path


def put_table(page: Path, written_by: str, table: str) -> None:
    """Put a table between the line that names what writes it, such as `make faults`, and the next that ends one.

    Raises:
        ValueError: the page has no such place.
    """
    begin, end = f"<!-- {written_by} writes this -->\n", "<!-- until here -->\n"
    # A function, because a table may hold what a replacement pattern would take for a reference.
    text, places = re.subn(
        f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: begin + table + end, page.read_text(), flags=re.DOTALL
    )
    if places != 1:
        raise ValueError(f"{page} has {places} places for a table, but needs one: put {begin.strip()} where it goes")
    page.write_text(text)
