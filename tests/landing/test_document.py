"""docs/feeds.md."""

from __future__ import annotations

from evenhand.landing.document import PATH, render


def test_the_page_is_what_the_contracts_say() -> None:
    # Written by: python -m evenhand.landing.document
    assert PATH.read_text(encoding="utf-8") == render()
