"""Parts of packs as people say them: what `policy diff` and `policy docs` are made of."""

from __future__ import annotations

from decimal import Decimal


def number(value: Decimal) -> str:
    """A number without zeros that say nothing."""
    return f"{value.normalize():f}"
