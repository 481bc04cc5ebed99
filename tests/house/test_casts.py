"""Every cast of a model is one that can't fail: a sum or a product goes through a macro that keeps within its type."""

from __future__ import annotations

import re

from evenhand.settings import PROJECT

# What is cast: a literal, a name (whose type the contract or a model before it bounds), or a whole number of rows.
HARMLESS = r"\(?(null|-?[0-9.]+|'[^']*'|\[\]|[a-z_0-9.]+|coalesce\(quantity, '1'\)|count\(\*\))\)?"
TO_A_NUMBER = r"as (?:decimal\([0-9]+, ?[0-9]+\)|bigint|integer|smallint)\s*\)"
# Counts of rows and of days, which a hundred years of them don't fill; and ranks. Each with why it can't be more.
KNOWN = {
    "sum(days) over in_order",  # followers of a measure, each at most 100 years
    "sum(days) over in_order - days",
    "sum(greatest(pause_until - pause_from, 0))",  # days between days
    "coalesce(every_count, 1) - 1",  # at most a million
    "-reliefs.burden * reliefs.amount",  # 1 or -1 times what is as wide
}


def casts_to_numbers() -> list[tuple[str, str]]:
    """File and what is cast, of each cast to a number in one line of the deciding models."""
    found = []
    for folder in ("ledger", "standing", "enforcement"):
        for path in sorted((PROJECT / "dbt_project" / "models" / "intermediate" / folder).glob("*.sql")):
            text = path.read_text()
            found += [(path.name, each) for each in re.findall(rf"cast\(([^\n]*?) {TO_A_NUMBER}", text)]
    return found


def test_no_cast_of_a_model_that_decides_can_fail() -> None:
    wrong = [
        (file, cast)
        for file, cast in casts_to_numbers()
        if not re.fullmatch(HARMLESS, cast)
        and cast not in KNOWN
        and not cast.startswith(("case when action", "{{ days"))
    ]

    assert wrong == [], "use as_amount, as_number, as_figure, as_count or as_days of macros/numbers.sql"
