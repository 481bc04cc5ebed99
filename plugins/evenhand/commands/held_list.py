"""`evenhand held` and `evenhand answer`: held lists on the terminal, where no Airflow runs that could ask."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from evenhand.commands.persons import person
from evenhand.commands.terminal import By, console, refuse, released
from evenhand.records.databases import DatabaseInUse, open_to_read
from evenhand.settings import settings

if TYPE_CHECKING:
    from evenhand.approval.answers import Said

Night = Annotated[
    datetime | None,
    typer.Argument(formats=["%Y-%m-%d"], metavar="NIGHT", help="The night; by default the newest released."),
]


class List(StrEnum):
    """A list, or `qa_items` of a market whose review budget is another; or the deliveries to a receiver, or the notices
    in a language, which stand for the market then."""

    penalties = "penalties"
    rewards = "rewards"
    deliveries = "deliveries"
    notices = "notices"
    qa_items = "qa_items"


class Say(StrEnum):
    """An answer."""

    approve = "approve"
    first_wave = "first-wave"
    reject = "reject"


def held(
    night: Night = None,
    of_list: Annotated[List | None, typer.Option("--list", help="Only this list.")] = None,
    market: Annotated[str | None, typer.Option(help="Only of this market.")] = None,
) -> None:
    """Show the lists that are held: why, what would change, and twenty accounts with their reasons."""
    import duckdb
    from rich.markdown import Markdown

    from evenhand.approval.shown import body, subject
    from evenhand.explain.labels import NoSuchLanguage
    from evenhand.notices.catalogs import load_catalogs
    from evenhand.reports.catalogue import ENGLISH
    from evenhand.reports.language import Language
    from evenhand.tasks.held_list import held_lists

    chosen = _night(night)
    try:
        speaks = Language(ENGLISH, load_catalogs(settings().translations))
    except NoSuchLanguage as error:
        refuse(str(error))
    found = [each for each in held_lists(chosen) if of_list in (None, each.list) and market in (None, each.market)]
    with duckdb.connect(str(settings().warehouse(chosen)), read_only=True) as connection:
        for each in found:
            said = f" ({each.so_far})" if each.so_far else ""
            console.print(f"\n[bold]{subject(each, chosen)}[/bold]{said}", highlight=False)
            console.print(Markdown(body(connection, each, chosen, speaks)))
    if not found:
        of = " ".join(each for each in (of_list, f"of {market}" if market else "") if each)
        others = ", ".join(f"{each.list} of {each.market}" for each in held_lists(chosen)) if of else ""
        said = f"; what is held: {others}" if others else ""
        console.print(
            f"Nothing {f'{of} ' if of else ''}is held on night {chosen}{said}.", soft_wrap=True, highlight=False
        )


def answer(
    say: Annotated[Say, typer.Argument(help="What you say to it.")],
    of_list: Annotated[List, typer.Option("--list", help="The list.")],
    market: Annotated[str, typer.Option(help="The market.")],
    night: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], metavar="NIGHT", help="The night that holds it.")],
    by: By = "",
    instead_of: Annotated[
        str, typer.Option(metavar="NAME", help="Whose answer yours takes the place of, where somebody has answered.")
    ] = "",
) -> None:
    """Answer to a held list. Running the night again then releases and delivers it, if it still is what it was.

    If a policy changed it, somebody else than who changed that has to answer.
    """
    from evenhand.approval.answers import AnswerRefused, answering
    from evenhand.records.persons import PersonRefused
    from evenhand.release.reversal import reversal_of
    from evenhand.tasks.held_list import (
        ON_TERMINAL,
        STILL_NEEDED,
        NothingHeld,
        find,
        give_answer,
        needs_another,
        refuse_to_overrule,
    )

    chosen = _night(night)
    said: dict[Say, Said] = {Say(word): each for each, word in ON_TERMINAL.items()}
    try:
        answers = person(by)
        with answering(settings().home):
            found = find(chosen, of_list, market)
            refuse_to_overrule(chosen, found, said[say], answers, instead_of)
            give_answer(chosen, found, said[say], answers)
    except (NothingHeld, AnswerRefused, PersonRefused) as error:
        refuse(str(error))
    waits = needs_another(chosen, found, said[say])
    follows = f"`evenhand nightly {chosen}` releases and delivers it."
    if reversal_of(settings().home, chosen):
        follows = f"The night is reversed: it is released once that is lifted, `evenhand reverse {chosen} --lift`."
    console.print(
        f"{found.list} of {market}, night {chosen}: {said[say].replace('_', ' ')} by {answers}."
        f" {STILL_NEEDED if waits else follows}",
        soft_wrap=True,
        highlight=False,
    )


def _night(night: datetime | None) -> date:
    chosen = night.date() if night else released(settings(), None)
    if not settings().warehouse(chosen).exists():
        refuse(f"night {chosen} isn't being worked on; run it first: evenhand nightly {chosen}")
    try:
        open_to_read(settings().warehouse(chosen)).close()
    except DatabaseInUse as error:
        refuse(str(error))
    return chosen
