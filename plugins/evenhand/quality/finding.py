"""What an expectation found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What one expectation found.

    Attributes:
        suite: the name of the suite that it is of.
        table: the table it looked at, with its schema.
        rule: the expectation's name in our words.
        column: the column it is about; empty for a table.
        remedy: what a person can do about it.
        rows_query: SQL for the rows that fail it, starting with the row locator; empty for a rule about a whole table.
        failing: how many rows fail it; for a rule about a whole table, 0 or 1.
        observed: what was seen, for people.
        blocks: whether a failure stops the run, rather than being a warning.
        if_broken: what comes of a failure, for people.
        columns: the names of what is known of the examples.
        examples: the first rows that fail it, as text; none for a rule about a whole table.
    """

    suite: str
    table: str
    rule: str
    column: str
    remedy: str
    rows_query: str
    failing: int
    observed: str
    blocks: bool
    if_broken: str
    columns: tuple[str, ...] = ()
    examples: tuple[tuple[str, ...], ...] = ()
