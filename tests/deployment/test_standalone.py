"""Airflow on one's own machine: `make ui` is `evenhand ui`, which sets up what is missing and becomes Airflow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deployment.standalone import Standalone


@pytest.mark.timeout(900)
def test_evenhand_ui_from_an_empty_folder_runs_a_night_that_is_triggered_in_it(tmp_path: Path) -> None:
    standalone = Standalone(tmp_path / "home")
    try:
        standalone.start()
        run = standalone.api.trigger("2026-08-19")
        standalone.api.wait_for_run(run, 400)
        assert standalone.api.not_done(run) == []
    finally:
        standalone.processes.stop()
    assert json.loads((tmp_path / "home" / "releases" / "night=2026-08-19" / "manifest.json").read_text())["release_id"]
