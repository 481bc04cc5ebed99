"""Looking at what is released: what a night came to, what happened to an account, and what the models are."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated

import typer

from evenhand.commands.terminal import console, refuse, released
from evenhand.settings import Settings, settings

Night = Annotated[
    datetime | None,
    typer.Argument(
        formats=["%Y-%m-%d"], metavar="NIGHT", help="The night, YYYY-MM-DD; by default the newest released."
    ),
]


def summary(
    night: Night = None,
    market: Annotated[str, typer.Option(help="Whose operational metrics are shown; by default, all together.")] = "all",
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON, for machines.")] = False,
) -> None:
    """Show what a released night came to."""
    here = settings()
    show_night(here, released(here, night), market, as_json)


def docs() -> None:
    """Make dbt's own pages of all models and their columns, unless they are there, and say where they are."""
    from evenhand.deciding.docs import DocsFailed, dbt_docs

    try:
        with console.status("dbt makes its pages; this takes half a minute"):
            page = dbt_docs()
    except DocsFailed as error:
        refuse(f"dbt couldn't make its pages of the models:\n{error}")
    console.print(page, soft_wrap=True, highlight=False)


def show_night(here: Settings, night: date, market: str = "all", as_json: bool = False) -> None:
    """Print what a released night came to."""
    from pydantic import ValidationError

    from evenhand.commands.summary import facts, show
    from evenhand.explain.labels import NoSuchLanguage
    from evenhand.release.manifest import OtherFormat

    try:
        if as_json:
            print(json.dumps(facts(here, night), indent=2, default=str))
        else:
            show(here, night, console, market)
    except (OtherFormat, NoSuchLanguage) as error:
        refuse(str(error))
    except ValidationError as error:
        refuse(
            f"{here.releases / f'night={night}'}: released by another version of Evenhand, whose manifest this one"
            f" can't show ({error.error_count()} fields differ); run the night again for a revision of this version"
        )
