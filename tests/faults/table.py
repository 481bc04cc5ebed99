"""The fault matrix as a table of a document, made from what the run found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from delivery.systems import KINDS, ONCE
from faults.run import Outcome
from faults.schedule import FAULTS, FAULTS_OF

_BEGIN, _END = "<!-- make faults writes this -->\n", "<!-- until here -->\n"
_FIGURES = ("missing", "stale", "wrong", "false_success")


def write(outcomes: Sequence[Outcome], seed: str, document: Path | None) -> str:
    """The table, also put in its place in the document if one is given."""
    table = _table(outcomes, seed)
    if document:
        text = document.read_text()
        # A function, because a table may hold what a replacement pattern would take for a reference.
        document.write_text(re.sub(f"{_BEGIN}.*?{_END}", lambda _: _BEGIN + table + _END, text, flags=re.DOTALL))
    return table


def failures(outcomes: Sequence[Outcome]) -> str:
    """What went wrong in those that failed, and how to run them again."""
    return "\n".join(
        f"{each.schedule.seed} on {each.schedule.kind}: "
        + ", ".join(f"{getattr(each, figure)} {figure}" for figure in (*_FIGURES, "duplicates"))
        + f"\n  again: make faults ONLY={each.schedule.seed} KINDS={each.schedule.kind}"
        + f"\n  {each.schedule}\n  "
        + "\n  ".join([*each.told, each.broken])
        for each in outcomes
        if not each.holds
    )


def _table(outcomes: Sequence[Outcome], seed: str) -> str:
    kinds = [kind for kind in (*KINDS, *ONCE) if any(each.schedule.kind == kind for each in outcomes)]
    lines = [
        f"{len(outcomes)} schedules of seed `{seed}`; a cell is how many of those with this fault ended as wanted.",
        "",
        "| fault | " + " | ".join(f"`{kind}`" for kind in kinds) + " |",
        "| --- |" + " ---: |" * len(kinds),
    ]
    for fault in FAULTS:
        cells = []
        for kind in kinds:
            of_it = [each for each in outcomes if each.schedule.kind == kind and fault in each.schedule.rows]
            right = sum(each.holds for each in of_it)
            cells.append(f"{right} of {len(of_it)}" if fault in FAULTS_OF[kind] else "n/a")
        lines.append(f"| {fault} | " + " | ".join(cells) + " |")
    for name in (*_FIGURES, "duplicates"):
        figures = [sum(getattr(each, name) for each in outcomes if each.schedule.kind == kind) for kind in kinds]
        lines.append(f"| **{name.replace('_', ' ')}** | " + " | ".join(map(str, figures)) + " |")
    most = [max(each.runs for each in outcomes if each.schedule.kind == kind) for kind in kinds]
    lines.append("| **runs until it agreed, at most** | " + " | ".join(map(str, most)) + " |")
    return "\n".join(lines) + "\n"
