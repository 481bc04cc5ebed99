"""A night that was decided again for one market alone, and came to what is released of it: no new revision."""

from __future__ import annotations

from pathlib import Path

import duckdb

from evenhand.landing.held_markets import decided_alone
from evenhand.records.sql_files import SqlFile
from evenhand.release.manifest import Manifest, OtherFormat, read_manifest
from evenhand.release.verify import ReleaseChanged, refuse_changed

_SQL = SqlFile(__file__)

# What a night is decided by, as manifests and files say it; what tells of the other markets is told anew meanwhile.
_DECIDED_BY = ("inputs", "forgotten", "packs", "measures_order", "emergencies", "code", "receivers", "time_zone")
_FILES_DECIDED_BY = ("models.parquet", "packs.parquet", "translations.parquet")
_LISTS = ("penalties.parquet", "rewards.parquet")


def came_to_the_same(draft: Path, now: Manifest, release: Path) -> bool:
    """Whether a draft is of one market alone, decided by what the release was, and has the rows that it has of it."""
    market = next(filter(None, (decided_alone(each.why) for each in now.held_markets)), "")
    if not market or not release.exists():
        return False
    try:
        then = read_manifest(release)
        refuse_changed(release)
    except (OSError, OtherFormat, ReleaseChanged):
        return False
    return _decided_alike(now, then, market) and all(
        _rows_are_equal(draft / name, release / name, market) for name in _LISTS
    )


def _decided_alike(now: Manifest, then: Manifest, market: str) -> bool:
    if any(getattr(now, part) != getattr(then, part) for part in _DECIDED_BY):
        return False
    if any(now.files[name].sha256 != then.files[name].sha256 for name in _FILES_DECIDED_BY if name in then.files):
        return False
    answered, before = ([each for each in of.held_lists if each.market == market] for of in (now, then))
    return answered == before and market not in {each.market for each in then.held_markets}


def _rows_are_equal(one: Path, other: Path, market: str) -> bool:
    with duckdb.connect(config={"threads": 1}) as connection:
        files = {"here": str(one), "there": str(other), "market": market}
        ((differs,),) = connection.execute(_SQL("differ"), files).fetchall()
    return not differs
