"""`evenhand people`: who may do what for which markets, and having that otherwise."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from evenhand.commands.persons import person, second_person
from evenhand.commands.proposing import propose as propose_act
from evenhand.commands.proposing import refusals_told
from evenhand.commands.rights_of_acts import refuse_who_may_not
from evenhand.commands.terminal import By, console, plain_table, said_why
from evenhand.records.persons import Person, refuse_the_same_person
from evenhand.records.proposals import ProposalRefused, ProposedAct
from evenhand.settings import settings

app = typer.Typer(
    invoke_without_command=True,
    help="Show who may do what for which markets (people.yml), or propose to have that otherwise.",
)


@app.callback()
def people(context: typer.Context) -> None:
    """Show who may do what for which markets: what is in force, and whether the file says otherwise."""
    from evenhand.people.in_force import people_in_force, waiting

    if context.invoked_subcommand:
        return
    here = settings()
    with refusals_told():
        found = people_in_force(here.home, here.people)
        if found is None:
            console.print(
                f"There is no {here.people}: whoever gets in may do all, and where a second person is needed that is"
                " somebody of another name. docs/operations.md says how to write one.",
                soft_wrap=True,
                highlight=False,
            )
            return
        table = plain_table("Who", "Markets", "Rights", "Language", "Level", "Reports", "Told at")
        for each in found.people:
            table.add_row(
                each.name,
                ", ".join(each.markets),
                ", ".join(right.replace("_", " ") for right in each.rights),
                each.language,
                str(each.level or ""),
                ", ".join(each.reports),
                each.address,
            )
        console.print(table)
        if waiting(here.home, here.people) is not None:
            _say(f"{here.people} says otherwise by now; that counts once two agree: evenhand people propose")


@app.command()
def propose(
    reason: Annotated[str, typer.Option(metavar="TEXT", callback=said_why, help="Why; it is kept.")],
    approved_by: Annotated[
        str, typer.Option(metavar="NAME", help="The second person, where nobody logs in; else they approve it.")
    ] = "",
    by: By = "",
) -> None:
    """Propose that people.yml counts as it is now; another who may (admin for all markets) approves it.

    Change the file first. Without the file, it is proposed that nobody is told apart any more. Until it is approved
    what was agreed to before holds.
    """
    from evenhand.commands.people_check import people_who_can_be_told
    from evenhand.people.in_force import agreed_so_far, waiting
    from evenhand.people.people import read_people
    from evenhand.records.markdown import code, plain

    here = settings()
    with refusals_told():
        text = waiting(here.home, here.people)
        if text is None:
            raise ProposalRefused(f"{here.people} says what is in force, so that there is nothing to propose")
        changed_by = read_people(here.people).changed_by if text else ()
        if wrong := [str(each) for each in people_who_can_be_told(here)]:
            raise ProposalRefused("\n".join(wrong))
        before = agreed_so_far(here.home)[-1].text or ""
        form = {"text": text or None, "reason": reason}
        author = person(by)
        if approved_by:
            second = second_person(approved_by)
            for name in changed_by:
                refuse_the_same_person(Person(name, logged_in=False), second, "the change of people.yml")
            agree_now(form, author, second)
            return
        lines = difflib.unified_diff(before.splitlines(), text.splitlines(), "in force", "proposed", lineterm="", n=1)
        changed = "\n".join(f"- {code(line)}" for line in lines)
        said = f"{plain(author)} asks that people.yml counts as it is now: {plain(reason)}\n\n{changed}"
        propose_act("people", form, said, author, not_by=changed_by)


def agree_now(form: Mapping[str, Any], by: Person, approved_by: Person) -> None:
    """Have people.yml count as it was proposed, as a second person approved.

    Raises:
        ProposalRefused: the file says otherwise by now.
        PersonRefused: one of them may not.
    """
    from datetime import UTC, datetime

    from evenhand.people.in_force import agree, waiting

    here = settings()
    if waiting(here.home, here.people) != (form["text"] or ""):
        raise ProposalRefused(f"{here.people} says otherwise than what was proposed; propose it as it is now")
    act = ProposedAct(action="people", form=dict(form), said="", by=by, at=datetime.now(UTC))
    for each in (by, approved_by):
        refuse_who_may_not(act, each)
    agree(here.home, form["text"], by, approved_by, form["reason"])
    _say("people.yml counts as it is from now on.")


def _say(text: str) -> None:
    console.print(text, soft_wrap=True, highlight=False, markup=False)
