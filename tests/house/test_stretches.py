"""A stretch of days ends before its `…_until`, in models as in rule tables: nobody adds a day to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evenhand.policy.tables import TABLES
from evenhand.policy.tables.row import columns

PROJECT = Path(__file__).parents[2]
# A day that is compared with the end of a stretch as if it were inside, and an end that a day is added to.
WRONG = re.compile(
    r"<=\s*(?:coalesce\()?[\w.]*_(?:before|until)\b|_(?:before|until)\s*>=|add_days\('[\w.]*_(?:before|until)', 1\)"
    r"|_(?:before|until) \+ 1\b"
)
# What is held until the very day of the next version, that version takes over.
MEANT = {"and coalesce(held.held_until >= programmes.effective_from, true)"}


def test_rules_are_compiled_with_the_first_day_after_theirs() -> None:
    assert {
        name for table in TABLES.values() for name in columns(table) if name in ("effective_until", "asked_until")
    } == set()


@pytest.mark.parametrize("folder", ["dbt_project/models", "dbt_project/macros"])
def test_no_model_takes_the_end_of_a_stretch_for_its_last_day(folder: str) -> None:
    found = [
        f"{path.name}: {line.strip()}"
        for path in sorted((PROJECT / folder).rglob("*.sql"))
        for line in path.read_text().splitlines()
        if WRONG.search(line) and line.strip() not in MEANT
    ]
    assert found == []
