"""`evenhand qa`: quality samples, before they are drawn, and what reviews say of all that nobody reviewed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import duckdb
import typer

from evenhand.commands.terminal import console, errors, market_named, plain_table, refuse, released
from evenhand.explain.labels import Labels
from evenhand.explain.names import NAMES, Names
from evenhand.notices.catalogs import load_catalogs
from evenhand.policy.prose.words import counted, spoken
from evenhand.release.figures import ALL_MARKETS, with_unit
from evenhand.release.quality_samples import GOLDEN, asked_about
from evenhand.reports.catalogue import ENGLISH
from evenhand.sampling.estimated import UNCLEAR
from evenhand.sampling.told import AGREEMENT, PARTS, is_gap, is_told, markets_of_gap
from evenhand.settings import Settings, settings

if TYPE_CHECKING:
    from evenhand.sampling.estimated import Estimate
    from evenhand.sampling.plan import Draw, Key

app = typer.Typer(no_args_is_help=True, help="Quality samples: what would be drawn for review, and what reviews say.")

# What can come out otherwise where reviewers err.
_SHARES = ("prevalence", "violative_view_rate", "wrong_decisions", "wrong_penalties")
_FAILED = "nothing can be drawn in {market} on {night}, for what landed of it makes its draw fail"

Night = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="NIGHT", help="The night; by default the newest released."),
]


@app.command()
def draw(
    budget: Annotated[int, typer.Option(min=1, metavar="N", help="How many items are reviewed in each market.")],
    night: Night = None,
    market: Annotated[str, typer.Option(metavar="MARKET", help="Only this market; by default each.")] = "",
    items: Annotated[bool, typer.Option("--items", help="Print what reviewers would get, an item a line.")] = False,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print it as JSON, the key too, but for golden items and what is being reviewed.",
        ),
    ] = False,
) -> None:
    """Show what a draw of a night's contents, decisions and penalties would be. Nothing is written or sent.

    The same night, market and budget give the same draw. Nights draw by themselves where marketplace.yml says a budget.
    """
    here = settings()
    on = released(here, night)
    draws, failed = _draws(here, on, budget)
    if market in failed:
        refuse(_FAILED.format(market=market, night=on))
    for other in failed:
        errors.print(f"{_FAILED.format(market=other, night=on)}.", highlight=False, soft_wrap=True, markup=False)
    if market and market not in draws:
        refuse(f"there is nothing to draw in {market} on {on}; there is in {', '.join(draws) or 'no market'}")
    chosen = [each for each in draws.values() if market in ("", each.market)]
    if as_json:
        asked = asked_about(here.releases)
        print(json.dumps([asdict(_told(each, asked)) for each in chosen], indent=2))
    elif items:
        for each in chosen:
            for item in each.items:
                # A link that landed may have anything in it; an item is a line all the same.
                print(f"{item.item_id}\t{''.join(sign for sign in item.link if sign.isprintable())}")
    elif chosen:
        _show(chosen)
    else:
        console.print(f"There is nothing to draw on {on}: no content gained views, nothing was decided or penalised.")


@app.command()
def estimates(
    night: Night = None,
    market: Annotated[str, typer.Option(metavar="MARKET", help="Only this market; by default each.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON, for machines.")] = False,
) -> None:
    """Show what the reviews of four weeks say of all that nobody reviewed, with reviewers' errors taken out.

    Prevalence of contents and of views, decisions and penalties that are wrong, agreement of reviewers, policies that
    are unclear to them, markets that differ, what nobody reviewed, and what the night's draw left out.
    """
    here = settings()
    on = released(here, night)
    found = _estimates(here, on)
    if market and market not in {each.market for each in found}:
        refuse(f"there are no reviews of {market} in the four weeks until {on}; a market is spelt as in the feeds")
    chosen = [
        each
        for each in found
        if market in ("", each.market) or (is_gap(each.estimate) and market in markets_of_gap(each.about))
    ]
    if as_json:
        print(json.dumps([{**asdict(each), "is_enough": each.is_enough} for each in chosen], indent=2))
    elif chosen:
        _show_estimates(chosen)
    else:
        console.print(f"Nothing was reviewed in the four weeks until {on}.")


def _estimates(here: Settings, night: date) -> Sequence[Estimate]:
    from evenhand.sampling.estimate import estimates as estimated

    with _computed(here, night) as connection:
        return estimated(connection, night)


@contextmanager
def _computed(here: Settings, night: date) -> Iterator[duckdb.DuckDBPyConnection]:
    """What a night was computed in, to read; ends the command where that can't be."""
    warehouse = here.warehouse(night)
    again = f"evenhand nightly {night} computes it again"
    if not warehouse.exists():
        refuse(f"what night {night} was computed in is gone; {again}")
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            yield connection
    except duckdb.IOException as error:
        if "lock" in str(error):
            refuse(f"night {night} is being worked on; ask again when its run has ended")
        refuse(f"what night {night} was computed in can't be read; {again}")
    except (duckdb.CatalogException, duckdb.BinderException):
        refuse(f"night {night} isn't computed whole, or was by an earlier version; {again}")


