"""Who hears of a night that failed or is late: the notifiers that the deployment names.

Their templates find `run_id` and `reason` in either case: `{{ run_id }}: {{ reason }}`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from evenhand.deployment import deployment
from evenhand.records.atomic_files import write_anew, write_once
from evenhand.tasks.mail import MaybeSent

# What a mark says while somebody is told.
_SENDING = b"sending\n"

log = logging.getLogger(__name__)


def notifiers() -> list[Any]:
    """A new instance of every notifier of the deployment, as Airflow's callbacks take them."""
    from airflow.sdk._shared.module_loading import import_string

    return [import_string(classpath)(**arguments) for classpath, arguments in deployment().notifiers]


def tell_person(
    person: str, address: str, subject: str, body: str, files: Sequence[str] = (), marks: Sequence[Path] = ()
) -> list[str]:
    """Have somebody of people.yml told; returns what kept notifiers from it, a line each.

    Templates of `EVENHAND_PEOPLE_NOTIFIERS` find `person`, `address`, `subject`, `body` and `files`, the paths of what
    goes with it.

    Args:
        marks: files that are kept for each notifier which told them, so that it doesn't where one of them is there; of
            the second one on with its number behind the name. By default nothing is kept.
    """
    from airflow.sdk import get_current_context
    from airflow.sdk._shared.module_loading import import_string

    try:
        context: Any = get_current_context()
    except RuntimeError:
        context = {}
    failures = []
    said = {"person": person, "address": address, "subject": subject, "body": body, "files": list(files)}
    for place, (classpath, arguments) in enumerate(deployment().people_notifiers):
        kept = [_mark(each, place) for each in marks]
        name = classpath.rpartition(".")[2]
        # Before it is sent: what a kill leaves isn't sent twice, nor is what two runs send at once.
        try:
            before = _claim(kept)
        except OSError as error:
            log.exception("%s wasn't told", person)
            failures.append(f"{name}: {error}")
            continue
        if before:
            unknown = [str(each) for each in before if each.read_bytes() == _SENDING]
            if unknown:
                these = " and ".join(unknown)
                failures.append(f"{name}: it isn't known whether it was sent; delete {these} to have it sent")
            continue
        try:
            notifier = import_string(classpath)(**arguments)
            # Not by calling it: a field of its own that is called as one of ours, such as `subject`, would hide that.
            notifier.render_template_fields({**context, **said})
            notifier.notify({**context, **said})
        except MaybeSent as error:
            log.exception("%s may not have been told", person)
            failures.append(f"{name}: {error}")
        except Exception as error:
            log.exception("%s wasn't told", person)
            failures.append(f"{name}: {error}")
            for each in kept:
                each.unlink()
        else:
            for each in kept:
                write_anew(each, f"{address}\n".encode())
    return failures


def _claim(marks: Sequence[Path]) -> list[Path]:
    """Write all of some marks, or none: those that are there already, for which nothing is to be sent."""
    claimed: list[Path] = []
    before: list[Path] = []
    try:
        for each in marks:
            (claimed if write_once(each, _SENDING) else before).append(each)
    finally:
        # A claim that fails, as on a full disk, leaves none that would keep the next run from sending.
        if len(claimed) < len(marks):
            for each in claimed:
                # One that can't be taken back keeps none of the others, nor hides why there is no claim.
                with suppress(OSError):
                    each.unlink(missing_ok=True)
    return before


def was_told(marks: Path) -> bool:
    """Whether every notifier has told somebody what these marks are of."""
    each = [_mark(marks, place) for place in range(len(deployment().people_notifiers))]
    return all(mark.exists() and mark.read_bytes() != _SENDING for mark in each)


def _mark(marks: Path, place: int) -> Path:
    return marks.with_name(f"{marks.name}.{place}") if place else marks


def deadlines() -> list[DeadlineAlert]:
    """By when a run has to have ended, or `night_is_late` is called; none where the deployment names no deadline."""
    after = deployment().deadline
    alert = AsyncCallback(night_is_late)
    return [DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, after, alert)] if after else []


def tell(reason: str) -> None:
    """Have the notifiers told from within a task, as of a failure; one that fails keeps nobody from going on."""
    from airflow.sdk import get_current_context

    try:
        context: Any = get_current_context()
    except RuntimeError:
        # Outside of Airflow there is nobody to tell but who reads the log.
        log.error("%s", reason)
        return
    for notifier in notifiers():
        try:
            notifier({**context, "run_id": context["run_id"], "reason": reason})
        except Exception:
            log.exception("a notifier wasn't told: %s", reason)


async def night_is_late(context: dict[str, Any]) -> None:
    """What Airflow's triggerer calls when a run misses its deadline.

    Raises:
        ExceptionGroup: notifiers failed; the others were told.
    """
    run_id = context["dag_run"]["dag_run_id"]
    reason = f"late, it should have ended by {context['deadline']['deadline_time']}"
    log.error("%s: %s", run_id, reason)
    failures = []
    for notifier in notifiers():
        # Awaiting it renders its templates, which `async_notify` alone doesn't.
        notifier.context = {**context, "run_id": run_id, "reason": reason}
        try:
            await notifier
        except Exception as error:
            failures.append(error)
    if failures:
        raise ExceptionGroup("not everybody heard that the night is late", failures)
