"""`evenhand cases` and `evenhand case`: what a person must look at, who has it, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from evenhand.commands.persons import person
from evenhand.commands.proposing import refusals_told
from evenhand.commands.terminal import By, console, market_named, plain_table, refuse, said_why, say_entry
from evenhand.records.persons import Person
from evenhand.records.written import in_one_line
from evenhand.settings import settings

if TYPE_CHECKING:
    from evenhand.cases.case import Case
    from evenhand.cases.store import Cases
    from evenhand.cases.weighed import Weighed

app = typer.Typer(
    no_args_is_help=True,
    help="Look at a case and work at it: a held list, an open appeal, an undecided detection, an enforcement gap, a QA"
    " disagreement, an account near closing, or an escalation. `evenhand cases` lists them.",
    epilog="A case decides nothing: a held list is answered with evenhand answer, a measure now is asked for with"
    " evenhand emergency. With people.yml, working at a case needs the right work_cases for its market.",
)
AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON, for machines.")]
CaseId = Annotated[str, typer.Argument(metavar="CASE", help="What it is called: see evenhand cases.")]
Reason = Annotated[
    str, typer.Option("--reason", metavar="TEXT", callback=said_why, help="Why; it is kept in the case's history.")
]
Seen = Annotated[
    int | None,
    typer.Option(metavar="VERSION", help="The version that you saw (case show): refused if somebody changed it since."),
]


def cases(
    market: Annotated[str, typer.Option(help="Only of this market.")] = "",
    kind: Annotated[str, typer.Option(help="Only of this kind, such as appeal or held_list.")] = "",
    owner: Annotated[str, typer.Option(metavar="NAME", help="Only those that this person has.")] = "",
    nobody: Annotated[bool, typer.Option("--nobody", help="Only those that nobody has.")] = False,
    due_within: Annotated[
        int | None, typer.Option(metavar="DAYS", help="Only with at most so many days left; 0 for today and overdue.")
    ] = None,
    closed: Annotated[bool, typer.Option("--closed", help="Those that are closed instead.")] = False,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Show so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what a person must look at, what matters most first: overdue, then expected harm × urgency.

    Which appeals will be late this week, and who has them: evenhand cases --kind appeal --due-within 7
    """
    from evenhand.cases.export import rows_of
    from evenhand.cases.kinds import KINDS
    from evenhand.cases.priority import FORMULA
    from evenhand.cases.store import reading
    from evenhand.policy.prose.words import days

    if kind and kind not in KINDS:
        refuse(f"there is no kind {kind!r}; there are {', '.join(KINDS)}")
    here = settings()
    with _told(), reading(here.home, here.cases) as store:
        night, is_looked_at = store.as_of(), store.looked() is not None
        rows = [
            row
            for row in rows_of(store, night)
            if (row["state"] == "closed") == closed
            and market in ("", row["market"])
            and kind in ("", row["kind"])
            and owner in ("", row["owner"])
            and not (nobody and row["owner"])
            and (due_within is None or row["days_left"] <= due_within)
        ]
    if as_json:
        print(json.dumps(rows[:limit], indent=2, default=str))
        return
    if not rows:
        none = f"There are no such cases as of night {night}."
        console.print(none if is_looked_at else "No night was looked at for cases yet.", highlight=False)
        return
    table = plain_table(
        "Case", "What", "Market", "Days left", "Who has it", "Priority", numbers=("Days left", "Priority")
    )
    for row in rows[:limit]:
        owner_of_it = f"{row['owner']}{' (level ' + str(row['level']) + ')' if row['level'] else ''}"
        left = str(row["days_left"]) if row["days_left"] >= 0 else f"{days(-row['days_left'])} overdue"
        said = (
            row["case_id"],
            in_one_line(row["title"]),
            market_named(row["market"]),
            left,
            owner_of_it or "nobody",
            f"{row['priority']:,.1f}",
        )
        table.add_row(*map(escape, said))
    console.print(table)
    more = f" Shown are {limit:,} of {len(rows):,}; --limit shows more." if len(rows) > limit else ""
    console.print(f"As of night {night}. Priority: {FORMULA}.{more}", soft_wrap=True, highlight=False)


@app.command()
def show(case: CaseId, as_json: AsJson = False) -> None:
    """Show a case: its facts, its deadline, what its priority is made of, and all that became of it."""
    from evenhand.cases.kinds import KINDS
    from evenhand.cases.store import reading
    from evenhand.cases.weighed import weighed_in
    from evenhand.policy.prose.words import days

    here = settings()
    with _told(), reading(here.home, here.cases) as store:
        found = store.case(case)
        if found is None:
            refuse(f"there is no case {case}; evenhand cases lists those that there are")
        now = weighed_in(store, found)
    if as_json:
        print(json.dumps(_facts(found, now), indent=2, default=str))
        return
    say_entry(f"{found.case_id}, version {found.version}: {in_one_line(found.cause.title)}")
    kind = KINDS[found.cause.kind].label
    level = f", escalated to level {found.level}" if found.level else ""
    _say(f"{kind} of {market_named(found.cause.market)}, {found.state}, {found.owner or 'nobody'} has it{level}")
    said = f"{days(now.days_left)} left" if now.days_left >= 0 else f"{days(-now.days_left)} overdue"
    _say(f"To be answered by {now.due}: {said} as of night {now.night}")
    for fact in found.cause.facts:
        say_entry(f"  {fact}")
    if found.state == "open":
        _say(f"Priority {now.priority:,.1f} = expected harm {now.harm:,.2f} × urgency {now.urgency:.2f}")
        for part in now.added_by[:10]:
            say_entry(f"  {part}")
    for event in found.events:
        said = event.content.get("text") or event.content.get("why") or event.content.get("owner") or ""
        say_entry(f"{event.at:%Y-%m-%d %H:%M} UTC  {event.action} by {event.who}{': ' if said else ''}{said}")


