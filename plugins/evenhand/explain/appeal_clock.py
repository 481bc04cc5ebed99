"""By when an appeal that is pending is to be decided: as the packs of its market said on the night."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from evenhand.deciding.provenance import lay_texts_of
from evenhand.policy.days_to_decide import days_to_decide
from evenhand.policy.language.content import DECIDE_WITHIN_DAYS
from evenhand.policy.load import load_each, packs_in
from evenhand.release.manifest import NAME, read_manifest


def decide_by(release: Path, market: str, filed_on: date) -> date:
    """The last day for it; where packs say nothing of it, as for a case of one."""
    folder = release.resolve()
    if not (folder / "packs.parquet").exists():
        return filed_on + timedelta(days=DECIDE_WITHIN_DAYS)
    days = _days_by_market(folder, (folder / NAME).stat().st_mtime_ns).get(market, DECIDE_WITHIN_DAYS)
    return filed_on + timedelta(days=days)


@lru_cache(maxsize=4)
def _days_by_market(release: Path, written: int) -> Mapping[str, int]:
    """By market, in how many days its packs have an appeal decided."""
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        texts = Path(folder) / "packs"
        lay_texts_of(release, texts, connection)
        # A pack that another version read and this one can't says nothing.
        packs, _ = load_each(packs_in(texts))
    return days_to_decide((each.pack for each in packs), read_manifest(release).night)
