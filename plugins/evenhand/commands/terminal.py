"""What commands say and how: on the terminal, and to whoever asked for what can't be done."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from evenhand.records.written import TextRefused, indented, printable, reason
from evenhand.settings import Settings, settings

# Who does what a command does: believed where nobody logs in, else it has to be who logged in.
By = Annotated[
    str, typer.Option("--by", metavar="NAME", help="Who you are, where nobody logs in (EVENHAND_PERSONS=none).")
]


def market_named(code: str) -> str:
    """A market by its name and its code, as people read it; commands take the code."""
    from evenhand.policy.market_names import market_called

    return market_called(settings().policies, code, "en")


class _Printable(Console):
    """A terminal that is only ever shown signs: none of a text that somebody wrote speaks to the terminal itself."""

    def render_str(self, text: str, **options: Any) -> Text:
        """As any console, with hidden signs by their numbers."""
        return super().render_str(printable(text), **options)


# What people write stays as it is: ":cat:" is no picture.
console = _Printable(emoji=False)
errors = _Printable(stderr=True, emoji=False)
# What goes into a file or to another command has as much room as it needs.
wide = _Printable(emoji=False, width=1_000_000)


def said_why(text: str) -> str:
    """What is said with --reason; ends the command where nothing is, or what can't be taken."""
    try:
        return reason(said_anything(text))
    except TextRefused as error:
        raise typer.BadParameter(str(error)) from error


def said_anything(text: str) -> str:
    """The same where no reason is refused for how it is written."""
    if not text.strip():
        raise typer.BadParameter("it is empty; say why")
    return text


def say_entry(text: str) -> None:
    """An entry of a history: whatever it says, it alone begins at the edge, and its other lines stand under it."""
    said = indented(text)
    if console.is_terminal:
        # Where the terminal broke a line by itself, what follows would begin at the edge.
        lines = Text(said).wrap(console, max(console.width - 4, 20))
        said = "\n".join(each.plain if not at else f"    {each.plain.lstrip()}" for at, each in enumerate(lines))
    console.print(said, soft_wrap=True, highlight=False, markup=False)


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
        # What is too long for the terminal goes on in the next line: a name that is cut can't be pasted.
        table.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
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
