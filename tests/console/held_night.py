"""A night of which lists are held, made of one that is decided, and what would restore an account on it."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import duckdb

from console.conftest import EARLIER, NIGHT
from evenhand.explain.attempts import Asked, attempt
from evenhand.quality.held_lists import hold_lists, make_views
from evenhand.settings import settings
from evenhand.tasks.night import publish_release
from night.directly import environment

ON = date.fromisoformat(NIGHT)
FOLLOWS = "version 2 takes the place of version 1 (evenhand policy diff creators_id@1 creators_id@1)"
WHY = {
    ("penalties", "world"): ["1 <row> removed, none is usual"],
    ("rewards", "ID"): ["its rules are others", FOLLOWS, "and third"],
}


def hold(home: Path, changed_by: str = "mai") -> None:
    """Have lists of the night be held, and release it so."""
    with environment({"EVENHAND_HOME": str(home)}):
        with duckdb.connect(str(settings().warehouse(ON))) as connection:
            hold_lists(
                connection,
                WHY,
                {},
                lambda *_: (changed_by,),
                lambda *_: date.fromisoformat(EARLIER),
                ON,
                other_rules={("rewards", "ID"): "others"},
            )
            make_views(connection, ON)
        publish_release(ON)


def try_what_restores(home: Path, account: str) -> None:
    """Have what would restore an account be tried to its end, so that its page says what was found."""
    with environment({"EVENHAND_HOME": str(home)}):
        release = (home / "releases" / f"night={NIGHT}").resolve()
        asked = Asked(release, settings().warehouse(ON), NIGHT, account)
        now = attempt(asked)
        while not now.is_whole:
            assert now.state != "died" and not now.why_not, now
            time.sleep(0.05)
            now = attempt(asked, again=now.asked)
