"""What dbt compiles: anew where the project is another than before, and then nothing of that is left."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from evenhand.deciding import compiled
from evenhand.deciding.compiled import compiled_project
from evenhand.settings import PROJECT, settings


def test_a_metric_that_was_renamed_is_in_no_model_after_an_upgrade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "dbt_project"
    shutil.copytree(PROJECT / "dbt_project", project, ignore=shutil.ignore_patterns("target", "logs"))
    definitions = project / "models" / "marts" / "insight" / "metrics.yml"
    now = definitions.read_text()
    monkeypatch.setattr(compiled, "settings", lambda: replace(settings(), project=tmp_path))

    definitions.write_text(now.replace("- name: grant_rate\n", "- name: granted_before\n"))
    (before,) = _metrics_of(tmp_path / "target")
    assert "'granted_before'" in before
    definitions.write_text(now)
    (after,) = _metrics_of(tmp_path / "target")
    assert "'grant_rate'" in after
    assert "granted_before" not in after


def _metrics_of(target: Path) -> list[str]:
    models = compiled_project(target).models(what_tells=True)
    return [each.sql for each in models if each.name == "operational_metrics"]