@app.command()
def told(
    of: Annotated[str, typer.Option("--person", metavar="NAME", help="Only what this person was told.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show who was told what of their cases, the newest night first; with what went wrong, if it did."""
    from evenhand.cases.store import reading

    here = settings()
    with _told(), reading(here.home, here.cases) as store:
        rows = [row for row in store.messages() if of in ("", row["person"])]
    if as_json:
        print(json.dumps(rows, indent=2, default=str))
        return
    for row in rows:
        how = f"wasn't told: {row['error']}" if row["error"] else f"was told at {row['address']}"
        say_entry(f"Night {row['night']}: {row['person']} {how}")
        for line in row["told"].splitlines():
            _say(f"  {line}")
    if not rows:
        _say("Nobody was told anything so far.")


@app.command("open")
def open_(
    market: Annotated[str, typer.Option(help="The market, or all.")],
    about: Annotated[str, typer.Option(metavar="TEXT", help="What it is about; one case for each kind and this.")],
    title: Annotated[str, typer.Option(metavar="TEXT", help="A line for people.")],
    kind: Annotated[str, typer.Option(help="Its kind.")] = "escalation",
    account: Annotated[list[str] | None, typer.Option(help="An account that it is about; can be repeated.")] = None,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Open a case by hand; no night closes it.

    evenhand case open --market ID --about "press call of 3 March" --title "They ask about a live" --account ID-17500
    """
    from evenhand.cases.work import open_case

    here = settings()

    def do(store: Cases, who: Person) -> Case:
        return open_case(store, here.home, who, kind, market, about, title, account or (), store.as_of())

    _done(do, by, as_json)


@app.command()
def assign(
    case: CaseId,
    to: Annotated[str, typer.Option(metavar="NAME", help="Who is to have it, as they log in.")],
    seen: Seen = None,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Have somebody else have a case."""
    from evenhand.cases import work

    _done(lambda store, who: work.assign(store, settings().home, who, case, to, seen), by, as_json)


@app.command()
def take(case: CaseId, seen: Seen = None, by: By = "", as_json: AsJson = False) -> None:
    """Have a case oneself, if nobody else has it."""
    from evenhand.cases import work

    _done(lambda store, who: work.take(store, settings().home, who, case, seen), by, as_json)


@app.command()
def comment(
    case: CaseId,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What you have to say.")],
    seen: Seen = None,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Say something of a case."""
    from evenhand.cases import work

    _done(lambda store, who: work.comment(store, settings().home, who, case, text, seen), by, as_json)


@app.command()
def escalate(case: CaseId, reason: Reason, seen: Seen = None, by: By = "", as_json: AsJson = False) -> None:
    """Have the person of the next level have it: people.yml says who that is for the market (`level`)."""
    from evenhand.cases import work

    _done(lambda store, who: work.escalate(store, settings().home, who, case, reason, seen), by, as_json)


@app.command()
def close(case: CaseId, reason: Reason, seen: Seen = None, by: By = "", as_json: AsJson = False) -> None:
    """Close a case; it returns only on new facts. A held list's case is closed by its answer alone."""
    from evenhand.cases import work

    _done(lambda store, who: work.close(store, settings().home, who, case, reason, store.as_of(), seen), by, as_json)


@app.command()
def reopen(case: CaseId, reason: Reason, seen: Seen = None, by: By = "", as_json: AsJson = False) -> None:
    """Open a closed case again."""
    from evenhand.cases import work

    _done(lambda store, who: work.reopen(store, settings().home, who, case, reason, store.as_of(), seen), by, as_json)


def _done(do: Callable[[Cases, Person], Case], by: str, as_json: bool) -> None:
    from evenhand.cases.store import writing
    from evenhand.cases.weighed import weighed_in

    here = settings()
    with _told():
        who = person(by)
        with writing(here.home, here.cases) as store:
            case = do(store, who)
            now = weighed_in(store, case)
    if as_json:
        print(json.dumps(_facts(case, now), indent=2, default=str))
        return
    _say(f"{case.case_id} is {case.state}, version {case.version}; {case.owner or 'nobody'} has it.")


@contextmanager
def _told() -> Iterator[None]:
    from evenhand.cases.store import CaseChanged, CasesBroken
    from evenhand.cases.work import WorkRefused

    with refusals_told():
        try:
            yield
        except (CaseChanged, CasesBroken, WorkRefused) as error:
            refuse(str(error))


def _facts(case: Case, now: Weighed) -> dict[str, Any]:
    return {
        "case_id": case.case_id,
        "version": case.version,
        "state": case.state,
        "owner": case.owner,
        "level": case.level,
        "opened_on": case.opened_on,
        "due": now.due,
        "days_left": now.days_left,
        **case.cause.as_content(),
        "harm": now.harm,
        "parts": list(now.parts),
        "events": [
            {"at": event.at, "action": event.action, "by": event.who, "content": dict(event.content)}
            for event in case.events
        ],
    }


def _say(text: str) -> None:
    console.print(text, soft_wrap=True, highlight=False, markup=False)
