"""`evenhand emergency`: impose or lift a measure now, where no scheduler runs the DAG `emergency_measure`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from evenhand.commands.persons import person, second_person
from evenhand.commands.proposing import propose, refusals_told
from evenhand.commands.terminal import By, console, refuse, said_why
from evenhand.emergency.emergency import Proposal
from evenhand.emergency.wish import Wish
from evenhand.local import installation as local
from evenhand.records.persons import Person
from evenhand.settings import Settings, settings

if TYPE_CHECKING:
    from evenhand.emergency.propose import Proposed

app = typer.Typer(
    no_args_is_help=True,
    help="Impose or lift a measure now, or end what was imposed. It needs a reason, an end and a second person; what"
    " there is, evenhand emergencies lists.",
    epilog="Where Airflow runs by itself, use its DAG emergency_measure: there people are logged in.",
)

Named = Annotated[str, typer.Argument(help="What evenhand emergencies calls it.")]
Measure = Annotated[str, typer.Argument(help="A penalty or a reward of the market's pack, such as no_live.")]
Scope = Annotated[str, typer.Argument(help="What of the account it is about, as the pack has it, such as live.")]
Market = Annotated[str, typer.Option(help="The market, as the feeds spell it.")]
Until = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="The last day that it holds on.")]
Reason = Annotated[
    str, typer.Option(callback=said_why, help="Why. The accounts are told it as it stands; it names nobody.")
]
Accounts = Annotated[list[str] | None, typer.Option("--account", help="An account it meets; can be repeated.")]
Kind = Annotated[str, typer.Option(help="Instead of accounts, a segment: those of this kind, such as creator.")]
Stage = Annotated[str, typer.Option(help="Those at this stage, such as pilot.")]
Programme = Annotated[str, typer.Option(help="With --zone: those that stand in a zone of this programme.")]
Zone = Annotated[str, typer.Option(help="The zone.")]
ApprovedBy = Annotated[
    list[str] | None,
    typer.Option(help="The second person, where nobody logs in, and once more the third; else evenhand approve."),
]


@app.command()
def impose(
    measure: Measure,
    scope: Scope,
    market: Market,
    until: Until,
    reason: Reason,
    account: Accounts = None,
    kind: Kind = "",
    stage: Stage = "",
    programme: Programme = "",
    zone: Zone = "",
    by: By = "",
    approved_by: ApprovedBy = None,
) -> None:
    """Put a measure in force now, on accounts or on a segment of a market.

    It is in force from the newest night on, which is decided again, until its last day, and stands beside whatever the
    accounts have already: evenhand emergency impose no_live live --market ID --account ID-17500 --until 2026-11-07
    --reason "Fake prizes in lives"
    """
    wish = Wish(
        "impose", market, measure, scope, until.date(), reason, tuple(account or ()), kind, stage, programme, zone
    )
    _decide(_wished(wish), by, approved_by or ())


@app.command()
def lift(
    measure: Measure,
    scope: Scope,
    market: Market,
    until: Until,
    reason: Reason,
    account: Accounts = None,
    kind: Kind = "",
    stage: Stage = "",
    programme: Programme = "",
    zone: Zone = "",
    by: By = "",
    approved_by: ApprovedBy = None,
) -> None:
    """Take a measure back now, whatever brought it, from accounts or a segment of a market.

    It isn't in force from the newest night on, which is decided again, until the last day. What hasn't ended by then is
    in force again: evenhand emergency lift no_live live --market ID --stage restricted --until 2026-11-07
    --reason "A model was wrong about them"
    """
    wish = Wish(
        "lift", market, measure, scope, until.date(), reason, tuple(account or ()), kind, stage, programme, zone
    )
    _decide(_wished(wish), by, approved_by or ())


@app.command()
def end(emergency: Named, reason: Reason, by: By = "", approved_by: ApprovedBy = None) -> None:
    """End one measure that was imposed, by its name, for all its accounts; what else they have stays.

    It isn't in force from the newest night on, which is decided again. What policies brought, and what was imposed
    besides, stays: evenhand emergency end 2026-11-01T09-15-30Z-impose-3f2a1c --reason "It was somebody else"
    """
    from evenhand.emergency.ending import propose_end

    _decide(
        lambda author, release: propose_end(emergency, reason, author, settings().emergencies, release),
        by,
        approved_by or (),
    )


def emergencies() -> None:
    """List what people imposed or lifted themselves, the newest first."""
    from evenhand.emergency.record import EmergencyBroken, known

    try:
        found = known(settings().emergencies, date.max)
    except EmergencyBroken as error:
        refuse(str(error))
    if not found:
        console.print("There are none.")
        return
    for each in reversed(found):
        e = each.emergency
        console.print(f"[bold]{e.emergency_id}[/bold]  {e.said}", highlight=False, soft_wrap=True)
        console.print(
            f"  {e.first_night} to {e.until}, asked for by {e.author}, approved by {e.approved}: {e.reason}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )


def _wished(wish: Wish) -> Callable[[Person, Path], Proposed]:
    from evenhand.emergency.propose import propose as find
    from evenhand.policy.load import load_packs

    return lambda author, release: find(wish, author, load_packs(settings().policies), release)


def _decide(find: Callable[[Person, Path], Proposed], by: str, approved_by: Sequence[str]) -> None:
    from rich.markdown import Markdown

    from evenhand.notices.catalogs import load_catalogs
    from evenhand.release.history import history_of
    from evenhand.reports.catalogue import ENGLISH
    from evenhand.reports.language import Language

    here = settings()
    release = max(here.releases.glob("night=*"), default=None)
    if release is None or history_of(release):
        refuse(f"{here.releases}: no night is released yet, so nothing is in force; run evenhand nightly")
    with refusals_told():
        proposed = find(person(by), release)
        told = proposed.told(Language(ENGLISH, load_catalogs(here.translations)).label)
        console.print(Markdown(told))
        if approved_by:
            others = [second_person(name) for name in approved_by]
            take_now(proposed.proposal, others, datetime.now(UTC))
        form, author = proposed.proposal.model_dump(mode="json"), proposed.proposal.author
        propose("emergency", form, told, author, needs=proposed.proposal.needs)


def take_now(proposal: Proposal, approved_by: Sequence[Person], at: datetime) -> NoReturn:
    """Record an emergency that others approved, and become the run that decides the newest night again.

    A night that runs is waited for: it may release a later one, which was begun before this was known.
    """
    from evenhand.emergency.record import record
    from evenhand.release.manifest import read_manifest

    here = settings()
    before = max(here.releases.glob("night=*"))
    emergency = record(here.emergencies, proposal, approved_by[0], at, _night(before), *approved_by[1:2])
    said = f"Recorded as {emergency.emergency_id}."
    if _waited_for_a_run(here, said):
        said = "It has ended."
    release = max(here.releases.glob("night=*"))
    night = _night(release)
    if release != before and emergency.emergency_id in {each.emergency for each in read_manifest(release).emergencies}:
        _say(f"{said} Night {night}, which it released, has the emergency.")
        raise typer.Exit
    _say(f"{said} Night {night} is decided again; should that fail, `evenhand nightly {night}` does it.")
    local.become(here, ["evenhand", "nightly", str(night)])


def _waited_for_a_run(here: Settings, recorded: str) -> bool:
    waited = False
    while True:
        try:
            with local.one_at_a_time(here):
                return waited
        except local.LocalError:
            if not waited:
                _say(f"{recorded} Another run is under way, and waited for.")
            waited = True
            time.sleep(1)


def _night(release: Path) -> date:
    return date.fromisoformat(release.name.removeprefix("night="))


def _say(text: str) -> None:
    console.print(text, highlight=False, soft_wrap=True)
