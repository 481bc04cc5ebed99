"""# The nightly governance run

Decides a night: which penalties and rewards are in force, why, and who must be told.

Gate 1 validates what landed (bad rows are quarantined, a broken file holds its market), the dbt models turn it into
ledger, standings and measures, and gate 2 validates the lists; only then are they released and delivered. A list that
is unusual is held, and a person is asked (the DAG `held_list`). Any task can be cleared: docs/operations.md.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, Asset, TaskGroup, chain
from airflow.timetables.interval import CronDataIntervalTimetable

from evenhand.deployment import deployment
from evenhand.tasks import held_list as approval
from evenhand.tasks import night as nightly
from evenhand.tasks.alerts import deadlines, notifiers
from evenhand.tasks.beginning import begin_night
from evenhand.tasks.cases import cases_task
from evenhand.tasks.choosing import night_of_run
from evenhand.tasks.deliveries import delivery_groups
from evenhand.tasks.facts import Facts
from evenhand.tasks.facts_task import facts_task
from evenhand.tasks.forms import night_form
from evenhand.tasks.pools import WAREHOUSE
from evenhand.tasks.repeating import REPEATED
from evenhand.tasks.reports import reports_task

DEPLOYMENT = deployment()
NIGHT = "{{ night(run_id, logical_date) }}"

with DAG(
    "nightly_governance",
    doc_md=__doc__,
    schedule=DEPLOYMENT.schedule and CronDataIntervalTimetable(DEPLOYMENT.schedule, DEPLOYMENT.timezone.key),
    # No feed has an earlier day.
    start_date=datetime(2000, 1, 1, tzinfo=UTC),
    max_active_runs=1,
    default_args={"owner": "data_engineering", "pool": WAREHOUSE, **REPEATED},
    user_defined_macros={"night": night_of_run},
    params=night_form(),
    on_failure_callback=notifiers(),
    deadline=deadlines(),
    tags=["governance"],
) as dag:

    @facts_task()
    def land_feeds(params: Any = None, dag_run: Any = None) -> Facts:
        """Choose the night, and load every file that had landed by then into the night's warehouse."""
        return begin_night(params, dag_run)

    @facts_task(owner="strategy")
    def compile_policies(night: str) -> Facts:
        """Check the policy packs and compile them to tables that the models join with."""
        return nightly.compile_policies(date.fromisoformat(night))

    @facts_task()
    def validate_feeds(night: str) -> Facts:
        """Accept good rows and quarantine bad ones; hold the markets of what is broken."""
        return nightly.validate_feeds(date.fromisoformat(night))

    @facts_task()
    def build_models(night: str) -> Facts:
        """Build and test every dbt model; the log and the page that it names tell what became of each."""
        return nightly.build_models(date.fromisoformat(night))

    @facts_task(owner="strategy")
    def validate_lists(night: str) -> Facts:
        """Hold rows that break a rule, and the lists of markets whose change is unusual, until a person has seen it."""
        return nightly.validate_lists(date.fromisoformat(night))

    @facts_task(outlets=[Asset("evenhand_release", uri="evenhand://releases/nightly")])
    def publish_release(night: str) -> Facts:
        """Freeze the lists as the night's release, visible in one step; a new revision only if they changed."""
        return nightly.publish_release(date.fromisoformat(night))

    @facts_task()
    def find_held_lists(night: str) -> list[Facts]:
        """Find the lists that are held and that nobody has answered to."""
        return approval.find_held_lists(date.fromisoformat(night))

    with TaskGroup("gate_1", tooltip="What landed: a contract per feed") as gate_1:
        validate_feeds(NIGHT)
    with TaskGroup("gate_2", tooltip="The lists and their reasons, before anybody sees them") as gate_2:
        validate_lists(NIGHT)

    released, held = publish_release(NIGHT), find_held_lists(NIGHT)
    chain(land_feeds(), compile_policies(NIGHT), gate_1, build_models(NIGHT), gate_2, released, held)
    delivery_groups(NIGHT, released)
    reports_task(NIGHT, cases_task(NIGHT, released))
    TriggerDagRunOperator.partial(
        task_id="ask_people", trigger_dag_id="held_list", skip_when_already_exists=True, pool="default_pool"
    ).expand_kwargs(held)
