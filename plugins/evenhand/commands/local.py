"""The local installation: running nights in it, its pages, and what lands in it."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from evenhand.commands.dry_run import show_dry_run
from evenhand.commands.history import decide
from evenhand.commands.released import show_night
from evenhand.commands.terminal import console, refuse
from evenhand.local import installation as local
from evenhand.settings import Settings, settings
from evenhand.tasks.history import history_before

NIGHTLY = "nightly_governance"

Night = Annotated[
    datetime | None,
    typer.Argument(formats=["%Y-%m-%d"], metavar="NIGHT", help="The night, YYYY-MM-DD; by default the newest landed."),
]


def nightly(
    night: Night = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Decide it and put it through the gates; release and send nothing.")
    ] = False,
    market: Annotated[
        str, typer.Option(metavar="MARKET", help="Of a released night, decide this market alone again.")
    ] = "",
    history: Annotated[
        bool,
        typer.Option(help="Before the first night of an example, also decide the 28 before it."),
    ] = True,
) -> None:
    """Decide one night: land, validate, compute, release and deliver, through Airflow.

    Sets up what is missing, lands the bundled example if nothing else has landed, and starts the sandbox receiver if
    it isn't running. Running a night again changes nothing and sends nothing.

    With --market a released night gets a revision in which this market alone may differ: the others keep the lists that
    the night has of them.

    With --dry-run nothing is changed at all: it says what the night would come to, without Airflow, and ends with 1 if
    a step would fail.
    """
    here = settings()
    try:
        with local.one_at_a_time(here) as lock:
            _prepare(here)
            chosen = _chosen(here, night.date() if night else None)
            if market:
                _refuse_alone(here, chosen, market)
            if dry_run:
                _dry_run(chosen, market)
                return
            if history and (span := history_before(here, chosen)):
                console.print(
                    f"Deciding the nights from {span[0]} until {span[1]} first, once, to have something to compare"
                    " with: some minutes, which --no-history spares",
                    highlight=False,
                    soft_wrap=True,
                )
                decide(here, *span)
            _review(here, chosen)
            release = here.releases / f"night={chosen}"
            before = release.resolve() if release.exists() else None
            form = {"night": str(chosen), "older": night is not None, "market": market or None}
            _run_dag(here, chosen, form, lock=lock)
            show_night(here, chosen)
            if before == release.resolve():
                console.print("[green]Nothing changed: the release is, byte for byte, what it was.[/green]")
    except local.LocalError as error:
        refuse(str(error))
    console.print(f"{'Sandbox receiver':<18} {local.sandbox_url()}", highlight=False)
    console.print(f"{'Airflow':<18} make ui, then {local.ui_url()}", highlight=False)


def _review(here: Settings, night: date) -> None:
    """Have the sandbox's reviewers answer what it holds, where the marketplace is the simulation's."""
    from evenhand.records.modes import for_readers
    from evenhand.sandbox.reviewers import land_answers

    if here.landing_from:
        return
    with for_readers():
        answers = land_answers(here.home / "sandbox.sqlite", here.landing, here.releases, night)
    if answers:
        console.print(f"The sandbox's reviewers answered {answers:,} items", highlight=False)


def _refuse_alone(here: Settings, night: date, market: str) -> None:
    from evenhand.tasks.choosing import NightRefused
    from evenhand.tasks.one_market import refuse_alone

    try:
        refuse_alone(here, night, market)
    except NightRefused as error:
        refuse(str(error))


def _dry_run(night: date, market: str) -> None:
    """Say what a night would come to."""
    from evenhand.tasks.dry_run import dry_run

    logging.disable(logging.ERROR)
    # As the run would have it: what a bundled example accepts is no setting of this process.
    os.environ.setdefault("EVENHAND_FIRST_NIGHTS", local.defaults(settings())["EVENHAND_FIRST_NIGHTS"])
    try:
        with console.status("Deciding on copies") as status:
            outcome = dry_run(night, market, lambda step: status.update(f"Deciding on copies: {step}"))
    except Exception as error:
        refuse(str(error))
    finally:
        logging.disable(logging.NOTSET)
    show_dry_run(outcome, console)


def simulate(
    creators: Annotated[int, typer.Option(min=1, help="How many creators, in eight markets.")] = 50_000,
    nights: Annotated[int, typer.Option(min=1, help="How many nights of history.")] = 90,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="NIGHT", help="The last night.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed is another history.")] = 1,
) -> None:
    """Land a simulated marketplace: nine feeds, and beside them the truth that the nightly run never reads.

    Replaces what was simulated before. The same numbers give the same rows.
    """
    from evenhand.records.modes import for_readers
    from evenhand.simulation.marketplace import simulate as land
    from evenhand.simulation.plan import UNTIL, Plan

    here = settings()
    plan = Plan(creators, nights, until.date() if until else UNTIL, seed)
    try:
        with local.one_at_a_time(here), for_readers(), console.status("Simulating") as status:
            local.refuse_feeds_of_others(here)
            written = land(plan, here.landing, lambda made: status.update(f"Simulating: {made}"))
    except local.LocalError as error:
        refuse(str(error))
    console.print(
        f"{'Landed' if written else 'There already:'} {creators:,} creators, {nights} nights until {plan.until}, in"
        f" {here.landing}",
        soft_wrap=True,
        highlight=False,
    )


def land_takedowns(
    source: Annotated[
        Path, typer.Argument(metavar="FILE", help="The history, CSV or CSV.gz.", exists=True, dir_okay=False)
    ],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], metavar="NIGHT", help="Its last night.")],
    backfill: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="NIGHT", help="The night that what is older lands in."),
    ] = None,
) -> None:
    """Land a history of takedowns in the form of examples/takedowns, where nothing else has landed.

    Each night gets the files of creators, contents, violations and appeals that it had then.
    """
    from evenhand.landing.files import FeedBroken
    from evenhand.landing.takedowns import BACKFILL_NIGHT
    from evenhand.landing.takedowns import land_takedowns as land
    from evenhand.records.modes import for_readers

    here = settings()
    name = f"{source.name.partition('.')[0]}.csv"
    try:
        with local.one_at_a_time(here), for_readers():
            local.refuse_other_files(here, name)
            written = land(
                source, here.landing, str(until.date()), str(backfill.date()) if backfill else BACKFILL_NIGHT, name
            )
    except (local.LocalError, FeedBroken) as error:
        refuse(str(error))
    console.print(f"Landed {written:,} new files in {here.landing}", soft_wrap=True, highlight=False)


def set_up() -> None:
    """Make Airflow's metadata database, compile the dbt project, land the example and start the sandbox receiver."""
    try:
        with local.one_at_a_time(settings()):
            _prepare(settings())
    except local.LocalError as error:
        refuse(str(error))


