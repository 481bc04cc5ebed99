"""The dbt project as Airflow tasks: one dbt build, and a task per model that tells what became of it.

Cosmos draws the models from the manifest and runs the build. Its own mode for this, WATCHER, is not used: when a run
is cleared it skips the build and lets every model's task start a dbt of its own, or believes the states of the build
before (docs/decisions/0003-one-dbt-build.md).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from airflow.sdk import BaseOperator, TaskGroup, TriggerRule
from cosmos import DbtTaskGroup, ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import DbtResourceType, ExecutionMode, InvocationMode, LoadMode, TestBehavior
from cosmos.operators.local import DbtBuildLocalOperator

from evenhand.settings import settings
from evenhand.transform.report import forget, keep, tell

# Jinja of the DAG: `night` is a macro of it.
_NIGHT = "{{ night(logical_date) }}"


class ModelBuilt(BaseOperator):
    """Tells what became of one model in the build before it; running it again builds nothing."""

    template_fields = ("night",)
    ui_color = "#ffe0d6"

    def __init__(self, *, model: str, night: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.model = model
        self.night = night

    def execute(self, context: Any) -> dict[str, Any]:
        built = tell(settings().work(self.night), self.model)
        self.log.info("%s: built in %.2f s, %d tests passed", self.model, built.seconds, built.tests)
        return {"seconds": built.seconds, "tests": built.tests}


def one_dbt_build() -> DbtBuildLocalOperator:
    """The task that builds and tests every model, in one dbt process."""
    return DbtBuildLocalOperator(
        task_id="models_built",
        project_dir=settings().dbt_project,
        profile_config=_profile(),
        invocation_mode=InvocationMode.DBT_RUNNER,
        install_deps=False,
        emit_datasets=False,
        vars={"night": _NIGHT},
        env={"EVENHAND_WAREHOUSE": str(settings().warehouse(_NIGHT)), "DO_NOT_TRACK": "1"},
        append_env=True,
        # The rules' own examples are run by the tests of this project, not every night.
        dbt_cmd_flags=["--exclude-resource-type", "unit_test"],
        pre_execute=_forget_report,
        callback=_keep_report,
    )


def a_task_per_model() -> TaskGroup:
    """The models in the order and the folders of the dbt project, each telling what the build before made of it."""
    group: TaskGroup = DbtTaskGroup(
        group_id="dbt",
        tooltip="What models_built made of each model; clearing one of these builds nothing",
        project_config=ProjectConfig(
            dbt_project_path=settings().dbt_project,
            manifest_path=settings().dbt_target / "manifest.json",
            install_dbt_deps=False,
        ),
        profile_config=_profile(),
        execution_config=ExecutionConfig(execution_mode=ExecutionMode.LOCAL, invocation_mode=InvocationMode.DBT_RUNNER),
        render_config=RenderConfig(
            load_method=LoadMode.DBT_MANIFEST,
            test_behavior=TestBehavior.NONE,
            emit_datasets=False,
            normalize_task_id=lambda node: node.name,
            node_converters={DbtResourceType.MODEL: _model_built},
        ),
    )
    for task in group.get_roots():
        # After a build that failed every model still tells what became of it, but not when gate 1 let nothing through.
        task.trigger_rule = TriggerRule.ALL_DONE_MIN_ONE_SUCCESS
    return group


def _profile() -> ProfileConfig:
    return ProfileConfig(
        profile_name="evenhand", target_name="duckdb", profiles_yml_filepath=settings().dbt_project / "profiles.yml"
    )


def _model_built(*, dag: Any, task_group: TaskGroup, node: Any, **_: Any) -> ModelBuilt:
    # Cosmos can make a group per folder too, but puts them into one more, for models/ itself.
    layer = Path(node.original_file_path).parent.name
    known = task_group.children.get(f"{task_group.group_id}.{layer}")
    group = known or TaskGroup(layer, parent_group=task_group, dag=dag)
    return ModelBuilt(dag=dag, task_group=group, task_id=node.name, model=node.name, night=_NIGHT)


def _forget_report(context: Any) -> None:
    forget(settings().work(context["task"].vars["night"]))


def _keep_report(project: str, context: Any, **_: Any) -> None:
    keep(project, settings().work(context["task"].vars["night"]))
    # `airflow dags test` runs the next task in this process, and DuckDB lets it open the file only once dbt lets go.
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    if DuckDBConnectionManager._ENV is not None:
        DuckDBConnectionManager.env().close()
        DuckDBConnectionManager.close_all_connections()
