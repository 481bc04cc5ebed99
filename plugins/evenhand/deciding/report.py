"""What the build of a night's models came to, model by model: for the log, for a page, and for what went wrong."""

from __future__ import annotations

import html
import json
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

NAME = "models.json"
PAGE = "index.html"


@dataclass(frozen=True)
class Problem:
    """What went wrong in a model or in a test of it, in whose words, and the SQL that it was.

    Attributes:
        of: the model or the test.
    """

    of: str
    said: str
    sql: str


@dataclass(frozen=True)
class BuiltModel:
    """What became of one model.

    Attributes:
        path: its file below the dbt project.
        seconds: time that building it took, its tests not included.
        rows: how many it has; None for a view, which has none of its own.
        tests: how many tests of it ran.
        skipped_for: the models before it that failed, for which it wasn't built.
    """

    name: str
    path: str
    seconds: float = 0
    rows: int | None = None
    tests: int = 0
    problems: tuple[Problem, ...] = ()
    skipped_for: tuple[str, ...] = ()

    @property
    def layer(self) -> str:
        """The folder that it is in."""
        return Path(self.path).parent.name

    @property
    def could_not_be_built(self) -> bool:
        """Whether it isn't there."""
        return any(problem.of == self.name for problem in self.problems)

    @property
    def failed_first(self) -> tuple[str, ...]:
        """For which models, this one or some before it, what reads it is skipped."""
        return (self.name,) if self.problems else self.skipped_for

    def tested(self, problem: Problem | None) -> BuiltModel:
        """The same after one more test of it."""
        return replace(self, tests=self.tests + 1, problems=(*self.problems, *((problem,) if problem else ())))

    def __str__(self) -> str:
        if self.skipped_for:
            return f"{self.layer}.{self.name}: skipped, for {' and '.join(self.skipped_for)} failed"
        if self.problems:
            return "\n".join(f"{self.layer}.{self.name}: {each.of} failed: {each.said}" for each in self.problems)
        rows = "a view" if self.rows is None else f"{self.rows:,} {'row' if self.rows == 1 else 'rows'}"
        passed = "no test" if not self.tests else f"{self.tests} {'test' if self.tests == 1 else 'tests'} passed"
        return f"{self.layer}.{self.name}: {rows}, {passed}, {self.seconds:.2f} s"


@dataclass(frozen=True)
class BuildReport:
    """What a build came to."""

    night: date
    models: tuple[BuiltModel, ...]

    @property
    def failed(self) -> list[BuiltModel]:
        """The models that failed themselves, or of which a test did."""
        return [model for model in self.models if model.problems]

    def complaint(self, folder: Path) -> str:
        """What failed: each model and test with its error, its file, and the file that has the SQL that was run."""
        lines = []
        for model in self.failed:
            for each in model.problems:
                what = model.name if each.of == model.name else f"{model.name}, test {each.of}"
                lines.append(f"{what} failed: {each.said}")
                lines.append(f"  Its file: dbt_project/{model.path}. The SQL that was run: {_sql_file(folder, each)}")
        skipped = sum(bool(model.skipped_for) for model in self.models)
        lines.append(
            f"{len(self.failed)} of {len(self.models)} models failed"
            + (f", and {skipped} that read them were skipped" if skipped else "")
            + f". Nothing was released. All models: {folder / PAGE}"
        )
        return "\n".join(lines)


def forget_report(folder: Path) -> None:
    """Remove the report of the build before, so that nobody believes it after a build that was killed."""
    shutil.rmtree(folder, ignore_errors=True)


def keep_report(report: BuildReport, folder: Path) -> None:
    """Write a report down: for machines, as a page, and the SQL of what failed as files."""
    folder.mkdir(parents=True, exist_ok=True)
    for model in report.models:
        for problem in model.problems:
            _sql_file(folder, problem).write_text(problem.sql, encoding="utf-8")
    models = [{**asdict(model), "layer": model.layer} for model in report.models]
    (folder / NAME).write_text(json.dumps({"night": str(report.night), "models": models}, indent=2), encoding="utf-8")
    (folder / PAGE).write_text(_page(report), encoding="utf-8")


def _sql_file(folder: Path, problem: Problem) -> Path:
    return folder / f"{problem.of}.sql"


def _page(report: BuildReport) -> str:
    failed = report.failed
    told = (
        f"{len(failed)} of {len(report.models)} models failed."
        if failed
        else f"All {len(report.models)} models were built, and their tests passed."
    )
    rows = "".join(
        f"<tr{' class=wrong' if model.problems or model.skipped_for else ''}><td>{html.escape(model.layer)}"
        f"<td>{html.escape(model.name)}<td class=n>{'view' if model.rows is None else f'{model.rows:,}'}"
        f"<td class=n>{model.tests}<td class=n>{model.seconds:.2f} s"
        f"<td>{html.escape(str(model)) if model.problems or model.skipped_for else ''}"
        for model in report.models
    )
    queries = "".join(
        f"<h2>{html.escape(each.of)}</h2><pre>{html.escape(each.said)}</pre><pre>{html.escape(each.sql)}</pre>"
        for model in failed
        for each in model.problems
    )
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><link rel=icon href=data:,>"
        f"<title>Models of night {report.night}</title>"
        "<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem;max-width:80rem}table{border-collapse:collapse}"
        "td,th{padding:.2rem .8rem;text-align:left;border-bottom:1px solid #ddd}.n{text-align:right}"
        ".wrong{background:#fde8e8}pre{background:#f5f5f5;padding:1rem;overflow:auto}</style>"
        f"<h1>Models of night {report.night}</h1><p>{told}</p>{queries}"
        "<table><tr><th>layer<th>model<th class=n>rows<th class=n>tests passed<th class=n>time<th>what went wrong"
        f"{rows}</table></html>"
    )
