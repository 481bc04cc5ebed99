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
# As another version might have said it: it is shown as it is.
UNKNOWN = "1 <row> removed, none is usual"
_OTHERS = f"(other rules than those of {EARLIER} were approved)"
WHY = {
    ("penalties", "world"): [
        "Of copyright_strikes, warning: rows removed: 9 where 1 is usual, 6.1 spreads away; this breaks the rule: as"
        " many rows as usual were added, removed and changed by what landed",
        "3 of the market's first 7 nights are decided and approved so far: what is usual of it isn't known (a person"
        " sees the first nights; evenhand history decides some in one go)",
        UNKNOWN,
    ],
    ("rewards", "ID"): [
        f"creators_id: limits: 1 rule is gone or otherwise, 2 rules are new or otherwise {_OTHERS}",
        f"creators_id: version 2 takes the place of version 1 from {NIGHT} on (evenhand policy diff creators_id@1"
        f" creators_id@1) {_OTHERS}",
        f"It was held on {EARLIER}, and nobody has approved it since",
    ],
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
