"""`evenhand report`: what a night or a week came to, as a page and a spreadsheet for who answers for it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from evenhand.commands.terminal import console, refuse, released
from evenhand.settings import settings

app = typer.Typer(
    no_args_is_help=True,
    help="A night or a week for who answers for it: what changed and why, what waits, what is off target, what to do.",
)
Night = Annotated[
    datetime | None,
    typer.Option("--night", formats=["%Y-%m-%d"], metavar="NIGHT", help="The night; by default the newest released."),
]
Markets = Annotated[list[str] | None, typer.Option("--market", help="Only of this market; may be given several times.")]
Lang = Annotated[str, typer.Option("--lang", metavar="LANGUAGE", help="The language: en, id, pt_BR or zh.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", file_okay=False, help="Where to; by default reports/ below EVENHAND_HOME."),
]
Pages = Annotated[
    str,
    typer.Option("--pages", metavar="URL", help="The address of the pages, for links; by default EVENHAND_PAGES."),
]


@app.command()
def night(at: Night = None, market: Markets = None, language: Lang = "en", out: Out = None, pages: Pages = "") -> None:
    """Tell of a night, beside the one before it.

    evenhand report night --market ID --lang id
    """
    _write("night", at, market, language, out, pages)


@app.command()
def week(at: Night = None, market: Markets = None, language: Lang = "en", out: Out = None, pages: Pages = "") -> None:
    """Tell of the seven nights until the newest, beside the night before them.

    evenhand report week --night 2026-10-31 --market ID --lang id
    """
    _write("week", at, market, language, out, pages)


@app.command()
def check(file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)]) -> None:
    """Compute every number of an HTML report again from the releases that it was made of."""
    from evenhand.release.verify import ReleaseChanged
    from evenhand.reports.check import NoReport, check_report

    try:
        found = check_report(settings(), file)
    except (NoReport, ReleaseChanged) as error:
        refuse(str(error))
    for line in found.wrong[:20]:
        console.print(line, style="red", markup=False, highlight=False, soft_wrap=True)
    if found.wrong:
        refuse(f"{file}: {len(found.wrong):,} of {found.numbers:,} numbers aren't what the releases say")
    console.print(f"{file}: all {found.numbers:,} numbers are what the releases say", soft_wrap=True, highlight=False)


def _write(
    kind: str, at: datetime | None, markets: list[str] | None, language: str, out: Path | None, pages: str
) -> None:
    from pydantic import ValidationError

    from evenhand.notices.catalogs import load_catalogs
    from evenhand.release.manifest import OtherFormat
    from evenhand.release.verify import ReleaseChanged
    from evenhand.reports.files import write
    from evenhand.reports.language import Language, NoSuchWords
    from evenhand.reports.make import NoSuchMarket, report_of

    here = settings()
    of = released(here, at)
    try:
        report = report_of(here, "week" if kind == "week" else "night", of, language, markets or ())
        speaks = Language(language, load_catalogs(here.translations))
    except (NoSuchWords, NoSuchMarket, ReleaseChanged, OtherFormat) as error:
        refuse(str(error))
    except ValidationError as error:
        refuse(f"one of the nights until {of} was released by another version of Evenhand: {error}")
    for path in write(report, speaks, out or here.home / "reports" / f"night={of}", pages or here.pages):
        console.print(path, soft_wrap=True, highlight=False)
