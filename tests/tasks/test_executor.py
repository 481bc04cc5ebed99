"""How Airflow's executor begins."""

from __future__ import annotations

import gc

import pytest

from evenhand.tasks import executor


class _Read(BaseException):
    """The files of DAGs are to be read."""


def test_when_the_files_of_dags_are_read_nothing_looks_often_for_garbage(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_dags() -> None:
        raise _Read(gc.get_threshold()[0])

    monkeypatch.setattr(executor, "read_dags", read_dags)
    before = gc.get_threshold()
    gc.set_threshold(700)
    try:
        with pytest.raises(_Read) as read:
            executor.PreloadedExecutor().start()  # type: ignore[no-untyped-call]
    finally:
        gc.set_threshold(*before)
    assert read.value.args[0] > 10_000
