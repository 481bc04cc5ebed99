"""Which night a run of `nightly_governance` decides, and when that is refused.

A scheduled or backfilled run decides its logical date. A run by hand decides the night of its form, or else the newest
that has landed; and since people mistype, it is refused the future, a night that nothing has landed for, and a night
older than the newest that is released, unless the form says that this is meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from evenhand.deployment import deployment
from evenhand.records.runs import night_of, note_night
from evenhand.settings import Settings, settings

# That of the DAG's start date too: Airflow gives an earlier run no task.
FIRST_NIGHT = date(2000, 1, 1)
# Runs of these kinds decide their logical date. The names are Airflow's.
_BY_DATE = ("scheduled", "backfill")


class NightRefused(Exception):
    """This night isn't decided by hand. The message says why and what to do."""


def choose_night(form: Mapping[str, Any], run: Any) -> date:
    """The night that a run decides, written down for its later tasks and for when it is cleared.

    Args:
        form: the parameters of the run.
        run: the run, as Airflow tells a task of it.

    Raises:
        NightRefused: it isn't to be decided.
    """
    here = settings()
    asked = date.fromisoformat(form["night"]) if form.get("night") else None
    before = night_of(here.nights, run.run_id)
    if before and asked in (None, before):
        chosen = before
    elif asked is None and str(getattr(run.run_type, "value", run.run_type)) in _BY_DATE:
        chosen = deployment().night_of(run.logical_date)
    else:
        chosen = night_by_hand(here, asked, bool(form.get("older")), today(here))
    note_night(here.nights, run.run_id, chosen)
    return chosen


def night_of_run(run_id: str, logical_date: datetime | None) -> date:
    """The night that a run decides; of one that was begun by an earlier version, its logical date."""
    chosen = night_of(settings().nights, run_id)
    if chosen:
        return chosen
    if logical_date is None:
        raise NightRefused(f"run {run_id} hasn't chosen its night yet; clear it from its first task, land_feeds")
    return deployment().night_of(logical_date)


def night_by_hand(here: Settings, asked: date | None, older: bool, last: date) -> date:
    """The night that a run by hand decides.

    Args:
        asked: the night that was asked for; None for the newest that has landed.
        older: whether it may be older than the newest that is released.
        last: the last night that isn't in the future.

    Raises:
        NightRefused: it isn't to be decided.
    """
    from evenhand.landing.files import nights

    landed = nights(here.landing)
    past = [night for night in landed if night <= last]
    released = sorted(date.fromisoformat(path.name.removeprefix("night=")) for path in here.releases.glob("night=*"))
    if asked is None and not past and landed:
        raise NightRefused(
            f"{here.landing}: nothing has landed but for nights that haven't come, the first of which is {landed[0]}:"
            f" today is {last} in this deployment's time zone. If the day is wrong, rename night={landed[0]}"
        )
    if asked is None and not past:
        raise NightRefused(f"{here.landing}: nothing has landed; put feeds there as docs/feeds.md says")
    night = asked or past[-1]
    if night < FIRST_NIGHT:
        raise NightRefused(f"night {night} is before {FIRST_NIGHT}, the first day that a feed can have")
    if night > last:
        raise NightRefused(
            f"night {night} is in the future: today is {last} in this deployment's time zone."
            f" Choose a night until then; {_newest(past)}."
        )
    if night not in past and night not in released:
        raise NightRefused(
            f"nothing has landed for night {night}, in {here.landing}; land its feeds first."
            f" {_newest(past).capitalize()}."
        )
    if released and night < released[-1] and not older:
        raise NightRefused(
            f"night {night} is older than {released[-1]}, the newest that is released. If it is to be decided all the"
            f" same, say so: `older: true` in the form, or `evenhand nightly {night}`."
        )
    return night


def today(here: Settings) -> date:
    """The day in the deployment's time zone; of an example, whose days aren't those of the clock, its last if later."""
    from evenhand.landing.takedowns import LAST_NIGHT, has_landed
    from evenhand.simulation.marketplace import simulated

    days = [datetime.now(deployment().timezone).date()]
    if plan := simulated(here.landing):
        days.append(plan.until)
    if has_landed(here.landing):
        days.append(date.fromisoformat(LAST_NIGHT))
    return max(days)


def is_an_example(here: Settings) -> bool:
    """Whether what lands is a bundled example, whose first nights nobody has to see: nothing of it is in force."""
    from evenhand.landing.takedowns import has_landed
    from evenhand.simulation.marketplace import simulated

    return not here.landing_from and (simulated(here.landing) is not None or has_landed(here.landing))


def _newest(past: list[date]) -> str:
    return f"the newest night that has landed is {past[-1]}" if past else "nothing has landed so far"
