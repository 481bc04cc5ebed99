"""What a step of a night came to, kept with the night's work for the summary and for Airflow's pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from evenhand.records import steps
from evenhand.settings import settings

# What a step found and did, for the summary and for Airflow's XCom page. A task returns it as one value: each key as
# one of its own, as Airflow has it by default, is a request more, and only tasks that take a single key need that.
Facts = dict[str, Any]


def told_if_it_fails(step: str) -> Callable[[Callable[..., Facts]], Callable[..., Facts]]:
    """Have what a step complains of kept with the night's work, where the run's page finds it, until it ends well.

    What a repetition wouldn't mend is raised as Airflow's AirflowFailException, so that there is none.
    """

    def decorated(function: Callable[..., Facts]) -> Callable[..., Facts]:
        @wraps(function)
        def called(night: date, *arguments: str, **of_it: Any) -> Facts:
            work = settings().work(night)
            try:
                facts = function(night, *arguments, **of_it)
            except Exception as error:
                steps.keep_complaint(work, step, str(error), *arguments)
                if _is_in_vain(error):
                    from airflow.sdk.exceptions import AirflowFailException

                    raise AirflowFailException(str(error)) from error
                raise
            steps.forget_complaint(work, step, *arguments)
            return facts

        return called

    return decorated


def note(night: date, step: str, facts: Facts, receiver: str = "") -> Facts:
    """Keep what a step came to with the night's work, where the summary finds it."""
    steps.keep(settings().work(night), step, facts, receiver)
    return facts


def _is_in_vain(error: Exception) -> bool:
    """Whether the same would be complained of again: an error of ours says what to mend first, unless it passes."""
    is_ours = type(error).__module__.partition(".")[0] in ("evenhand", "expectations")
    # Said by the exception's class: what delivers isn't imported here, for it doesn't decide a night.
    passes = getattr(error, "passes", False) or isinstance(error.__cause__, OSError)
    return is_ours and not passes
