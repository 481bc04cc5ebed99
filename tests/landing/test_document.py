"""docs/feeds.md and dbt's sources."""

from __future__ import annotations

from evenhand.reference.feeds import PATH, SOURCES, render, render_sources


def test_the_page_and_the_sources_are_what_the_contracts_say() -> None:
    # Written by: python -m evenhand.reference.feeds
    assert PATH.read_text(encoding="utf-8") == render()
    assert SOURCES.read_text(encoding="utf-8") == render_sources()
