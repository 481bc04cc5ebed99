"""`evenhand verify`: whether all that was released and decided by people is still what was written."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from evenhand.commands.terminal import console, refuse
from evenhand.records.persons import PersonRefused, who
from evenhand.settings import Settings, settings


def verify(
    night: Annotated[
        datetime | None, typer.Argument(formats=["%Y-%m-%d"], metavar="NIGHT", help="Only the files of its releases.")
    ] = None,
    accept: Annotated[
        bool,
        typer.Option("--accept", help="Take what is otherwise or gone as it is now; the log keeps that."),
    ] = False,
    by: Annotated[str, typer.Option(metavar="NAME", help="With --accept: who says so.")] = "",
    approved_by: Annotated[str, typer.Option(metavar="NAME", help="With --accept: the second person.")] = "",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="With --accept: why; it is kept.")] = "",
) -> None:
    """Check releases, stops, approvals, emergencies and reversals against the log of when they were written.

    Ends with 1 and a line for each file that is otherwise or gone. --accept is for what was lost for good: what can be
    brought back from a backup is brought back.
    """
    from evenhand.records import record_log

    here = settings()
    found = record_log.troubles(here.home)
    if accept:
        if not reason.strip():
            refuse("--accept needs a --reason, which the log keeps")
        try:
            record_log.accept(here.home, found, who(None, by, "--by"), who(None, approved_by, "--approved-by"), reason)
        except PersonRefused as error:
            refuse(str(error))
        _say(f"Accepted as they are now: {len(found)} files." if found else "Nothing was otherwise or gone.")
        return
    lines = [f"{here.home / each.path}: {each.what}" for each in found]
    checked, wrong = _releases(here, night.date() if night else None)
    lines += [f"{path}: {what}" for path, what in wrong if path not in {here.home / each.path for each in found}]
    for line in lines:
        _say(line)
    if lines:
        refuse(
            f"{len(lines)} files aren't what was written. Bring them back from a backup; what is lost for good, two "
            "persons accept: evenhand verify --accept --by NAME --approved-by NAME --reason TEXT"
        )
    _say(f"All is as it was written: {checked} releases, and a log of {record_log.summary(here.home)}.")


def _releases(here: Settings, night: date | None) -> tuple[int, list[tuple[Path, str]]]:
    from evenhand.release.verify import release_troubles

    revisions = sorted((here.releases / "revisions").glob(f"night={night or '*'}/[0-9]*"))
    if night and not revisions:
        refuse(f"night {night} was never released; evenhand verify without a night checks all that were")
    return len(revisions), [trouble for revision in revisions for trouble in release_troubles(revision)]


def _say(text: str) -> None:
    console.print(text, markup=False, soft_wrap=True, highlight=False)
