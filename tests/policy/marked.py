"""A language of packs in which whatever is said stands in brackets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal


class Marked:
    """A language in which whatever is said stands in brackets."""

    def say(self, text: str, **values: str) -> str:
        parts = re.split(r"(\{\w+\})", text)
        return "".join(values[each[1:-1]] if each.startswith("{") else f"⟦{each}⟧" if each else "" for each in parts)

    def name(self, kind: str, key: str) -> str:
        return f"⟦{key}⟧"

    def number(self, value: Decimal | int) -> str:
        return f"⟦{value}⟧"

    def counted(self, value: Decimal | int, unit: str) -> str:
        return f"⟦{value} {unit}⟧"

    def money(self, value: Decimal, currency: str) -> str:
        return f"⟦{value} {currency}⟧"

    def listed(self, names: Sequence[str], last: str) -> str:
        return f"⟦ {last} ⟧".join(names)

    def day(self, day: date) -> str:
        return f"⟦{day}⟧"

    def own(self, text: str) -> str:
        return f"⟦{text}⟧"

    def market(self, code: str) -> str:
        return f"⟦{code}⟧"
