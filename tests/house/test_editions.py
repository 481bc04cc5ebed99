"""Rules of an edition are found by its key: no model joins on a pack and its version, or takes a key apart."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DBT = Path(__file__).parents[2] / "dbt_project"
# Rows of two versions compared by their number, and pieces of a key. `market_now` takes apart what accounts went
# through, which is no edition.
BY_VERSION = re.compile(
    r"\bversion (?:=|is not distinct from) \w+\.\w*version\b|\b(?:edition_id|pack)\s*(?:,|like)\s*'"
)


def joins_by_version(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if BY_VERSION.search(line)]


@pytest.mark.parametrize("folder", ["models/staging", "models/intermediate", "models/marts", "macros"])
def test_a_model_joins_rules_by_the_key_of_their_edition(folder: str) -> None:
    files = sorted((DBT / folder).rglob("*.sql"))
    assert files
    found = {path.name: joins_by_version(path.read_text(encoding="utf-8")) for path in files}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_join_on_versions_and_a_key_that_is_taken_apart_are_found() -> None:
    assert joins_by_version("and zones.version = kinds.version\nand zones.edition_id = kinds.edition_id") == [
        "and zones.version = kinds.version"
    ]
    assert joins_by_version("split_part(zones.edition_id, '/', 1)") == ["split_part(zones.edition_id, '/', 1)"]
