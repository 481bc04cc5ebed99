"""What one dbt build did, model by model: kept from dbt's artifacts, told by the Airflow task of each model."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

NAME = "models.json"


class ModelFailed(Exception):
    """A model or one of its tests failed in the build. The message is dbt's."""


@dataclass(frozen=True)
class Built:
    """What became of one model.

    Attributes:
        seconds: time that building it took, its tests not included.
        tests: how many tests of it ran.
        problems: what failed, in dbt's words.
    """

    seconds: float
    tests: int
    problems: tuple[str, ...]


def forget(folder: Path) -> None:
    """Remove the report of the build before, so that nobody believes it after a build that was killed."""
    (folder / NAME).unlink(missing_ok=True)


def keep(project: str, into: Path) -> None:
    """Keep what the build that just ran in dbt's project folder says of each model, as `models.json`.

    A build that failed before its first model says nothing, and nothing is kept.
    """
    target = Path(project) / "target"
    if not (target / "run_results.json").exists():
        return
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    results = {each["unique_id"]: each for each in json.loads((target / "run_results.json").read_text())["results"]}
    tests = defaultdict(list)
    for name in results:
        # A test of several models is told with each of them.
        if name.startswith("test."):
            for model in nodes[name]["depends_on"]["nodes"]:
                tests[model].append(name)
    report = {
        nodes[model]["name"]: asdict(
            Built(
                seconds=round(results[model]["execution_time"], 3),
                tests=len(tests[model]),
                problems=tuple(
                    _problem(results[name]) for name in (model, *sorted(tests[model])) if not _ok(results[name])
                ),
            )
        )
        for model in sorted(results)
        if model.startswith("model.")
    }
    into.mkdir(parents=True, exist_ok=True)
    (into / NAME).write_text(json.dumps(report, indent=2))


def tell(folder: Path, model: str) -> Built:
    """What became of a model in the build whose report is in the folder.

    Raises:
        ModelFailed: dbt couldn't build it, never came to it, or a test of it failed.
    """
    path = folder / NAME
    report = json.loads(path.read_text()) if path.exists() else {}
    if model not in report:
        raise ModelFailed(f"{model} was not built; see the log of models_built")
    built = Built(**report[model])
    if built.problems:
        raise ModelFailed("\n".join(built.problems))
    return built


def _ok(result: dict[str, Any]) -> bool:
    return result["status"] in ("success", "pass")


def _problem(result: dict[str, Any]) -> str:
    return (
        f"{result['unique_id']}: {result['status']}: {result['message'] or 'skipped, for something before it failed'}"
    )