def ui() -> None:
    """Run Airflow with its pages and its scheduler until Ctrl-C: `airflow standalone` for this installation."""
    set_up()
    console.print(f"Airflow's pages will be at {local.ui_url()} in half a minute. Ctrl-C stops it.")
    local.become(settings(), ["airflow", "standalone"])


def airflow(context: typer.Context) -> None:
    """Run any airflow command in this installation, such as `evenhand airflow tasks list nightly_governance`."""
    local.become(settings(), ["airflow", *context.args])


def _prepare(here: Settings) -> None:
    with console.status("Setting up") as status:
        for done in local.set_up(here):
            console.print(f"Set up {done}")
        if local.land_example(here, lambda made: status.update(f"Simulating: {made}")):
            console.print(f"Landed the example {here.example} in {here.landing}", soft_wrap=True, highlight=False)
        if local.start_sandbox(here):
            console.print(f"Started the sandbox receiver at {local.sandbox_url()}", highlight=False)


def _chosen(here: Settings, night: date | None) -> date:
    from evenhand.landing.files import FeedBroken
    from evenhand.landing.mirror import mirror
    from evenhand.records.modes import close, for_readers
    from evenhand.tasks.choosing import NightRefused, night_by_hand, today

    if here.lands_elsewhere:
        try:
            with console.status(f"Fetching what landed in {here.landing_from}"):
                close(here.home)
                with for_readers():
                    mirror(here.landing_from, here.landing)
        except FeedBroken as error:
            refuse(str(error))
    try:
        return night_by_hand(here, night, night is not None, today(here))
    except (NightRefused, FeedBroken) as error:
        refuse(str(error))


def _run_dag(here: Settings, night: date, form: Mapping[str, Any], lock: int) -> None:
    """Run the DAG, naming each task as it ends; a failed run ends this process with what its tasks complained of.

    The run holds the lock as well: if this process is killed, its tasks go on, and nobody else may begin meanwhile.
    """
    log = here.work(night) / "run.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    complaints: list[str] = []
    console.print(f"Night {night} through Airflow", highlight=False)
    with log.open("w") as kept, console.status("Starting Airflow") as status:
        run = subprocess.Popen(
            [
                *(sys.executable, "-m", "evenhand.local.run"),
                *(NIGHTLY, f"{night}T12:00:00", f"night_{night}", json.dumps(form)),
            ],
            env=local.environment(here),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=kept,
            pass_fds=[lock],
            text=True,
        )
        assert run.stdout is not None
        for line in run.stdout:
            told = json.loads(line)
            if told["event"] == "begins":
                status.update(told["task"])
                continue
            complaints += [told["said"]] if told["said"] else []
            if told["task"] != NIGHTLY:
                _show_end(told["task"], told["state"])
    if run.wait():
        if complaints:
            refuse("\n".join(dict.fromkeys(complaints)) + f"\nThe run's logs: {here.airflow_home / 'logs'}")
        tail = "".join(log.read_text().splitlines(keepends=True)[-30:])
        refuse(f"{tail}\nAirflow couldn't run the night. Its log: {log}")


def _show_end(task: str, state: str) -> None:
    shown = {"success": "", "failed": " [red]failed[/red]", "up_for_retry": " [yellow]is tried again[/yellow]"}
    if state != "skipped":
        console.print(f"  {task}{shown.get(state, f' {state}')}", highlight=False)
