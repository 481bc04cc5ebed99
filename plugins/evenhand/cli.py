"""The command `evenhand`: its commands put together."""

from __future__ import annotations

import os
from importlib.metadata import version
from typing import Annotated

import typer

from evenhand.commands import (
    cases,
    emergency,
    explain,
    feed,
    held_list,
    history,
    listing,
    local,
    people,
    plan,
    policy,
    proposals,
    qa,
    quarantine,
    query,
    released,
    report,
    stop_and_reverse,
    verify,
)
from evenhand.commands.terminal import refuse
from evenhand.records.imports import look_seldom_for_garbage
from evenhand.records.modes import UnknownReaders, keep_private

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Decide who is penalised and who is rewarded, night by night, and carry it to the systems that act on it.",
    epilog="Everything that a run writes is below EVENHAND_HOME, by default .evenhand in the checkout.",
)


def _version(asked: bool) -> None:
    if asked:
        print(f"evenhand {version('evenhand')}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    look_seldom_for_garbage()
    # What `evenhand policy` writes is a checkout's, where others work too.
    if context.invoked_subcommand != "policy":
        try:
            before = keep_private()
        except UnknownReaders as error:
            refuse(str(error))
        context.call_on_close(lambda: os.umask(before))


app.command()(local.nightly)
app.command()(history.history)
app.command()(released.summary)
app.command()(listing.nights)
app.command()(quarantine.quarantine)
app.command()(query.query)
app.add_typer(report.app, name="report")
app.command()(plan.plan)
app.command()(explain.explain)
app.add_typer(policy.app, name="policy")
app.add_typer(feed.app, name="feed")
app.command()(held_list.held)
app.command()(held_list.answer)
app.command()(cases.cases)
app.add_typer(cases.app, name="case")
app.add_typer(qa.app, name="qa")
app.command()(stop_and_reverse.stop)
app.command()(stop_and_reverse.resume)
app.command()(stop_and_reverse.send_again)
app.command()(stop_and_reverse.take_over)
app.command()(stop_and_reverse.reverse)
app.add_typer(people.app, name="people")
app.command()(proposals.proposals)
app.command()(proposals.approve)
app.command()(verify.verify)
app.add_typer(emergency.app, name="emergency")
app.command()(emergency.emergencies)
app.command()(local.simulate)
app.command("land-takedowns")(local.land_takedowns)
app.command()(released.docs)
app.command("set-up")(local.set_up)
app.command()(local.ui)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)(
    local.airflow
)


if __name__ == "__main__":
    app()
