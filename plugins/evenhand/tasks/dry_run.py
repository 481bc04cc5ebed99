"""Deciding a night to see what would come of it: gates included, and nothing released, sent or left behind.

The night's own steps run in a home of their own that lies inside the real one and is thrown away: what has landed and
what is released is read where it is, what a step writes it writes there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from evenhand.landing.held_markets import HeldMarket, held_markets
from evenhand.landing.kept import FOLDER as KEPT
from evenhand.quality.held_lists import HeldList, read_held
from evenhand.records.record_log import NAME as RECORDS
from evenhand.records.sql_files import SqlFile
from evenhand.release.older_releases import NAME as LOOKED_AT
from evenhand.settings import Settings, settings

_SQL = SqlFile(__file__)

# Read where they are. Steps write to none of them before a night is released.
_READ = (
    "releases",
    "approvals",
    "emergencies",
    "feed_decisions",
    "reversals",
    "stops",
    "sent_again",
    "taken_over",
    "dbt",
)
_PREFIX = ".dry-run-"


@dataclass(frozen=True)
class Outcome:
    """What a night would come to.

    Attributes:
        changes: rows of lists by list, market, change and cause, against the release before.
        quarantined: rows that wouldn't be used, by feed.
        rows: rows of each list.
    """

    night: date
    changes: Sequence[tuple[str, str, str, str, int]]
    quarantined: Sequence[tuple[str, int]]
    rows: Sequence[tuple[str, int]]
    held_lists: Sequence[HeldList]
    held_markets: Sequence[HeldMarket]


def dry_run(night: date, market: str = "", begins: Callable[[str], None] = lambda step: None) -> Outcome:
    """Decide a night and put its lists through the gates, on copies.

    Args:
        market: the one that alone is decided again; by default, all are.
        begins: told each step as it begins.

    Raises:
        Exception: whatever a step of the night complains of.
    """
    from evenhand.tasks import night as steps

    here = settings()
    with _home_of_its_own(here):
        for name, step in (
            ("what landed", partial(_land, market=market)),
            ("policies", steps.compile_policies),
            ("gate 1", steps.validate_feeds),
            ("models", steps.build_models),
            ("gate 2", steps.validate_lists),
        ):
            begins(name)
            step(night)
        with duckdb.connect(str(settings().warehouse(night)), read_only=True) as connection:
            return Outcome(
                night,
                connection.execute(_SQL("changes")).fetchall(),
                connection.execute(_SQL("quarantined")).fetchall(),
                connection.execute(_SQL("sizes")).fetchall(),
                read_held(connection),
                held_markets(connection),
            )


def _land(night: date, market: str) -> None:
    from evenhand.tasks import night as steps
    from evenhand.tasks.choosing import today
    from evenhand.tasks.one_market import hold_the_others

    is_silent = steps.land_or_hold(night, today(settings()))["silent"]
    if market and not is_silent:
        hold_the_others(night, market)


@contextmanager
def _home_of_its_own(here: Settings) -> Iterator[None]:
    """Have the environment name a home that reads from the real one; both as they were afterwards."""
    landing = os.environ.get("EVENHAND_LANDING_FROM")
    before = os.environ.get("EVENHAND_HOME")
    # What a kill left of an earlier one.
    for left in here.home.glob(f"{_PREFIX}*"):
        shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=_PREFIX, dir=here.home) as folder:
        home = Path(folder)
        for name in _READ:
            if (here.home / name).exists():
                (home / name).symlink_to(here.home / name)
        for name in (here.store.name, RECORDS, LOOKED_AT):
            if (here.home / name).exists():
                shutil.copy(here.home / name, home / name)
        _link_kept(here.home / KEPT, home / KEPT)
        os.environ["EVENHAND_HOME"] = str(home)
        os.environ["EVENHAND_LANDING_FROM"] = str(here.landing)
        try:
            yield
        finally:
            _put_back("EVENHAND_HOME", before)
            _put_back("EVENHAND_LANDING_FROM", landing)


def _link_kept(there: Path, here: Path) -> None:
    """Files that are kept are never written to: links to them are as good, and what is kept besides isn't theirs."""
    for path in sorted(there.rglob("*")) if there.exists() else ():
        link = here / path.relative_to(there)
        if path.is_dir():
            link.mkdir(parents=True, exist_ok=True)
        elif path.suffix in (".json", ".jsonl"):
            shutil.copy(path, link)
        else:
            link.symlink_to(path)


def _put_back(variable: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(variable, None)
    else:
        os.environ[variable] = value
