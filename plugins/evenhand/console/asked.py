"""What pages are asked for in their addresses."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query

from evenhand.console.shown import Shown
from evenhand.release.figures import ALL_MARKETS

Night = Annotated[date | None, Query(description="The night; by default the newest that is released.")]
Against = Annotated[str, Query(description="A night to compare with, or `week`; by default the night before.")]
Market = Annotated[str, Query(description="A market; by default all together, or the first of those that are seen.")]


def market_of(asked: str, shown: Shown) -> str:
    """The market that a page is about."""
    return asked or (ALL_MARKETS if shown.markets is None else min(shown.markets))
