"""`evenhand quarantine`: the rows that a night didn't use, as they landed, with why and what to do."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import duckdb
import typer

from evenhand.commands.listing import AsJson
from evenhand.commands.terminal import console, refuse, released
from evenhand.landing.contracts import BY_NAME
from evenhand.records.written import by_numbers
from evenhand.release.history import LACKS, history_of
from evenhand.settings import settings

# So much of a line is shown.
_LONGEST = 200


def quarantine(
    night: Annotated[
        datetime | None,
        typer.Argument(formats=["%Y-%m-%d"], metavar="NIGHT", help="The night; by default the newest released."),
    ] = None,
    feed: Annotated[str, typer.Option(help="Only rows of this feed.")] = "",
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Show so many rows.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the rows that a night didn't use: where each landed, what it says, the rule that it breaks, what to do."""
    if feed and feed not in BY_NAME:
        refuse(f"there is no feed {feed}; there are {', '.join(BY_NAME)}")
    chosen = released(settings(), night)
    release = settings().releases / f"night={chosen}"
    file = release / "quarantine.parquet"
    if history_of(release) and not file.exists():
        refuse(f"night {chosen} is history. {LACKS}")
    with duckdb.connect() as connection:
        of_feed = connection.sql("from read_parquet($1) where $2 in ('', feed)", params=[str(file), feed])
        columns, everything = of_feed.columns, of_feed.fetchall()
    broken = [_without_persons(dict(zip(columns, row, strict=True))) for row in everything]
    # A row can break several rules.
    rows: dict[tuple[str, str, int], list[dict[str, Any]]] = defaultdict(list)
    for each in broken:
        rows[each["feed"], each["landed_file"], each["landed_row"]].append(each)
    shown = list(rows.values())[: None if as_json else limit]
    _add_lines([each for row in shown for each in row])
    if as_json:
        print(json.dumps(broken, default=str, indent=2))
        return
    named = _names_of_feeds()
    for row in shown:
        _show(row, named[row[0]["feed"]])
    of = f" of {feed}" if feed else ""
    more = f"; {limit:,} are shown, --limit shows more" if len(rows) > limit else ""
    _say(f"{len(rows):,} in quarantine{of} on night {chosen}{more}.")


def _names_of_feeds() -> Mapping[str, str]:
    from evenhand.notices.catalogs import load_catalogs
    from evenhand.reports.catalogue import ENGLISH
    from evenhand.reports.language import Language

    speaks = Language(ENGLISH, load_catalogs(settings().translations))
    return {feed: speaks.label("feed", feed) for feed in BY_NAME}


def _without_persons(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what can name who works for the marketplace, which a release of before has."""
    hidden = ("text", "meant") if BY_NAME[row["feed"]].may_name_a_person(row["column_name"]) else ()
    return {name: None if name in hidden else value for name, value in row.items()}


def _show(row: Sequence[Mapping[str, Any]], feed: str) -> None:
    first = row[0]
    line = f", line {first['line']}" if first.get("line") else ""
    key = by_numbers(first["row_key"]) if first["row_key"] else "without a key"
    _say(f"{feed}: {key} ({first['landed_file']}, row {first['landed_row']}{line})", style="bold")
    for each in row:
        column, text = each["column_name"], each.get("text")
        where = f"column {column}" if column else "the line"
        if BY_NAME[each["feed"]].may_name_a_person(column):
            says = " isn't shown, for it can name who decided or reviewed"
        elif "text" not in each:
            # A release of before doesn't tell.
            says = ""
        else:
            says = " says nothing" if text is None else f" says {_quoted(text)}"
        meant = f" Likely meant: {_quoted(each['meant'])}." if each.get("meant") else ""
        _say(f"  {where}{says}: {each['rule']}. {each['remedy']}{meant}")


def _add_lines(rows: Sequence[dict[str, Any]]) -> None:
    """Say of rows of CSV files which line each begins on, as far as their bytes are still what they were."""
    from evenhand.landing.kept import FOLDER, KeptFiles
    from evenhand.landing.kept_lines import lines_of

    kept = KeptFiles(settings().home / FOLDER)
    without: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if "line" in row and not row["line"]:
            without[row["landed_file"]].append(row)
    for name, of_file in without.items():
        lines = lines_of(kept, name, {row["landed_row"]: row["row_key"] for row in of_file})
        for row in of_file:
            row["line"] = lines.get(row["landed_row"])


def _quoted(text: str) -> str:
    short = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return f"`{by_numbers(short)}`"


def _say(text: str, style: str | None = None) -> None:
    console.print(text, style=style, highlight=False, markup=False, soft_wrap=True)
