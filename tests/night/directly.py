"""A night without Airflow: the same steps, called one after the other in this process.

What Airflow adds (tasks that are tried again, that are cleared, that run beside others) isn't seen here; the tests of
that run the real command.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

from airflow.sdk.exceptions import AirflowFailException
from rich.console import Console

from evenhand.commands.summary import show
from evenhand.deciding.build import build_models
from evenhand.deciding.compiled import compiled_project
from evenhand.delivery.config import announces, load_receivers
from evenhand.delivery.receivers import ReceiverError
from evenhand.local import installation as local
from evenhand.sandbox.reviewers import land_answers
from evenhand.settings import settings
from evenhand.tasks import night as nightly
from evenhand.tasks.beginning import begin_night
from evenhand.tasks.deliveries import deliver_release, reconcile_receiver
from evenhand.tasks.facts import Facts
from made_once import shared_compiled


def decide(home: Path, night: str, threads: int | None = None) -> None:
    """Land, validate, build and release a night below a data directory.

    Args:
        threads: how many the models are built with; by default as many as there are cores.
    """
    day = date.fromisoformat(night)
    set_up(home)
    with environment({"EVENHAND_HOME": str(home)}):
        nightly.land_feeds(day)
        nightly.compile_policies(day)
        nightly.validate_feeds(day)
        build_models(settings().warehouse(day), compiled_project(), day, settings().models(day), threads=threads)
        nightly.validate_lists(day)
        nightly.publish_release(day)


def run_night(
    night: str,
    variables: Mapping[str, str],
    scheduled: bool = False,
    market: str = "",
    is_decided: bool = False,
) -> tuple[bool, str]:
    """Decide and deliver a night as the command `evenhand nightly` does.

    Args:
        variables: the whole environment.
        scheduled: as a run of the schedule does, which takes the night as it comes.
        market: the one that alone is decided again, as the form says; by default, all are.
        is_decided: it is only delivered, as when its deliveries are cleared.

    Returns:
        Whether all went well, and what the command would say: the summary, or what the steps complained of.
    """
    day = date.fromisoformat(night)
    with environment(variables, alone=True):
        here = settings()
        set_up(here.home)
        os.environ.update({**local.defaults(here), **variables})
        local.start_sandbox(here)
        release = here.releases / f"night={night}"
        before = release.resolve() if release.exists() else None
        if is_decided:
            complaints = _deliver(day)
        else:
            if not here.landing_from:
                land_answers(here.home / "sandbox.sqlite", here.landing, here.releases, day)
            nightly.fetch_landed()
            begin = _begin_scheduled if scheduled else nightly.land_feeds
            complaints = _decide_and_deliver(day, (lambda of: _begin_alone(of, market)) if market else begin)
        if complaints:
            return False, "\n".join(dict.fromkeys(complaints))
        said = StringIO()
        show(here, day, Console(file=said, width=300))
        nothing = (
            "Nothing changed: the release is, byte for byte, what it was.\n" if before == release.resolve() else ""
        )
        return True, said.getvalue() + nothing


def _begin_scheduled(day: date) -> Facts:
    at = datetime.combine(day, time(2, 30), UTC)
    return begin_night({}, SimpleNamespace(run_type="scheduled", run_id=f"scheduled__{day}", logical_date=at))


def _begin_alone(day: date, market: str) -> Facts:
    run = SimpleNamespace(run_type="manual", run_id=f"night_{day}", logical_date=None)
    return begin_night({"night": str(day), "older": True, "market": market}, run)


def _decide_and_deliver(day: date, begin: Callable[[date], Facts]) -> list[str]:
    """Every step that can be done after those before it; what they complain of."""
    steps: tuple[Callable[[date], Facts], ...] = (
        begin,
        nightly.compile_policies,
        nightly.validate_feeds,
        nightly.build_models,
        nightly.validate_lists,
        nightly.publish_release,
    )
    for step in steps:
        try:
            step(day)
        except Exception as error:
            return [str(error)]
    return _deliver(day)


def _deliver(day: date) -> list[str]:
    """What receivers complain of."""
    complaints = []
    # Those that announce what others enforce come after them, whatever became of these.
    for receiver in sorted(load_receivers(), key=lambda name: (bool(announces(load_receivers()[name])), name)):
        try:
            deliver_release(day, receiver)
            reconcile_receiver(day, receiver)
        except (AirflowFailException, ReceiverError) as error:
            complaints.append(f"receiver {receiver}: {error}")
    return complaints


def set_up(home: Path) -> None:
    """The compiled project, as a set-up leaves it."""
    compiled = home / "dbt" / "compiled.json"
    if not compiled.exists():
        compiled.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(shared_compiled() / "compiled.json", compiled)


@contextmanager
def environment(variables: Mapping[str, str], alone: bool = False) -> Iterator[None]:
    """Some variables of the environment, or only these, meanwhile."""
    before = dict(os.environ)
    if alone:
        os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
