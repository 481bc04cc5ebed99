"""`evenhand stop` and `evenhand resume`: what a DAG with a form does too, for when Airflow can't."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console

from evenhand.persons import PersonRefused, who
from evenhand.settings import settings

Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why; it is shown and kept.")]
By = Annotated[str, typer.Option(metavar="NAME", help="Who asks for it.")]
ApprovedBy = Annotated[str, typer.Option(metavar="NAME", help="The second person.")]

console = Console(soft_wrap=True, highlight=False)
errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, style="red")


def stop(reason: Reason, by: By) -> None:
    """Stop all deliveries: 42 seconds later nothing is sent any more. It takes one person alone."""
    from evenhand.delivery.stopping import stop as stop_deliveries

    with _refusals_told():
        stopped = stop_deliveries(settings().home, who(None, by, "--by"), reason)
    console.print(f"From now on nothing is sent: {stopped}", markup=False)


def resume(reason: Reason, by: By, approved_by: ApprovedBy) -> None:
    """Let deliveries be made again, as a second person approved; those that were stopped are run again by hand."""
    from evenhand.delivery.stopping import resume as resume_deliveries

    with _refusals_told():
        resumed = resume_deliveries(
            settings().home, who(None, by, "--by"), who(None, approved_by, "--approved-by"), reason
        )
    console.print(f"Deliveries can be made again: {resumed}", markup=False)


@contextmanager
def _refusals_told() -> Iterator[None]:
    from evenhand.delivery.stopping import NothingStopped
    from evenhand.history import HistoryBroken

    try:
        yield
    except (PersonRefused, NothingStopped, HistoryBroken) as error:
        errors.print(str(error))
        raise typer.Exit(1) from error
