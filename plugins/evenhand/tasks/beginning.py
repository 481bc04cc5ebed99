"""The first task of a run: its night is chosen, and what had landed by then is loaded.

Beside the steps of a night, for what chooses one and tells people of it doesn't decide it (`evenhand.deciding.code`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evenhand.settings import settings
from evenhand.tasks.alerts import tell
from evenhand.tasks.choosing import NightRefused, choose_night, today
from evenhand.tasks.facts import Facts
from evenhand.tasks.night import fetch_landed, land_or_hold
from evenhand.tasks.one_market import hold_the_others, market_asked_for


def begin_night(form: Mapping[str, Any], run: Any) -> Facts:
    """Choose the night of a run, and do what `land_or_hold` does; returns the night as well.

    Args:
        form: the parameters of the run.
        run: the run, as Airflow tells a task of it.

    Raises:
        AirflowFailException: the night isn't to be decided: trying again would not help.
    """
    from airflow.sdk.exceptions import AirflowFailException

    fetch_landed()
    try:
        night = choose_night(form, run)
        market = market_asked_for(form, night)
    except NightRefused as error:
        raise AirflowFailException(str(error)) from error
    facts = land_or_hold(night, today(settings()))
    if market and not facts["silent"]:
        hold_the_others(night, market)
    if facts["silent"]:
        tell(f"Every market is held: {facts['silent']}")
    return {"night": str(night), **facts}
