"""One run of a DAG in an installation that has no scheduler running, recorded by Airflow as its scheduler records it.

`airflow dags test` is for trying a DAG out: it dates the run's start back to its logical date, names it by that and
keeps no logs of its tasks. This does the scheduler's part for one run: its tasks go through Airflow's own supervisor,
one after the other, each in a process of its own with its log where Airflow's pages look for it. What is dear to import
is imported once, before the first of them, and every task's process has it.

Where a scheduler is running, the run is left to it, and watched.

    python -m evenhand.local.run DAG LOGICAL_DATE RUN_ID FORM

with the form as JSON, tells what happens on its standard output, a JSON object a line (`TaskEvent`); its log is its
standard error. It exits with 1 where the run failed.

Longer than other files, for what Airflow's scheduler does for a run is told in its order.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenhand.records.imports import look_seldom_for_garbage
from evenhand.records.persons import PersonRefused, account

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun
    from airflow.models.taskinstance import TaskInstance
    from airflow.sdk import DAG
    from airflow.sdk.api.client import Client
    from sqlalchemy.orm import Session

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class TaskEvent:
    """What happened to a task.

    Attributes:
        event: `begins` or `ends`.
        state: how it ended, as Airflow calls that; empty where it begins.
        said: what it complained of; empty where it didn't.
    """

    event: str
    task: str
    state: str = ""
    said: str = ""


class CannotBeRun(Exception):
    """The DAG can't be run. The message says why and what to do."""


def main() -> None:
    """Run the DAG that the arguments name."""
    dag_id, logical_date, run_id, form = sys.argv[1:]
    look_seldom_for_garbage()
    # Airflow writes its log to the standard output.
    telling = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.set_inheritable(telling.fileno(), False)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    # What is killed leaves nothing behind that goes on working: the next run may begin at once.
    _end_children_with_this_process()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    state = ""
    try:
        for told in run(dag_id, datetime.fromisoformat(logical_date).replace(tzinfo=UTC), run_id, json.loads(form)):
            print(json.dumps(asdict(told)), file=telling, flush=True)
            state = told.state if told.task == dag_id else state
    except CannotBeRun as error:
        print(json.dumps(asdict(TaskEvent("ends", dag_id, "failed", str(error)))), file=telling, flush=True)
    sys.exit(state != "success")


def run(dag_id: str, logical_date: datetime, run_id: str, form: Mapping[str, Any]) -> Iterator[TaskEvent]:
    """Run a DAG for a date, once more if it has been run for it; the last that is told is of the DAG itself.

    A run of that date that was begun otherwise, by a scheduler or a form, is the one that is run again.

    Raises:
        CannotBeRun: a file of the DAGs folder can't be read, the DAG is paused where a scheduler would run it, or the
            scheduler ends before the run.
    """
    from airflow import settings

    assert settings.Session is not None, "Airflow makes it when it is imported"
    session = settings.Session()
    dag = _dag(dag_id, session)
    is_left_to_scheduler = _a_scheduler_runs(session)
    found = _begin(dag, logical_date, run_id, form, is_left_to_scheduler, session)
    if is_left_to_scheduler:
        yield from _watch(found, session)
    else:
        try:
            yield from _run(dag, found, session)
        except BaseException:
            # Stopped with Ctrl-C, or nobody listens any more: nothing of it goes on, and its page shall say so.
            session.rollback()
            _give_up(found, session)
            raise
    yield TaskEvent("ends", dag_id, str(found.state))


