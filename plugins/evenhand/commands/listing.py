"""`evenhand nights` and `evenhand quarantine`: what there is, a line each."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any

import duckdb
import typer
from rich.markup import escape

from evenhand.commands.terminal import console, plain_table, refuse, released
from evenhand.landing.contracts import BY_NAME
from evenhand.release.history import LACKS, history_of
from evenhand.release.manifest import OtherFormat, read_manifest
from evenhand.release.publish import revision_of
from evenhand.settings import settings

AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON, for machines.")]


def nights(as_json: AsJson = False) -> None:
    """List the nights that have landed or are released, the newest first: revision, rows in force, what is held."""
    from evenhand.landing.files import FeedBroken
    from evenhand.landing.files import nights as landed_nights

    here = settings()
    try:
        landed = set(landed_nights(here.landing))
    except FeedBroken as error:
        refuse(str(error))
    there = {date.fromisoformat(path.name.removeprefix("night=")) for path in here.releases.glob("night=*")}
    found = [_night(night, night in landed, night in there) for night in sorted(landed | there, reverse=True)]
    if as_json:
        print(json.dumps(found, indent=2))
        return
    counts_of = ("revision", "penalties", "rewards")
    table = plain_table("night", "landed", *counts_of, "held", "", numbers=counts_of)
    for each in found:
        counts = [f"{each[name]:,}" if name in each else "" for name in counts_of]
        note = each.get("note", "") if each["released"] else "not decided"
        table.add_row(
            each["night"], "yes" if each["landed"] else "nothing", *counts, ", ".join(each.get("held", ())), note
        )
    console.print(table if found else f"{here.landing}: nothing has landed, and no night is released.")


def quarantine(
    night: Annotated[
        datetime | None,
        typer.Argument(formats=["%Y-%m-%d"], metavar="NIGHT", help="The night; by default the newest released."),
    ] = None,
    feed: Annotated[str, typer.Option(help="Only rows of this feed.")] = "",
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Show so many rows.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the rows that a night didn't use: where each landed, the rule that it breaks, and what to do."""
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
    rows = [dict(zip(columns, row, strict=True)) for row in everything]
    if as_json:
        print(json.dumps(rows, default=str, indent=2))
        return
    for row in rows[:limit]:
        console.print(
            f"[bold]{row['feed']}[/bold] {escape(row['row_key'] or 'without a key')}: {escape(row['landed_file'])}, row"
            f" {row['landed_row']}, column {row['column_name'] or '-'}",
            highlight=False,
            soft_wrap=True,
        )
        console.print(f"  {row['rule']}. {row['remedy']}", highlight=False, markup=False, soft_wrap=True)
    of = f" of {feed}" if feed else ""
    shown = f"; {limit:,} are shown, --limit shows more" if len(rows) > limit else ""
    console.print(f"{len(rows):,} in quarantine{of} on night {chosen}{shown}.", highlight=False, soft_wrap=True)


def _night(night: date, is_landed: bool, is_released: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"night": str(night), "landed": is_landed, "released": is_released}
    if not is_released:
        return found
    release = settings().releases / f"night={night}"
    found["revision"] = revision_of(release)
    try:
        manifest = read_manifest(release)
    except (OtherFormat, ValueError):
        return {**found, "note": "released by another version"}
    found["penalties"] = manifest.files["penalties.parquet"].rows
    found["rewards"] = manifest.files["rewards.parquet"].rows
    found["held"] = [f"{each.list} of {each.market}" for each in manifest.held_lists if each.answer != "approved"]
    if manifest.history:
        return {**found, "history": True, "note": "history: never in force anywhere"}
    return {**found, "note": f"reversed to {manifest.reversed.back_to.night}"} if manifest.reversed else found
