"""What happened to an account and what is in force on it, told from a release alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table


class NoSuchAccount(Exception):
    """The release doesn't know the account."""


def tell(release: Path, account: str, console: Console) -> None:
    """Print who the account is, what happened to it, what is in force on it and why, and what it was told that night.

    Raises:
        NoSuchAccount: no account of this name was there on the night.
    """
    with duckdb.connect() as connection:
        profile = next(_rows(connection, release, "account_profiles", account), None)
        if not profile:
            raise NoSuchAccount(f"{release}: no account {account} on that night; names are spelt as in the feeds")
        console.print(_who(profile), highlight=False, soft_wrap=True)
        table = Table(box=None, pad_edge=False, header_style="dim")
        for column in ("day", "event", "what"):
            table.add_column(column)
        for step in _rows(connection, release, _timeline_of(release), account, "step"):
            table.add_row(str(step["on_day"]), step["event"].replace("_", " "), step["told"])
        if table.row_count:
            console.print(table, highlight=False)
        else:
            console.print("Nothing was ever decided about it.")
        for reason in _rows(connection, release, "reasons", account, "list, row_key"):
            what = "Penalty" if reason["list"] == "penalties" else "Reward"
            console.print(f"\n[bold]{what}[/bold] {reason['row_key']}", highlight=False)
            console.print(reason["explanation"], highlight=False, soft_wrap=True, markup=False)
        for notice in _rows(connection, release, "notices", account, "list, row_key, event"):
            console.print(f"\n[bold]Told that night[/bold] {notice['subject']}", highlight=False)
            console.print(notice["body"], highlight=False, soft_wrap=True, markup=False)


def _who(profile: dict[str, Any]) -> str:
    since = f" since {profile['stage_since']}" if profile["stage_since"] else ""
    shut = f"; not eligible for {profile['not_eligible_for']}" if profile["not_eligible_for"] else ""
    return (
        f"\n[bold]{profile['account_id']}[/bold]  {profile['kind']} in {profile['market']}, {profile['stage']}{since};"
        f" in force: penalties {profile['penalties']}, rewards {profile['rewards']}{shut}"
    )


def _timeline_of(release: Path) -> str:
    """The file of what happened: version 0.1 called it a story, and releases are never rewritten."""
    return "account_timeline" if (release / "account_timeline.parquet").exists() else "story"


def _rows(
    connection: duckdb.DuckDBPyConnection, release: Path, name: str, account: str, order: str = "account_id"
) -> Iterator[dict[str, Any]]:
    found = connection.execute(
        f"from read_parquet(?) where account_id = ? order by {order}", [str(release / f"{name}.parquet"), account]
    )
    names = [column for column, *_ in found.description or ()]
    for values in found.fetchall():
        yield dict(zip(names, values, strict=True))
