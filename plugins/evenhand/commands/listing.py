"""`evenhand nights`: what there is, a line each."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any

import typer

from evenhand.commands.terminal import console, plain_table, refuse
from evenhand.release.held_names import held_called
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
    found["held"] = [held_called(each.list, each.market) for each in manifest.held_lists if each.answer != "approved"]
    if manifest.history:
        return {**found, "history": True, "note": "history: never in force anywhere"}
    return {**found, "note": f"reversed to {manifest.reversed.back_to.night}"} if manifest.reversed else found
