"""Airflow's executor on one host, with what a night's tasks import imported once.

A task's process is a fork of the executor's, so it begins with all that is imported here; otherwise each of a night's
tasks would import Great Expectations, DuckDB and the rest anew, for seconds.
"""

from __future__ import annotations

import gc

from airflow.executors.local_executor import LocalExecutor


def import_what_is_dear() -> None:
    """What takes seconds to import and several tasks need."""
    from evenhand.quality import feeds, holding, lists  # noqa: F401

    # What is imported stays: no task's process looks through a million objects of modules for what can be let go, nor
    # copies the memory that they share for having looked.
    gc.collect()
    gc.freeze()


class PreloadedExecutor(LocalExecutor):
    """A LocalExecutor whose tasks find imported what they need."""

    def start(self) -> None:
        """Import first, and then start the processes that tasks are forked from."""
        import_what_is_dear()
        super().start()