def _dag(dag_id: str, session: Session) -> DAG:
    """The DAG as its file says now, with all DAGs of the folder known to Airflow."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db

    manager = DagBundlesManager()  # type: ignore[no-untyped-call]
    manager.sync_bundles_to_db(session=session)
    session.commit()
    (bundle,) = manager.get_all_dag_bundles()
    bundle.initialize()
    bag = BundleDagBag(dag_folder=bundle.path, bundle_path=bundle.path, bundle_name=bundle.name)
    if bag.import_errors:
        raise CannotBeRun("\n".join(f"{path}: {error}" for path, error in sorted(bag.import_errors.items())))
    sync_bag_to_db(bag, bundle.name, bundle.version)
    dag: DAG = bag.dags[dag_id]
    return dag


def _a_scheduler_runs(session: Session) -> bool:
    from airflow.jobs.job import most_recent_job
    from airflow.jobs.scheduler_job_runner import SchedulerJobRunner

    job = most_recent_job(SchedulerJobRunner.job_type, session=session)
    return job is not None and job.is_alive()


def _begin(
    dag: DAG,
    logical_date: datetime,
    run_id: str,
    form: Mapping[str, Any],
    is_left_to_scheduler: bool,
    session: Session,
) -> DagRun:
    """The run to be run: a new one, or the one of this date with all its tasks cleared."""
    from airflow._shared.timezones.timezone import coerce_datetime
    from airflow.models.dag import DagModel
    from airflow.models.dagrun import DagRun
    from airflow.serialization.encoders import coerce_to_core_timetable
    from airflow.utils.state import DagRunState
    from airflow.utils.types import DagRunTriggeredByType, DagRunType
    from sqlalchemy import select

    if is_left_to_scheduler and session.scalar(select(DagModel.is_paused).where(DagModel.dag_id == dag.dag_id)):
        raise CannotBeRun(
            f"a scheduler is running here and {dag.dag_id} is paused, so that it would not begin it. Unpause it: "
            f"evenhand airflow dags unpause {dag.dag_id}"
        )
    scheduled = _as_scheduled(dag)
    state = DagRunState.QUEUED if is_left_to_scheduler else DagRunState.RUNNING
    now = datetime.now(UTC)
    found: DagRun | None = session.scalar(
        select(DagRun).where(DagRun.dag_id == dag.dag_id, DagRun.logical_date == logical_date)
    )
    if found and found.triggered_by == DagRunTriggeredByType.TEST:
        # Left by `airflow dags test`, with an id and a start of its own.
        session.delete(found)
        session.commit()
        found = None
    if found:
        if found.state == DagRunState.RUNNING and not is_left_to_scheduler:
            # It was killed, and its tasks with it.
            _give_up(found, session)
        scheduled.clear(run_id=found.run_id, dag_run_state=state, run_on_latest_version=True, session=session)
        session.refresh(found)
        found.note = None
        found.conf = dict(form)
        session.commit()
        return found
    created: DagRun = scheduled.create_dagrun(
        run_id=run_id,
        logical_date=logical_date,
        data_interval=coerce_to_core_timetable(dag.timetable).infer_manual_data_interval(
            run_after=coerce_datetime(logical_date)
        ),
        run_after=now,
        run_type=DagRunType.MANUAL,
        triggered_by=DagRunTriggeredByType.CLI,
        triggering_user_name=_account(),
        conf=dict(form),
        state=state,
        start_date=None if is_left_to_scheduler else now,
        session=session,
    )
    session.commit()
    return created


def _account() -> str | None:
    """Whose account began the run, for Airflow's pages."""
    try:
        return account().name
    except PersonRefused:
        return None


def _give_up(found: DagRun, session: Session) -> None:
    """Record that a run failed, and what of it was running."""
    from airflow.utils.state import DagRunState, TaskInstanceState

    found.state = DagRunState.FAILED
    found.end_date = datetime.now(UTC)
    for task in found.get_task_instances(session=session):
        if task.state in (TaskInstanceState.RUNNING, TaskInstanceState.QUEUED):
            task.state = TaskInstanceState.FAILED
    session.commit()


def _as_scheduled(dag: DAG) -> Any:
    """The DAG as a scheduler knows it, with the callbacks that don't come through its serialized form."""
    from airflow.serialization.serialized_objects import DagSerialization

    scheduled: Any = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag))
    scheduled.on_success_callback, scheduled.on_failure_callback = dag.on_success_callback, dag.on_failure_callback
    return scheduled


