"""Airflow's executor on one host, with what a night's tasks import imported once.

A task's process is a fork of the executor's, so it begins with all that is imported here; otherwise each of a night's
tasks would import Great Expectations, DuckDB and the rest anew, for seconds, and read its DAG's file for longer than
most of them take.
"""

from __future__ import annotations

import gc

from airflow.executors.local_executor import LocalExecutor

from evenhand.records.imports import look_seldom_for_garbage
from evenhand.settings import settings
from evenhand.tasks.ends_of_tasks import see_ends_at_once


def import_what_is_dear() -> None:
    """What takes seconds to import and several tasks need."""
    import jinja2.ext  # noqa: F401
    from airflow.providers.standard.operators import hitl, python, trigger_dagrun  # noqa: F401
    from airflow.sdk.definitions.asset import metadata  # noqa: F401

    from evenhand.approval import answers  # noqa: F401
    from evenhand.cases import export  # noqa: F401
    from evenhand.deciding.code import parse_beforehand
    from evenhand.delivery import opening  # noqa: F401
    from evenhand.delivery.announcements import announce  # noqa: F401
    from evenhand.delivery.receivers import deadline, http, notices  # noqa: F401
    from evenhand.notices import names_to_translate  # noqa: F401
    from evenhand.quality import feeds, holding, lists, nights_page  # noqa: F401
    from evenhand.release import reversal  # noqa: F401
    from evenhand.reports import case_letter  # noqa: F401
    from evenhand.sampling import estimate  # noqa: F401
    from evenhand.sampling import night as drawn  # noqa: F401
    from evenhand.tasks import night, receivers  # noqa: F401

    parse_beforehand(settings().project)
    # What is imported stays: no task's process looks through a million objects of modules for what can be let go, nor
    # copies the memory that they share for having looked.
    gc.freeze()


def read_dags() -> None:
    """Read the files of DAGs once: each task reads its own, and finds then what that imports and looks up."""
    from airflow.dag_processing.dagbag import DagBag

    DagBag(load_op_links=False)


class PreloadedExecutor(LocalExecutor):
    """A LocalExecutor whose tasks find imported what they need."""

    def start(self) -> None:
        """Import first, and then start the processes that tasks are forked from."""
        look_seldom_for_garbage()
        read_dags()
        import_what_is_dear()
        see_ends_at_once()
        super().start()
