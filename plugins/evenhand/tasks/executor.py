"""Airflow's executor on one host, with what a night's tasks import imported once.

A task's process is a fork of the executor's, so it begins with all that is imported here; otherwise each of a night's
tasks would import Great Expectations, DuckDB and the rest anew, for seconds, and read its DAG's file for longer than
most of them take.
"""

from __future__ import annotations

import gc

from airflow.executors.local_executor import LocalExecutor

from evenhand.tasks.ends_of_tasks import see_ends_at_once


def import_what_is_dear() -> None:
    """What takes seconds to import and several tasks need, and what the files of DAGs import, which each task reads."""
    # What is imported stays. To look through a million objects of modules, again and again while they come, for what
    # can be let go takes a third of the time. No task's process does so later either, nor copies for that the memory
    # which all of them share.
    gc.disable()
    from airflow.providers.standard.operators import hitl, python, trigger_dagrun  # noqa: F401

    from evenhand.approval import answers  # noqa: F401
    from evenhand.cases import export  # noqa: F401
    from evenhand.delivery.announcements import announce  # noqa: F401
    from evenhand.delivery.receivers import http  # noqa: F401
    from evenhand.quality import feeds, holding, lists  # noqa: F401
    from evenhand.tasks import beginning, emergency, held_list, night, reports, stop_and_reverse  # noqa: F401

    gc.freeze()
    gc.enable()


class PreloadedExecutor(LocalExecutor):
    """A LocalExecutor whose tasks find imported what they need."""

    def start(self) -> None:
        """Import first, and then start the processes that tasks are forked from."""
        import_what_is_dear()
        see_ends_at_once()
        super().start()