def _show_estimates(found: Sequence[Estimate]) -> None:
    numbers = ("reviews", "of golden items")
    table = plain_table("market", "of", "estimate", "95 % interval", *numbers, "", numbers=numbers)
    names = Names(Labels(load_catalogs(settings().translations), ENGLISH))
    for each in found:
        if not is_told(each.estimate, each.slice, each.about, each.is_enough, each.verdict):
            continue
        called = NAMES["estimate"][each.estimate]
        table.add_row(
            market_named(each.market),
            f"{called}: {_part(each, names)}" if each.about else called,
            *_said(each),
            f"{each.reviews:,}",
            f"{each.golden_reviews:,}" if each.golden_reviews else "",
            each.verdict,
        )
    console.print(table)
    if any(not each.golden_reviews and each.estimate in _SHARES for each in found):
        console.print("Where no reviews are of golden items, reviewers are taken to be never wrong.")
    # What is of a market's policy is of no other, and of all of them together it is said a second time.
    of_packs = [each for each in found if each.slice == "pack" and each.market != ALL_MARKETS]
    if unclear := [each for each in of_packs if each.verdict == UNCLEAR]:
        named = "; ".join(f"{_part(each, names)} in {each.market}" for each in unclear)
        console.print(f"Unclear policies, on which reviewers agree too little to conclude anything: {named}.")
    for of in ("wrong_decisions", "wrong_penalties"):
        gaps = [each for each in found if is_gap(each.estimate) and each.estimate.endswith(of)]
        if gaps and not any(each.verdict for each in gaps):
            pairs = counted(len(gaps), "pair")
            console.print(f"No two markets differ in {spoken(of)}, as far as {pairs} can tell.")


def _part(of: Estimate, names: Names) -> str:
    """What an estimate is of within its market, or the two markets that it is of."""
    by = of.slice or PARTS.get(of.estimate, "")
    return names.of(by, of.about) if by else spoken(of.about)


def _said(each: Estimate) -> tuple[str, str]:
    from evenhand.sampling.estimated import MINIMUM

    if not each.is_enough:
        return f"too few to say ({each.reviews:,} of {MINIMUM[each.estimate]:,} needed)", ""
    if each.value is None:
        return "can't be said", "" if each.interval_low is None else _between(each)
    return _figure(each, each.value), _between(each)


def _between(each: Estimate) -> str:
    if each.interval_low is None or each.interval_high is None:
        return ""
    return f"{_figure(each, each.interval_low)} to {_figure(each, each.interval_high)}"


def _figure(each: Estimate, value: float) -> str:
    return f"{value:.2f}" if each.estimate == AGREEMENT else with_unit(Decimal(f"{value:.6f}"), "share")


def _told(drawn: Draw, asked: frozenset[tuple[str, str]]) -> Draw:
    """A draw without the key of golden items, and of what reviewers are asked about: nobody is told before they answer.

    Args:
        asked: by market, the subjects and links of open items.
    """
    links = {each.item_id: each.link for each in drawn.items}

    def is_told(key: Key) -> bool:
        return key.stratum != GOLDEN and asked.isdisjoint(
            (drawn.market, of) for of in (key.subject, links[key.item_id])
        )

    return replace(drawn, key=tuple(each for each in drawn.key if is_told(each)))


def _draws(here: Settings, night: date, budget: int) -> tuple[dict[str, Draw], list[str]]:
    """The draw of each market, and the markets whose draw fails, which ends no other's."""
    # numpy is needed by this command alone.
    from evenhand.sampling.drawing import FAILS
    from evenhand.sampling.frame import frames
    from evenhand.sampling.plan import plan

    drawn: dict[str, Draw] = {}
    failed = []
    with _computed(here, night) as connection:
        for each in frames(connection, night, here.item_link):
            try:
                drawn[each.market] = plan(each, str(night), budget)
            except FAILS:
                failed.append(each.market)
    return drawn, failed


def _show(draws: list[Draw]) -> None:
    numbers = ("can be drawn", "drawn", "without views", "probability", "items")
    table = plain_table("market", "of", *numbers, numbers=numbers)
    for each in draws:
        for stratum in each.strata:
            of = [key for key in each.key if key.stratum == stratum.stratum and key.round == 1]
            chances = [key.probability for key in of if key.probability is not None]
            between = f"{min(chances):.3f} to {max(chances):.3f}" if chances else ""
            table.add_row(
                market_named(each.market),
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
        golden = len({key.item_id for key in each.key if key.stratum == GOLDEN})
        said = [
            f"{each.market}: {counted(len(each.items), 'item')} of {each.budget:,}, of them {golden:,} golden and"
            f" {second:,} for a second review."
        ]
        if each.golden_missing:
            said.append(f"There are too few golden items: {each.golden_missing:,} are missing.")
        if each.without_events:
            said.append(f"Not drawn, for they rest on no decision: {counted(each.without_events, 'penalty')}.")
        if each.too_large:
            said.append(f"Not drawn, for they need too many decisions: {counted(each.too_large, 'penalty')}.")
        if each.without_link:
            said.append(f"Without a link: {counted(each.without_link, 'item')}.")
        console.print(" ".join(said), highlight=False, soft_wrap=True, markup=False)
