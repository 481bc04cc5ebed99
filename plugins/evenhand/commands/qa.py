"""`evenhand qa`: quality samples, before they are drawn."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from evenhand.commands.terminal import console, plain_table, refuse, released
from evenhand.policy.prose.words import counted
from evenhand.settings import Settings, settings

if TYPE_CHECKING:
    from evenhand.sampling.plan import Draw

app = typer.Typer(no_args_is_help=True, help="Quality samples: what would be drawn for review.")

Night = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="NIGHT", help="The night; by default the newest released."),
]


@app.callback()
def _qa() -> None:
    """A group, although it has one command so far."""


@app.command()
def draw(
    budget: Annotated[int, typer.Option(min=1, metavar="N", help="How many items are reviewed in each market.")],
    night: Night = None,
    market: Annotated[str, typer.Option(metavar="MARKET", help="Only this market; by default each.")] = "",
    items: Annotated[bool, typer.Option("--items", help="Print what reviewers would get, an item a line.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON, the key too.")] = False,
) -> None:
    """Show what a draw of a night's contents, decisions and penalties would be. Nothing is written or sent.

    The same night, market and budget give the same draw.
    """
    here = settings()
    on = released(here, night)
    draws = _draws(here, on, budget)
    if market and market not in draws:
        refuse(f"there is nothing to draw in {market} on {on}; there is in {', '.join(draws) or 'no market'}")
    chosen = [each for each in draws.values() if market in ("", each.market)]
    if as_json:
        print(json.dumps([asdict(each) for each in chosen], indent=2))
    elif items:
        for each in chosen:
            for item in each.items:
                print(f"{item.item_id}\t{item.link}")
    elif chosen:
        _show(chosen)
    else:
        console.print(f"There is nothing to draw on {on}: no content gained views, nothing was decided or penalised.")


def _draws(here: Settings, night: date, budget: int) -> dict[str, Draw]:
    # numpy is needed by this command alone.
    from evenhand.sampling.frame import frames, read
    from evenhand.sampling.plan import plan

    warehouse = here.warehouse(night)
    if not warehouse.exists():
        refuse(f"what night {night} was computed in is gone; evenhand nightly {night} computes it again")
    with read(warehouse) as connection:
        return {each.market: plan(each, str(night), budget) for each in frames(connection, night, here.item_link)}


def _show(draws: list[Draw]) -> None:
    numbers = ("can be drawn", "drawn", "without views", "probability", "items")
    table = plain_table("market", "of", *numbers, numbers=numbers)
    for each in draws:
        for stratum in each.strata:
            of = [key for key in each.key if key.stratum == stratum.stratum and key.round == 1]
            chances = [key.probability for key in of if key.probability is not None]
            between = f"{min(chances):.3f} to {max(chances):.3f}" if chances else ""
            table.add_row(
                each.market,
                stratum.stratum.replace("_", " "),
                f"{stratum.frame:,}",
                f"{stratum.drawn:,}",
                f"{stratum.without_views:,}",
                between,
                f"{len({key.item_id for key in of}):,}",
            )
    console.print(table)
    for each in draws:
        second = len({key.item_id for key in each.key if key.round == 2})
        golden = len({key.item_id for key in each.key if key.stratum == "golden"})
        said = [
            f"{each.market}: {counted(len(each.items), 'item')} of {each.budget:,}, of them {golden:,} golden and"
            f" {second:,} for a second review."
        ]
        if each.golden_missing:
            said.append(f"There are too few golden items: {each.golden_missing:,} are missing.")
        if each.without_events:
            said.append(f"Not drawn, for they rest on no decision: {counted(each.without_events, 'penalty')}.")
        if each.without_link:
            said.append(f"Without a link: {counted(each.without_link, 'item')}.")
        console.print(" ".join(said), highlight=False, soft_wrap=True, markup=False)
