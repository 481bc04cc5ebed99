"""`evenhand policy`: write, check, compare and read policy packs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from evenhand.commands.preapprove import preapprove
from evenhand.commands.terminal import console, errors, refuse
from evenhand.settings import settings

# Of the changes of a figure or a comparator, so many are noticed by examples that hold a pack fast.
LEAST_NOTICED = 0.95

app = typer.Typer(no_args_is_help=True, help="Write, check, try and compare policy packs.")

Paths = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[PATH]...", help="Packs, or folders with all that is in them; by default, all of ours."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the outcome as JSON, for machines.")]


@app.command()
def check(
    paths: Paths = None,
    as_json: AsJson = False,
    nights: Annotated[
        bool,
        typer.Option(
            "--nights",
            help="Decide nights, too: an empty and a small random one on each day on which a version that is or will be"
            " in force, or a part of it, begins or ends. Takes up to a minute; for CI, and before a change is merged.",
        ),
    ] = False,
) -> None:
    """Look for mistakes: in the language, and in what is said in it.

    Each is named with file, line and column. Exits with 1 if one is an error; a warning is something to look at.
    With --nights, also for what only breaks once a night is decided; it is tried where there is no error.
    """
    from evenhand.commands.policy_check import check as look

    here = settings()
    looked_at = _shortest(paths or [here.policies])
    checked = look(looked_at, here)
    if nights and not checked.count("error"):
        from evenhand.commands.policy_nights import try_all

        with errors.status("Deciding nights") as status:
            found = try_all(looked_at, here, date.today(), lambda said: status.update(f"Deciding nights: {said}"))
        checked = replace(checked, findings=(*checked.findings, *found))
    elif nights:
        errors.print("No night is tried while there are errors: mend them, and run this again.", highlight=False)
    counts = {"packs": checked.packs, "errors": checked.count("error"), "warnings": checked.count("warning")}
    if as_json:
        print(json.dumps({**counts, "findings": [asdict(finding) for finding in checked.findings]}, indent=2))
    else:
        for finding in checked.findings:
            console.print(
                str(finding),
                style="red" if finding.severity == "error" else "yellow",
                soft_wrap=True,
                highlight=False,
                markup=False,
            )
        console.print(", ".join(_counted(number, word) for word, number in counts.items()), highlight=False)
    if counts["errors"]:
        raise typer.Exit(1)


@app.command("test")
def try_examples(paths: Paths = None, as_json: AsJson = False) -> None:
    """Run the worked examples of packs through the models of the nightly run: expected against found.

    An example is judged by every version of its pack that is given. Exits with 1 if anything comes out otherwise.
    """
    from evenhand.commands.try_examples import try_examples as run
    from evenhand.policy.texts import PackError

    try:
        as_expected = run(_shortest(paths or [settings().policies]), as_json)
    except PackError as error:
        refuse(str(error))
    if not as_expected:
        raise typer.Exit(1)


@app.command()
def mutants(
    paths: Paths = None,
    every: Annotated[int, typer.Option(min=1, metavar="N", help="Of N changes that can be made, make one.")] = 1,
) -> None:
    """Change every figure and comparator of packs, one at a time, and name the changes that no example notices.

    Exits with 1 if examples notice fewer than 95 of 100.
    """
    from evenhand.deciding.mutants import ExamplesFail, try_mutants
    from evenhand.policy.texts import PackError

    try:
        with errors.status("Changing packs") as status:
            tried = try_mutants(_shortest(paths or [settings().policies]), every, status.update)
    except (ExamplesFail, PackError) as error:
        refuse(str(error))
    for survivor in tried.survivors:
        console.print(
            f"no example notices {survivor.path}: {survivor.change}", soft_wrap=True, highlight=False, markup=False
        )
    noticed = tried.mutants - len(tried.survivors)
    console.print(f"{noticed} of {tried.mutants} changes fail an example: {tried.score:.1%}", highlight=False)
    if tried.score < LEAST_NOTICED:
        raise typer.Exit(1)


@app.command("diff")
def compare(
    old: Annotated[str, typer.Argument(metavar="A", help="A pack: its file, its name, or NAME@VERSION.")],
    new: Annotated[str, typer.Argument(metavar="B", help="Another, such as the next version of it.")],
    as_json: AsJson = False,
) -> None:
    """Say what is otherwise in B than in A, as a person would have to be told it."""
    from evenhand.policy.diff import diff
    from evenhand.policy.load import find_pack, load_pack, with_those_read
    from evenhand.policy.prose.neighbours import beside
    from evenhand.policy.prose.words import edition
    from evenhand.policy.texts import PackError

    try:
        loaded = [load_pack(find_pack(named, settings().policies)) for named in (old, new)]
    except PackError as error:
        refuse(str(error))
    one, other = (each.pack for each in loaded)
    with beside(each.pack for each in with_those_read(loaded)):
        changes = diff(one, other)
    if as_json:
        print(json.dumps([asdict(change) for change in changes], indent=2, ensure_ascii=False))
        return
    console.print(f"From {edition(one)}\n  to {edition(other)}", soft_wrap=True, highlight=False)
    about = None
    for change in changes:
        if change.about != about:
            about = change.about
            console.print(f"\n{about}", style="bold", soft_wrap=True, highlight=False, markup=False)
        console.print(f"  {change.said}", soft_wrap=True, highlight=False, markup=False)
    if not changes:
        console.print("\nBoth decide the same.")


@app.command("brief")
def write_brief(
    pack: Annotated[
        str, typer.Argument(metavar="PACK", help="The pack as it is to be: its file, name, or NAME@VERSION.")
    ],
    against: Annotated[str, typer.Option("--against", metavar="OLD", help="The pack as it is now, named likewise.")],
    language: Annotated[
        str, typer.Option("--lang", metavar="LANGUAGE", help="The language: en, id, pt_BR or zh.")
    ] = "en",
) -> None:
    """Tell reviewers, operations and creators what a change of a pack means, with examples on both sides of its bounds.

    It is Markdown: send it, or put it into a page.
    """
    from evenhand.notices.catalogs import REFERENCE, load_catalogs
    from evenhand.policy.load import find_pack, load_pack, with_those_read
    from evenhand.policy.prose.brief import brief
    from evenhand.policy.prose.neighbours import beside
    from evenhand.policy.texts import PackError
    from evenhand.reports.language import Language, NoSuchWords
    from evenhand.reports.pack_speech import PackSpeech

    folder = settings().policies
    try:
        loaded = [load_pack(find_pack(named, folder)) for named in (against, pack)]
        speaks = Language(language, load_catalogs(settings().translations), folder)
    except (PackError, NoSuchWords) as error:
        refuse(str(error))
    old, changed = (each.pack for each in loaded)
    with beside(each.pack for each in with_those_read(loaded)):
        print(brief(old, changed, None if language == REFERENCE else PackSpeech(speaks)), end="")


@app.command()
def new(
    market: Annotated[str, typer.Argument(help="The market, spelt as in the feed creators.")],
    like: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="PACK", help="Extend this pack or base: a file, or the name of one of our packs."
        ),
    ] = None,
    effective_from: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="Its first day; by default the first of next month."),
    ] = None,
) -> None:
    """Write a pack to begin with: a small one with comments and two worked examples."""
    from evenhand.policy.load import find_pack
    from evenhand.policy.new import NotNew, new_pack
    from evenhand.policy.texts import PackError

    folder = settings().policies
    first = effective_from.date() if effective_from else _first_of_next_month(date.today())
    try:
        path = new_pack(market, folder, first, find_pack(like, folder) if like else None)
    except (NotNew, PackError) as error:
        refuse(str(error))
    (path,) = _shortest([path])
    console.print(f"Wrote {path}", soft_wrap=True, highlight=False)
    console.print(f"Edit it, then: evenhand policy check {path}; evenhand policy test {path}", soft_wrap=True)


def _first_of_next_month(today: date) -> date:
    return (today.replace(day=1) + timedelta(days=31)).replace(day=1)


@app.command()
def docs(
    paths: Paths = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to; by default policy-docs below EVENHAND_HOME.")
    ] = None,
) -> None:
    """Write a readable page per pack: who is affected, what counts, what follows, what is new, and examples."""
    from evenhand.policy.load import load_all, load_each, packs_in
    from evenhand.policy.prose.pages import write_pages
    from evenhand.policy.texts import PackError

    here = settings()
    try:
        packs = load_all(_shortest(paths or [here.policies]))
    except PackError as error:
        refuse(str(error))
    # The version before one lies beside it, also where only one of them is asked for.
    beside, _ = load_each(file for folder in {each.path.parent for each in packs} for file in packs_in(folder))
    for path in _shortest(write_pages(packs, beside, out or here.home / "policy-docs")):
        console.print(f"Wrote {path}", soft_wrap=True, highlight=False)


@app.command()
def schema(
    reference: Annotated[
        bool, typer.Option("--reference", help="Write docs/policy-reference.md instead, for people.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; by default schema.json among our packs.")
    ] = None,
) -> None:
    """Write the JSON Schema of the language, which editors complete and check packs with as you type."""
    from evenhand.policy.schema import NAME, schema_text
    from evenhand.reference.policy import reference_text

    here = settings()
    path = out or (here.project / "docs" / "policy-reference.md" if reference else here.policies / NAME)
    path.write_text(reference_text() if reference else schema_text(), encoding="utf-8")
    (path,) = _shortest([path])
    console.print(f"Wrote {path}", soft_wrap=True, highlight=False)


def _counted(number: int, words: str) -> str:
    return f"{number or 'no'} {words.removesuffix('s') if number == 1 else words}"


def _shortest(paths: Sequence[Path]) -> list[Path]:
    """Paths as they are seen from here, where that is shorter: they are printed with every mistake."""
    here = Path.cwd()
    return [path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path for path in paths]


@app.command("migrate")
def rename_keys(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="The folder of the packs; by default ours.")
    ] = None,
) -> None:
    """Rename the keys of packs that an earlier version of the language called otherwise; all else stays as it is.

    It is recorded in preapproved.yml that the rewritten packs say the same: nothing is held for it.
    """
    from evenhand.policy.migrate import migrate
    from evenhand.policy.texts import PackError

    try:
        done = migrate(folder or settings().policies)
    except PackError as error:
        refuse(str(error))
    for each in done:
        (path,) = _shortest([each.path])
        console.print(f"Rewrote {path}: {_counted(each.keys, 'keys')}", soft_wrap=True, highlight=False)
    if not done:
        console.print("Every key is as the language has it today.")


app.command()(preapprove)
