"""What a night would come to, for the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from evenhand.approval.answers import FILES_OF
from evenhand.commands.terminal import market_named, plain_table
from evenhand.landing.held_markets import decided_alone
from evenhand.policy.prose.words import counted
from evenhand.release.held_names import held_called, why_once
from evenhand.tasks.dry_run import Outcome


def show_dry_run(outcome: Outcome, to: Console) -> None:
    """Print what a night would come to; nothing of it was released or sent."""
    to.print(f"\n[bold]Night {outcome.night}[/bold] would come to, if it were decided now:", highlight=False)
    for name, rows in outcome.rows:
        to.print(f"  {rows:,} {name} in force", highlight=False)
    for feed, rows in outcome.quarantined:
        to.print(f"  {counted(rows, 'row')} of {feed} in quarantine", highlight=False)
    table = plain_table("list", "market", "change", "cause", "rows", numbers=["rows"])
    for name, market, change, cause, rows in outcome.changes:
        table.add_row(name, escape(market_named(market)), change, cause, f"{rows:,}")
    to.print(table if outcome.changes else "  No row of a list changes against the release before.", highlight=False)
    for held_market in outcome.held_markets:
        if decided_alone(held_market.why):
            continue
        to.print(f"[bold red]Not decided[/bold red] {escape(str(held_market))}", highlight=False, soft_wrap=True)
    apart = why_once(outcome.held_lists)
    for held in outcome.held_lists:
        to.print(
            f"[bold yellow]Would be held[/bold yellow] {escape(held_called(held.list, held.market))}"
            + ("" if held.list in FILES_OF else f": {counted(held.changes, 'row')} would change"),
            highlight=False,
        )
        own, first = apart[held.list, held.market]
        for why in (*own, *([f"And as {held_called(first, held.market)}, above"] if first else [])):
            to.print(f"  {escape(why)}", highlight=False, soft_wrap=True)
    to.print("Nothing was released or sent.", highlight=False)