def _watch(found: DagRun, session: Session) -> Iterator[TaskEvent]:
    """Tell what a scheduler does with the run, until it is over.

    Raises:
        CannotBeRun: the scheduler has ended before.
    """
    begun: set[tuple[str, int]] = set()
    ended: set[tuple[str, int]] = set()
    while True:
        session.expire_all()
        is_over = str(found.state) in ("success", "failed")
        for task in _in_order(found, session):
            key = (task.task_id, task.try_number)
            if task.state == "running" and key not in begun:
                begun.add(key)
                yield TaskEvent("begins", task.task_id)
            if str(task.state) in ("success", "failed", "up_for_retry") and key not in ended:
                ended.add(key)
                yield _ended(task)
        if is_over:
            return
        if not _a_scheduler_runs(session):
            raise CannotBeRun(f"the scheduler that ran {found.run_id} has ended; run the night again to go on with it")
        session.rollback()
        time.sleep(0.5)


def _run(dag: DAG, found: DagRun, session: Session) -> Iterator[TaskEvent]:
    """Do what a scheduler and an executor do, for this run alone."""
    from airflow.utils.state import DagRunState, TaskInstanceState

    from evenhand.local.execution_api import in_process_client
    from evenhand.local.interrupts import Interrupts
    from evenhand.tasks.ends_of_tasks import see_ends_at_once
    from evenhand.tasks.executor import import_what_is_dear

    interrupts = Interrupts()
    import_what_is_dear()
    see_ends_at_once()
    found.dag = _as_scheduled(dag)
    client = in_process_client()
    while found.state == DagRunState.RUNNING:
        session.expire_all()
        schedulable, _ = found.update_state(session=session)
        for task in schedulable:
            task.try_number += 1
            task.state = TaskInstanceState.QUEUED
            task.queued_dttm = datetime.now(UTC)
        session.commit()
        queued = [task for task in _in_order(found, session) if task.state == TaskInstanceState.QUEUED]
        for task in queued:
            yield TaskEvent("begins", task.task_id)
            key = (task.task_id, task.map_index)
            _supervise(task, client)
            interrupts.raise_any()
            session.expire_all()
            # Another row, where it is to be tried again.
            yield from (_ended(each) for each in _in_order(found, session) if (each.task_id, each.map_index) == key)
        if not queued and found.state == DagRunState.RUNNING:
            # A task waits to be tried again.
            time.sleep(0.5)
        interrupts.raise_any()


def _in_order(found: DagRun, session: Session) -> list[TaskInstance]:
    return sorted(found.get_task_instances(session=session), key=lambda task: (task.task_id, task.map_index))


def _supervise(task: TaskInstance, client: Client) -> None:
    from airflow.executors.workloads import ExecuteTask
    from airflow.sdk.execution_time.supervisor import supervise_task

    work = ExecuteTask.make(task)
    supervise_task(
        ti=work.ti,  # type: ignore[arg-type]
        bundle_info=work.bundle_info,
        dag_rel_path=work.dag_rel_path,
        token="",
        client=client,
        log_path=work.log_path,
    )


def _ended(task: TaskInstance) -> TaskEvent:
    state = str(task.state)
    return TaskEvent("ends", task.task_id, state, _complaint(task) if state == "failed" else "")


def _complaint(task: TaskInstance) -> str:
    """What a task complained of last, from its log."""
    from airflow.configuration import conf
    from airflow.utils.helpers import log_filename_template_renderer

    path = Path(conf.get("logging", "base_log_folder")) / log_filename_template_renderer()(ti=task)
    lines = path.read_text(errors="replace").splitlines() if path.exists() else []
    said = ""
    for line in lines:
        try:
            errors = json.loads(line).get("error_detail") or []
        except ValueError:
            continue
        # What was raised last stands first; the others led to it.
        said = str(errors[0]["exc_value"]) if errors else said
    return said or f"it ended without a word; its log is {path}"


def _end_children_with_this_process() -> None:
    """Have the kernel kill every process that is forked from here on when the one that forks it ends, however."""
    forking = [os.getpid()]

    def before() -> None:
        forking[0] = os.getpid()

    def in_child() -> None:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != forking[0]:
            os._exit(1)

    os.register_at_fork(before=before, after_in_child=in_child)


if __name__ == "__main__":
    main()
