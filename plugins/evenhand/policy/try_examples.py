"""`evenhand policy test`: packs' worked examples, expected against found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from evenhand.policy.load import LoadedPack, Mistake, PackError, load_each, packs_in
from evenhand.settings import settings

console = Console()
errors = Console(stderr=True)


def try_examples(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", help="Packs or folders of packs; by default all of ours.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON, for machines.")] = False,
) -> None:
    """Run the worked examples of packs through the models of the nightly run, and show what comes out otherwise.

    An example is judged by every version of its pack that is given. Exits with 1 if anything is otherwise than expected.
    """
    from evenhand.policy.rehearsal import rehearse

    try:
        packs = load_all(paths or [settings().policies])
    except PackError as error:
        errors.print(str(error), style="red", soft_wrap=True, highlight=False, markup=False)
        raise typer.Exit(1) from error
    with errors.status(f"Running the examples of {len(packs)} packs through the models"):
        outcomes = rehearse(packs)
    if as_json:
        print(
            json.dumps(
                [{**asdict(o), "path": str(o.path), "passed": o.passed} for o in outcomes], default=str, indent=2
            )
        )
    else:
        for outcome in outcomes:
            if not outcome.passed:
                console.print(f"[red]{outcome.path}[/red]: {outcome.example}", soft_wrap=True, highlight=False)
                for d in outcome.differences:
                    console.print(
                        f"  {d.on}  {d.what}: expected {d.expected}, found {d.found}", soft_wrap=True, highlight=False
                    )
        failed = sum(not outcome.passed for outcome in outcomes)
        without = [str(loaded.path) for loaded in packs if not loaded.pack.examples]
        for path in without:
            console.print(f"[yellow]{path}[/yellow]: has no example", soft_wrap=True, highlight=False)
        console.print(
            f"{len(outcomes)} examples of {len(packs)} packs: "
            + (f"[red]{failed} otherwise than expected[/red]" if failed else "[green]all as expected[/green]"),
            highlight=False,
        )
    if not all(outcome.passed for outcome in outcomes):
        raise typer.Exit(1)


def load_all(paths: Sequence[Path]) -> list[LoadedPack]:
    """Every pack in files and, recursively, in folders; bases come in through the packs that extend them.

    Raises:
        PackError: with the mistakes of all of them.
    """
    packs, mistakes = load_each(file for path in paths for file in (packs_in(path) if path.is_dir() else [path]))
    if mistakes:
        raise PackError(*mistakes)
    if not packs:
        names = ", ".join(map(str, paths))
        raise PackError(Mistake(names, 0, 0, "found no pack; expected a file that ends in .yml"))
    return packs
