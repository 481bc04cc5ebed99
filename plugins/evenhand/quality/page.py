"""A gate's page: what each rule found, for people, and the same for machines beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from evenhand.quality.finding import Finding
from evenhand.records.written import finalised

PAGE = "index.html"
RESULTS = "results.json"

# What rows say comes from outside and may be anything.
templates = Environment(
    loader=PackageLoader("evenhand.quality"),
    autoescape=True,
    finalize=finalised,
    undefined=StrictUndefined,
    trim_blocks=True,
)


def write_page(
    folder: Path,
    title: str,
    outcome: str,
    stopped: bool,
    findings: Sequence[Finding],
    told: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Write `index.html`, which needs nothing beside itself, and `results.json`, a finding for each rule.

    Args:
        folder: where they go.
        title: which gate of which night it was.
        outcome: a line that says what was let through.
        stopped: whether the night stopped here.
        findings: what the rules found, those of a table one after the other.
        told: what else people are told, line by line, by its heading; a heading without a line is left out.
    """
    page = templates.get_template("gate.html").render(
        title=title, outcome=outcome, stopped=stopped, tables=_tables(findings), rules=len(findings), told=told or {}
    )
    (folder / PAGE).write_text(page, encoding="utf-8")
    results = {
        "title": title,
        "outcome": outcome,
        "stopped": stopped,
        "told": {heading: list(lines) for heading, lines in (told or {}).items()},
        "results": [_result(each) for each in findings],
    }
    (folder / RESULTS).write_text(json.dumps(results, indent=2, ensure_ascii=False), encoding="utf-8")


def _tables(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """What was found table by table; those of which a rule is broken come first."""
    tables = []
    for table, found in groupby(findings, lambda each: each.table):
        of_it = list(found)
        broken, held = [each for each in of_it if each.failing], [each for each in of_it if not each.failing]
        tables.append({"table": table, "broken": broken, "held": held})
    return sorted(tables, key=lambda each: not each["broken"])


def _result(finding: Finding) -> dict[str, Any]:
    return {
        "suite": finding.suite,
        "table": finding.table,
        "rule": finding.rule,
        "column": finding.column,
        "failing": finding.failing,
        "observed": finding.observed,
        "success": not finding.failing,
    }
