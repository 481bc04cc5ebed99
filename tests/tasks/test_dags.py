"""What the files of DAGs say to Airflow, read as its DAG processor reads them."""

from __future__ import annotations

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG
from airflow.sdk.definitions.xcom_arg import XComArg

from evenhand.settings import PROJECT


@pytest.fixture(scope="module")
def dags() -> list[DAG]:
    bag = DagBag(str(PROJECT / "dags"), load_op_links=False)
    assert bag.import_errors == {}
    return list(bag.dags.values())


def test_one_value_of_a_result_is_taken_of_tasks_that_have_a_result_for_each_and_of_no_others(dags: list[DAG]) -> None:
    taken = {
        of.task_id: getattr(of, "multiple_outputs", False)
        for dag in dags
        for task in dag.tasks
        for field in task.template_fields
        for of, key in XComArg.iter_xcom_references(getattr(task, field, None))
        if key != "return_value"
    }
    assert taken == {"record_emergency": True, "find_later_night": True}
    with_one_for_each = {task.task_id for dag in dags for task in dag.tasks if getattr(task, "multiple_outputs", False)}
    assert with_one_for_each == taken.keys()
