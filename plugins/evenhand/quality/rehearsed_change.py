"""How many rows a changed pack, or changed code, makes otherwise on tonight's data, on the day that it takes effect.

What may be preapproved is bounded by that: a number that lets everything through would approve what nobody looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from evenhand.deciding.counterfactual import WhatIf, forget, what_if
from evenhand.deciding.project import CompiledModel
from evenhand.policy.load import LoadedPack
from evenhand.release.rows import ACTED, COMPARED, LANGUAGE, rows_that_leave

LEAST = 10
SHARE = 1.2


def most_that_may_change(rows: int) -> int:
    """So many rows of a list and market may be preapproved, where a rehearsal finds so many otherwise."""
    return max(LEAST, int(rows * SHARE))


class Otherwise(NamedTuple):
    """How many rows of a list and market are otherwise, and of how many of them nothing is but what is said."""

    rows: int
    in_words: int

    @property
    def how(self) -> str:
        """Whether that is in words alone, for people, behind how many there are; empty where in none."""
        of_them = "" if self.in_words == self.rows else f"{self.in_words:,} of them "
        return f" ({of_them}in words alone)" if self.in_words else ""


def rehearse_change(
    warehouse: Path,
    release: Path,
    day: date,
    packs: Sequence[LoadedPack],
    order: Mapping[str, Sequence[str]],
    models: Sequence[CompiledModel] | None = None,
) -> dict[tuple[str, str], Otherwise]:
    """Rows of each list and market that come or go or are otherwise with a change, on a day.

    Args:
        warehouse: of the newest night; it is only read.
        release: of that night, which is compared with.
        packs: as they are now.
        models: as they are now; without them, those that the night was decided by.

    Raises:
        duckdb.Error: the changed models don't know the night's data.
        evenhand.policy.texts.PackError: today's language doesn't know the packs of the release.
    """
    scratch = warehouse.with_name("rehearsed_change.duckdb")
    try:
        with what_if(warehouse, scratch) as asked:
            asked.lay_data_known()
            asked.lay_texts_of(release)
            _decide(asked, "before", asked.models_of_tonight(), day)
            asked.lay_packs(packs, order)
            _decide(asked, "after", models or asked.models_of_tonight(), day)
            found = asked.rows_otherwise("changed.before", "changed.after", "list", "market")
            acted = asked.rows_otherwise("changed.acted_before", "changed.acted_after", "list", "market")
    finally:
        forget(scratch)
    done = {(name, market): rows for name, market, rows in acted}
    return {(name, market): Otherwise(rows, rows - done.get((name, market), 0)) for name, market, rows in found}


def _decide(asked: WhatIf, name: str, models: Sequence[CompiledModel], day: date) -> None:
    asked.decide(models, day)
    asked.execute("create schema if not exists changed")
    rows = rows_that_leave("main", "", frozenset(COMPARED) - {LANGUAGE}, "")
    asked.execute(f"create table changed.{name} as select * exclude (reason) from ({rows})")
    acted = ", ".join(ACTED)
    asked.execute(f"create view changed.acted_{name} as select list, row_key, {acted} from changed.{name}")
