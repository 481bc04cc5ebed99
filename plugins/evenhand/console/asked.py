"""What pages are asked for in their addresses, and that what there isn't is refused, with what there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from fastapi import HTTPException, Query, Request
from fastapi.routing import APIRoute

from evenhand.console import listing, tonight
from evenhand.console.policies import policies
from evenhand.console.reader import language_among, languages, say
from evenhand.console.shown import Shown
from evenhand.console.tables import STAGES, Listed
from evenhand.explain.names import LISTS
from evenhand.records.databases import parquet, reading
from evenhand.records.sql_files import SqlFile
from evenhand.release.figures import ALL_MARKETS

_SQL = SqlFile(__file__)

# What says which markets a release knows.
_OF_MARKETS = ("account_profiles", "penalties", "rewards", "operational_metrics")

Night = Annotated[date | None, Query(description="The night; by default the newest that is released.")]
Against = Annotated[str, Query(description="A night to compare with, or `week`; by default the night before.")]
Market = Annotated[str, Query(description="A market; by default all together, or the first of those that are seen.")]
Slice = Annotated[
    str, Query(alias="slice", description="What a metric is told by, such as category; by default all of them.")
]


def market_of(asked: str, shown: Shown) -> str:
    """The market that a page is about.

    Raises:
        HTTPException: the one that was asked for isn't there, or isn't seen: that says the same.
    """
    if not asked:
        return ALL_MARKETS if shown.markets is None else min(shown.markets)
    if asked != ALL_MARKETS or shown.markets is not None:
        refuse_unknown_market(asked, shown)
    return asked


def refuse_unknown_market(asked: str, shown: Shown, besides: Iterable[str] = ()) -> None:
    """Refuse a market that no released night knows, and for which there is no pack: pages lead from night to night.

    Args:
        besides: those that are known where the page looks.

    Raises:
        HTTPException: it isn't there, or isn't seen: that says the same.
    """
    there = {*_markets(shown), *besides}
    if asked in there or (shown.sees(asked) and _is_known_otherwise(asked, shown)):
        return
    raise HTTPException(
        404,
        say(
            "night %(night)s knows no market %(market)s; there are %(there)s",
            night=shown.night,
            market=asked,
            there=_all(there),
        ),
    )


def refuse_unknown_kind(asked: str, there: Iterable[str]) -> None:
    """Refuse a kind that isn't among those that there are.

    Raises:
        HTTPException: it isn't.
    """
    if asked not in (known := list(there)):
        raise HTTPException(404, say("there is no kind %(kind)s; there are %(there)s", kind=asked, there=_all(known)))


def refuse_unknown_slice(asked: str, there: Iterable[str]) -> None:
    """Refuse a slice that a metric isn't told by.

    Raises:
        HTTPException: it isn't.
    """
    if asked not in (known := set(there)):
        raise HTTPException(
            404,
            say("the metric has no slice %(slice)s; there are %(there)s", slice=asked, there=_all(known)),
        )


def refuse_unknown_language(request: Request) -> None:
    """Refuse a language that neither the pages are in nor, where a page is asked for in one of its own, that is.

    Raises:
        HTTPException: there are no pages in it.
    """
    asked = request.query_params.get("lang", "")
    if not asked or language_among(asked) or "lang" in _of_route(request):
        return
    raise HTTPException(
        404, say("there are no pages in %(language)s; there are %(there)s", language=asked, there=_all(languages()))
    )


def refuse_unknown_choices(listed: Listed, found: Shown, before: Shown | None, asked: listing.Asked) -> None:
    """Refuse what was chosen of a list's column that no row has and that there isn't: a market, kind, stage or list.

    What is a pack's own to name, such as a measure, is one of which there is no row.

    Raises:
        HTTPException: it isn't there.
    """
    unknown = {
        name: value
        for name, value in sorted(asked.chosen.items())
        if name in _VOCABULARIES and listed.column(name) and value and value not in _VOCABULARIES[name](found)
    }
    if not unknown or (listed.is_compared and before is None and not listed.is_alone_too):
        return
    rows = listing.find(listed, found, before, listing.Asked(asked.night, against=asked.against))
    for name, value in unknown.items():
        there = [key for key, _ in rows.choices.get(name, ()) if key]
        if name == "market":
            refuse_unknown_market(value, found, there)
        elif value not in there:
            raise HTTPException(
                404,
                say(
                    "the column %(name)s has no %(value)s; there are %(there)s",
                    name=name,
                    value=value,
                    there=_all({*there, *_VOCABULARIES[name](found)}),
                ),
            )


def _of_route(request: Request) -> Sequence[str]:
    """What the route of a request reads of its address itself."""
    route = request.scope["route"]
    return [each.name for each in route.dependant.query_params] if isinstance(route, APIRoute) else []


def _markets(of: Shown) -> Set[str]:
    """The markets that are seen of which a night knows something."""
    return {each for each in _markets_known(of.folder) | tonight.waiting_markets(of) if of.sees(each)}


# A revision's folder never changes.
@lru_cache(maxsize=4096)
def _markets_known(folder: Path) -> frozenset[str]:
    """The markets of which a release has an account, a row of a list or a figure, whoever sees them."""
    found: set[str] = set()
    with reading() as connection:
        for path in (folder / f"{name}.parquet" for name in _OF_MARKETS):
            # Nights of a history, and releases of earlier versions, lack some.
            if path.exists():
                found.update(name for (name,) in connection.execute(_SQL("markets", rows=parquet(path))).fetchall())
    return frozenset(found - {ALL_MARKETS})


def _kinds(of: Shown) -> Set[str]:
    return {kind for each in policies(of) for kind in each.pack.applies_to}


# What there is of a column, whether or not a row of the night has it.
_VOCABULARIES: Mapping[str, Callable[[Shown], Set[str]]] = {
    "market": _markets,
    "kind": _kinds,
    "stage": lambda _: frozenset(STAGES),
    "list": lambda _: frozenset(LISTS),
}


def _is_known_otherwise(market: str, of: Shown) -> bool:
    """Whether another night knows a market, or there is a pack for it: nights of a history have none."""
    if market in _markets_known(of.newest):
        return True
    if of.has("packs.parquet") and any(market in each.pack.markets for each in policies(of)):
        return True
    # Most often it is one that lies near.
    others = sorted(of.nights, key=lambda night: abs(night - of.night))
    return any(market in _markets_known(folder) for folder in map(tonight.release_of, others))


def _all(there: Iterable[str]) -> str:
    return ", ".join(sorted(there)) or say("none")
