"""`evenhand feed`: single files of the landing folder, and what people decide about them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from evenhand.commands.persons import person, second_person
from evenhand.commands.proposing import propose, refusals_told
from evenhand.commands.terminal import By, console, refuse, said_why
from evenhand.people.acts import DECIDE_FILE, refuse_who_may_not
from evenhand.policy.prose.words import counted
from evenhand.records.databases import DatabaseInUse, open_to_read
from evenhand.records.markdown import code, plain
from evenhand.records.persons import Person
from evenhand.records.proposals import ProposalRefused
from evenhand.records.written import by_numbers
from evenhand.settings import Settings, settings

Action = Literal["forget", "accept"]

app = typer.Typer(no_args_is_help=True, help="Look at single files that land, and decide about them.")

File = Annotated[str, typer.Argument(metavar="FILE", help="From the landing folder on: orders/night=2026-03-01/a.csv")]
ApprovedBy = Annotated[
    str,
    typer.Option(
        "--approved-by", metavar="NAME", help="The second person, where nobody logs in; else they run evenhand approve."
    ),
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", callback=said_why, help="Why.")]


@app.command()
def check(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Wherever it lies.", exists=True, dir_okay=False)],
    feed: Annotated[str, typer.Option(help="Its feed; without it, that of the folder that it lies in.")] = "",
    night: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="NIGHT",
            help="The night that it lands in; by default that of its folder, else the newest.",
        ),
    ] = None,
) -> None:
    """Say what gate 1 would make of a file before it is dropped; ends with 1 if not every row of it would be used."""
    from evenhand.landing.contracts import BY_NAME
    from evenhand.landing.files import FeedBroken, nights
    from evenhand.policy.texts import PackError
    from evenhand.quality.check_file import Home, check_file, feed_of, name_of_file, night_of_file
    from evenhand.records.history import HistoryBroken
    from evenhand.tasks.choosing import today
    from evenhand.tasks.night import known_beside

    here = settings()
    of = feed or feed_of(path)
    if of not in BY_NAME:
        refuse(f"{path}: which feed it is of isn't known; say --feed, one of {', '.join(BY_NAME)}")
    landed = nights(here.landing)
    of_path = night.date() if night else night_of_file(path)
    if not of_path and not landed:
        refuse(f"{here.landing}: nothing has landed so far; say which --night it is for")
    come = [each for each in landed if each <= today(here)]
    lands_in = of_path or (come or landed)[-1]
    if lands_in > today(here):
        refuse(
            f"{path}: night {lands_in} hasn't come, today is {today(here)}, and a file in its folder counts from that"
            " night on. If the day is wrong, drop it in the folder of the right one; to look at it now, say --night"
        )
    # What lands in the folder of an earlier night is looked at on the newest, as late.
    looked_at = max([lands_in, *come[-1:]])
    try:
        home = Home(here.store, here.landing, here.policies)
        found = check_file(path, name_of_file(path, of, lands_in), looked_at, home, known_beside(looked_at))
    except (DatabaseInUse, FeedBroken, HistoryBroken, PackError) as error:
        refuse(str(error))
    if found.unusable:
        _say(f"It can't be used: {found.unusable}.")
    for each in found.broken:
        first = by_numbers(each.first)
        _say(f"{counted(each.rows, 'row')} would be quarantined: {each.rule} (the first: {first}). {each.remedy}")
    for said in found.held:
        _say(said.replace(" is held: ", " would be held: "))
    for said in found.told:
        _say(f"It would be told: {said}")
    if not found.is_right:
        raise typer.Exit(1)
    _say(f"Every row of {path.name} would be used on night {looked_at}: {counted(found.rows, 'row')}.")


def _say(text: str) -> None:
    console.print(text, soft_wrap=True, highlight=False, markup=False)


@app.command()
def forget(file: File, reason: Reason, approved_by: ApprovedBy = "", by: By = "") -> None:
    """Propose that a file that landed counts no more, whether it is still in the landing folder or not.

    It holds from the newest released night on; earlier nights, run again, see the file as they did.
    """
    _propose("forget", file, by, approved_by, reason)


@app.command()
def accept(file: File, reason: Reason, approved_by: ApprovedBy = "", by: By = "") -> None:
    """Propose that a file takes the place of what it was, although many of the rows that were in it are gone."""
    _propose("accept", file, by, approved_by, reason)


def _propose(action: Action, file: str, by: str, approved_by: str, reason: str) -> None:
    from evenhand.commands.undecidable_files import refuse_undecidable
    from evenhand.landing.names import composed
    from evenhand.tasks.choosing import today

    typed = file.removeprefix(f"{settings().landing}/")
    with refusals_told():
        here = settings()
        author, versions = person(by), _versions(here, action)
        # Of two files whose names look the same each is called as it is spelt.
        name = typed if typed in versions else composed(typed)
        refuse_undecidable(here, action, name, versions, _why_unusable(here), today(here))
        if approved_by:
            decide_now(action, name, versions.get(name, ""), author, second_person(approved_by), reason)
            return
        version = versions[name]
        what = "counts no more" if action == "forget" else "is taken as it is now"
        said = f"{plain(author)} asks that {code(name)} ({version[:12]}) {what}: {plain(reason)}"
        form = {"action": action, "file": name, "version": version, "reason": reason}
        propose("file", form, said, author)


def decide_now(action: Action, name: str, version: str, by: Person, approved_by: Person, reason: str) -> None:
    """Have a file count no more, or be taken as it is, as a second person approved.

    Args:
        version: the SHA-256 of the version that they saw; another isn't decided about.

    Raises:
        ProposalRefused: it is another version by now.
        PersonRefused: one of them may not.
        FeedBroken: there is no such file to decide about.
    """
    from evenhand.landing.decisions import decide_file
    from evenhand.tasks.choosing import FIRST_NIGHT

    here = settings()
    for each in (by, approved_by):
        refuse_who_may_not(here.home, each, DECIDE_FILE)
    versions = _versions(here, action)
    if versions.get(name, "") != version:
        raise ProposalRefused(f"{name} is another version than the one that was proposed; propose it again")
    released = sorted(path.name.removeprefix("night=") for path in here.releases.glob("night=*"))
    night = date.fromisoformat(released[-1]) if released else FIRST_NIGHT
    decide_file(here.home, action, name, versions, night, by, approved_by, reason)
    what = "counts no more" if action == "forget" else "is taken as it is now"
    console.print(f"{name} {what}; run the night again.", soft_wrap=True, highlight=False, markup=False)


def _versions(here: Settings, action: Action) -> dict[str, str]:
    """The files that can be decided about, each with the SHA-256 of its version."""
    from evenhand.landing.decisions import file_decisions, kept_versions
    from evenhand.landing.names import composed
    from evenhand.landing.replaced import waits_to_be_taken

    gone = {(composed(each.file), each.sha256) for each in file_decisions(here.home) if each.action == "forget"}
    versions = dict(kept_versions(here.home)) if action == "forget" else {}
    # Of a file that can't be used, or can't replace what it was, the version that lies there.
    return versions | {
        name: sha256
        for name, sha256, why in _unusable(here)
        if (composed(name), sha256) not in gone and (action == "forget" or waits_to_be_taken(why))
    }


def _why_unusable(here: Settings) -> dict[str, str]:
    return {name: why for name, _, why in _unusable(here)}


def _unusable(here: Settings) -> list[tuple[str, str, str]]:
    if not here.store.exists():
        return []
    # A night may be loading what landed.
    with open_to_read(here.store) as connection:
        return connection.execute("select landed_file, sha256, why from landing.unusable order by all").fetchall()
