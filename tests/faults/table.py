"""The fault matrix as a table of a document, made from what the run found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from delivery.systems import KINDS, ONCE
from evenhand.reference.tables import put_table
from faults.run import Outcome
from faults.schedule import CRASHES, FAULTS, FAULTS_OF

_FIGURES = ("missing", "stale", "wrong", "false_success")


def write(outcomes: Sequence[Outcome], seed: str, document: Path | None) -> str:
    """The table, also put in its place in the document if one is given."""
    table = _table(outcomes, seed)
    if document:
        put_table(document, "make faults", table)
    return table


def never_met(outcomes: Sequence[Outcome]) -> list[str]:
    """The cells that no schedule is a case of: they say nothing of their fault."""
    return [
        f"{row} of {kind}"
        for kind in _kinds(outcomes)
        for row, cases in _cases(outcomes, kind).items()
        if cases is not None and not cases
    ]


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
    kinds = _kinds(outcomes)
    cases = {kind: _cases(outcomes, kind) for kind in kinds}
    lines = [
        f"{len(outcomes)} schedules of seed `{seed}`; a cell is how many of those that met this fault ended as wanted.",
        "",
        "| fault | " + " | ".join(f"`{kind}`" for kind in kinds) + " |",
        "| --- |" + " ---: |" * len(kinds),
    ]
    for row in cases[kinds[0]]:
        cells = []
        for kind in kinds:
            of_it = cases[kind][row]
            cells.append("n/a" if of_it is None else f"{sum(each.holds for each in of_it)} of {len(of_it)}")
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    for name in (*_FIGURES, "duplicates"):
        figures = []
        for kind in kinds:
            found = [getattr(each, name) for each in outcomes if each.schedule.kind == kind]
            figures.append("n/a" if None in found else str(sum(found)))
        lines.append(f"| **{name.replace('_', ' ')}** | " + " | ".join(figures) + " |")
    most = [max(each.runs for each in outcomes if each.schedule.kind == kind) for kind in kinds]
    lines.append("| **runs until it agreed, at most** | " + " | ".join(map(str, most)) + " |")
    return "\n".join(lines) + "\n"


def _kinds(outcomes: Sequence[Outcome]) -> list[str]:
    return [kind for kind in (*KINDS, *ONCE) if any(each.schedule.kind == kind for each in outcomes)]


def _cases(outcomes: Sequence[Outcome], kind: str) -> dict[str, list[Outcome] | None]:
    """The schedules of a kind that each row is about; None where there can't be any."""
    of_kind = [each for each in outcomes if each.schedule.kind == kind]
    rows: dict[str, list[Outcome] | None] = {}
    for fault in FAULTS:
        is_possible = fault in FAULTS_OF[kind]
        rows[fault] = [each for each in of_kind if fault in each.happened] if is_possible else None
        if fault in CRASHES:
            in_the_middle = [each for each in of_kind if fault in each.in_the_middle]
            rows[f"{fault}, a part being taken"] = in_the_middle if is_possible else None
    return rows
