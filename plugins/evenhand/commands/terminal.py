"""What commands say and how: on the terminal, and to whoever asked for what can't be done."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from evenhand.settings import Settings

# Who does what a command does: believed where nobody logs in, else it has to be who logged in.
By = Annotated[
    str, typer.Option("--by", metavar="NAME", help="Who you are, where nobody logs in (EVENHAND_PERSONS=none).")
]

console = Console()
errors = Console(stderr=True)


def said_why(reason: str) -> str:
    """What is said with --reason; ends the command where nothing is."""
    if not reason.strip():
        raise typer.BadParameter("it is empty; say why")
    return reason


def refuse(message: str) -> NoReturn:
    """Say why it can't be done and what to do, and end with 1."""
    errors.print(message, style="red", soft_wrap=True, highlight=False, markup=False)
    raise typer.Exit(1)


def plain_table(*columns: str, numbers: Collection[str] = (), title: str | None = None) -> Table:
    """A table as all commands print theirs.

    Args:
        numbers: the columns that are set to the right.
    """
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, justify="right" if column in numbers else "left")
    return table


def released(here: Settings, night: datetime | None) -> date:
    """The night that is asked about, or the newest that is released; ends the command where there is none."""
    there = sorted(path.name.removeprefix("night=") for path in here.releases.glob("night=*"))
    if not there:
        refuse(f"{here.releases}: no night is released yet; run evenhand nightly")
    chosen = night.date() if night else date.fromisoformat(there[-1])
    if str(chosen) not in there:
        refuse(f"night {chosen} isn't released; {', '.join(there[-5:])} {'are' if len(there) > 1 else 'is'}")
    return chosen
