"""Packs' worked examples on the terminal: expected against found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from evenhand.commands.terminal import console, errors
from evenhand.deciding.rehearsal import Rehearsed, rehearse
from evenhand.policy.load import LoadedPack, load_all, with_those_read
from evenhand.policy.prose.words import counted


def try_examples(paths: Sequence[Path], as_json: bool) -> bool:
    """Run the examples of packs, print what comes out otherwise, and return whether all came out as expected.

    Args:
        paths: packs, or folders with packs in them at any depth.

    Raises:
        PackError: with every mistake of every pack.
    """
    packs = load_all(paths)
    with errors.status(f"Running the examples of {counted(len(packs), 'pack')} through the models"):
        outcomes = rehearse(with_those_read(packs))
    if as_json:
        print(
            json.dumps(
                [{**asdict(o), "path": str(o.path), "passed": o.passed} for o in outcomes], default=str, indent=2
            )
        )
    else:
        _print(packs, outcomes)
    return all(outcome.passed for outcome in outcomes)


def _print(packs: Sequence[LoadedPack], outcomes: Sequence[Rehearsed]) -> None:
    for outcome in outcomes:
        if not outcome.passed:
            console.print(f"[red]{outcome.path}[/red]: {outcome.example}", soft_wrap=True, highlight=False)
        for difference in outcome.differences:
            console.print(f"  {difference}", soft_wrap=True, highlight=False, markup=False)
    for loaded in packs:
        if not loaded.pack.examples:
            console.print(f"[yellow]{loaded.path}[/yellow]: has no example", soft_wrap=True, highlight=False)
    failed = sum(not outcome.passed for outcome in outcomes)
    console.print(
        f"{counted(len(outcomes), 'example')} of {counted(len(packs), 'pack')}: "
        + (f"[red]{failed} otherwise than expected[/red]" if failed else "[green]all as expected[/green]"),
        highlight=False,
    )
