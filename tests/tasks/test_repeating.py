"""What Airflow repeats, what it lets one process do at a time, and what isn't begun after a failure."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from airflow.configuration import conf
from airflow.models.pool import Pool
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowFailException

import evenhand.tasks
from evenhand.delivery.config import announces, load_receivers
from evenhand.delivery.receivers import ReceiverError
from evenhand.delivery.stopping import resume, stop
from evenhand.landing.files import FeedBroken
from evenhand.records.persons import Person
from evenhand.settings import PROJECT
from evenhand.tasks.facts import Facts, told_if_it_fails
from evenhand.tasks.pools import POOLS, WAREHOUSE
from evenhand.tasks.stop_and_reverse import resume_deliveries

NIGHT = date(2026, 3, 5)


@cache
def dags() -> dict[str, DAG]:
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=str(PROJECT / "dags"))
    assert bag.import_errors == {}
    return dict(bag.dags)


def test_every_task_is_repeated() -> None:
    assert [task.task_id for dag in dags().values() for task in dag.tasks if not task.retries] == []


def test_a_receiver_that_is_down_is_waited_for_as_long_as_airflow_waits_by_default_and_no_other_task_is() -> None:
    night = dags()["nightly_governance"]
    waits = {task.task_id.split(".")[-1]: task.retry_delay.total_seconds() for task in night.tasks}
    default = conf.getint("core", "default_task_retry_delay")
    delivering = ("deliver_release", "reconcile_receiver")
    assert default >= 60
    assert {task: waits.pop(task) for task in delivering} == dict.fromkeys(delivering, default)
    assert set(waits.values()) == {10}


def test_a_task_is_called_as_the_function_that_it_runs() -> None:
    functions = {
        name
        for module in iter_modules(evenhand.tasks.__path__)
        for name in vars(import_module(f"evenhand.tasks.{module.name}"))
    }
    called = {
        task.task_id.split(".")[-1].partition("__")[0]
        for dag in dags().values()
        for task in dag.tasks
        if hasattr(task, "python_callable")
    }
    assert {"land_feeds", "build_models", "record_answer", "deliver_release"} <= called
    assert called - functions - {"needs_another"} == set()


def test_a_task_that_has_landed_duckdb_or_a_night_s_warehouse_is_of_its_pool_and_deliveries_wait_for_nobody() -> None:
    pools = {f"{dag.dag_id}.{task.task_id}": task.pool for dag in dags().values() for task in dag.tasks}
    assert set(pools.values()) == {*POOLS, Pool.DEFAULT_POOL_NAME}
    # To load what has landed writes to landed.duckdb and to the night's warehouse, which another run may look at.
    for task in ("land_feeds", "build_models", "publish_release", "gate_1.validate_feeds", "find_held_lists"):
        assert pools[f"nightly_governance.{task}"] == WAREHOUSE
    for task in ("held_list.answer.publish_release", "held_list.show_list", "release_reversed.reverse_release"):
        assert pools[task] == WAREHOUSE
    assert {pool for task, pool in pools.items() if "deliver" in task} == {Pool.DEFAULT_POOL_NAME}


@pytest.mark.parametrize(
    ("dag", "group", "released"),
    [
        ("nightly_governance", "", "publish_release"),
        ("held_list", "answer.", "publish_release"),
        ("held_list", "rest.", "publish_release"),
        ("release_reversed", "", "reverse_release"),
    ],
)
def test_what_is_said_follows_those_who_enforce_whatever_became_of_them_but_not_a_release_that_failed(
    dag: str, group: str, released: str
) -> None:
    saying = [name for name, config in load_receivers().items() if announces(config)]
    assert saying
    for name in saying:
        task = dags()[dag].get_task(f"{group}deliver.{name}.deliver_release")
        # As Airflow has it: all have ended and one of them well, which the release has if another was begun at all.
        assert task.trigger_rule.value == "all_done_min_one_success"
        assert f"{group}{released}" in task.upstream_task_ids


def test_no_night_is_before_the_dag_begins() -> None:
    start = dags()["nightly_governance"].start_date
    assert start is not None and start.date() == date(2000, 1, 1)


def test_what_has_to_be_mended_first_is_not_repeated_and_what_passes_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))

    def failing_with(error: Exception, cause: Exception | None = None) -> None:
        @told_if_it_fails("tried")
        def step(night: date) -> Facts:
            raise error from cause

        step(NIGHT)

    with pytest.raises(AirflowFailException, match="no header"):
        failing_with(FeedBroken("no header"))
    told = tmp_path / "nights" / f"night={NIGHT}" / "steps" / "tried.failed.json"
    assert json.loads(told.read_text()) == {"said": "no header"}
    with pytest.raises(ReceiverError):
        failing_with(ReceiverError("no answer"))
    with pytest.raises(FeedBroken, match="bucket"):
        failing_with(FeedBroken("the bucket didn't answer"), TimeoutError())


def test_resuming_once_more_after_airflow_lost_the_end_of_the_task_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    stop(tmp_path, Person("ann", logged_in=True), "wrong lists")
    form = {"author": "ann", "reason": "right again"}
    answer = {
        "params_input": {"approved_by": ""},
        "responded_by_user": {"name": "bob"},
        "responded_at": datetime.now(UTC).isoformat(),
    }
    first = resume_deliveries(form, "ann", answer)
    assert resume_deliveries(form, "ann", answer) == first
    assert len(list((tmp_path / "stops").iterdir())) == 2

    # Another answer isn't that one.
    later = {**answer, "responded_at": "2062-01-01T00:00:00+00:00"}
    with pytest.raises(AirflowFailException, match="there is nothing to resume"):
        resume_deliveries(form, "ann", later)


def test_the_same_answer_resumes_no_stop_that_came_after_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    ann, bob = Person("ann", logged_in=True), Person("bob", logged_in=True)
    stop(tmp_path, ann, "wrong lists")
    answer = {
        "params_input": {"approved_by": ""},
        "responded_by_user": {"name": "bob"},
        "responded_at": datetime.now(UTC).isoformat(),
    }
    form = {"author": "ann", "reason": "right again"}
    resume_deliveries(form, "ann", answer)
    stop(tmp_path, ann, "wrong again")
    with pytest.raises(AirflowFailException, match="have been stopped again since"):
        resume_deliveries(form, "ann", answer)
    resume(tmp_path, ann, bob, "right at last")


@pytest.mark.parametrize("group", ["answer", "rest"])
def test_another_person_is_asked_only_where_one_is_not_enough_and_the_night_is_released_after_both(group: str) -> None:
    tasks = {task.task_id: task for task in dags()["held_list"].tasks}

    def before(name: str) -> set[str]:
        return {each.removeprefix(f"{group}.") for each in tasks[f"{group}.{name}"].upstream_task_ids}

    assert before("needs_another") == {"record_answer"}
    # Left out alone: what is released follows all the same, unless an answer couldn't be recorded.
    assert getattr(tasks[f"{group}.needs_another"], "ignore_downstream_trigger_rules") is False  # noqa: B009
    assert before("ask_another_person") == {"needs_another"}
    assert before("record_other_answer") == {"ask_another_person"}
    assert before("publish_release") == {"record_answer", "record_other_answer"}
    assert tasks[f"{group}.publish_release"].trigger_rule == "none_failed_min_one_success"
