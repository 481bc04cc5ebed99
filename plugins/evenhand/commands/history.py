"""`evenhand history`: the nights before the first that is delivered, decided in one go."""

from __future__ import annotations

import logging
from datetime import date, datetime
from typing import Annotated

import typer

from evenhand.commands.terminal import console, refuse
from evenhand.landing.files import FeedBroken
from evenhand.local import installation as local
from evenhand.settings import Settings, settings

_SHOWN = 10


def history(
    first: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], metavar="NIGHT", help="The first night of it.")
    ],
    last: Annotated[
        datetime, typer.Option("--to", formats=["%Y-%m-%d"], metavar="NIGHT", help="The last night of it.")
    ],
) -> None:
    """Decide the nights before the first one in one go, to learn what is usual before anything is delivered.

    Each is released as history, with penalties, rewards, the sizes of lists, zones, feed counts and metrics, and is
    delivered to nobody; the last also says why, for the next night to go on from. Run again, it goes on where it was
    stopped and changes nothing that is there. It is refused once a night is really released.
    """
    from evenhand.release.history import HasReleases, refuse_after_releases

    here = settings()
    try:
        with local.one_at_a_time(here):
            refuse_after_releases(here.releases)
            for done in local.set_up(here):
                console.print(f"Set up {done}")
            decide(here, first.date(), last.date())
    except (HasReleases, local.LocalError) as error:
        refuse(str(error))


def decide(here: Settings, first: date, last: date) -> None:
    """Decide a history and say what it came to; ends the command where it can't be."""
    from airflow.sdk.exceptions import AirflowFailException

    from evenhand.release.history import HasReleases
    from evenhand.release.publish import PublishFailed
    from evenhand.tasks.choosing import NightRefused
    from evenhand.tasks.history import decide_history

    logging.disable(logging.WARNING)
    try:
        with console.status("Deciding the history") as status:
            found = decide_history(first, last, lambda step: status.update(f"Deciding the history: {step}"))
    except (AirflowFailException, FeedBroken, HasReleases, NightRefused, PublishFailed) as error:
        refuse(str(error))
    finally:
        logging.disable(logging.NOTSET)
    made = f"{len(found.changed):,} of them anew" if found.changed else "all of them there already"
    console.print(
        f"History from {first} until {last}: {len(found.nights):,} nights released, {made}; nothing of them is sent to"
        f" anybody. {here.releases}",
        highlight=False,
        soft_wrap=True,
    )
    for night, said in found.unusual[:_SHOWN]:
        console.print(f"  [yellow]Unusual[/yellow] on {night}: {said}", highlight=False, soft_wrap=True)
    if (more := len(found.unusual) - _SHOWN) > 0:
        console.print(f"  and {more:,} more, which the summaries of their nights say", highlight=False)
