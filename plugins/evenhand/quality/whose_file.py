"""Whose a file is, so that which markets pay for one that can't be used.

Those of the accounts in its readable rows; else of `market=` or `source=` in its path; else of the file of that name
that landed last; else all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from evenhand.landing.file_names import without_rows
from evenhand.landing.files import ANY_NIGHT
from evenhand.landing.held_markets import HeldMarket
from evenhand.landing.names import compared
from evenhand.landing.unusable import OF_MARKETS
from evenhand.quality.gate import Gate
from evenhand.records.databases import quoted
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)


@dataclass(frozen=True)
class File:
    """A file of a feed, by its name in the landing folder; what says how many rows a file has is that file's."""

    feed: str
    night: date
    name: str

    @property
    def below(self) -> str:
        """Its path below the folder of its night."""
        return self.name.split("/", 2)[-1]

    def said(self, key: str) -> str:
        """What its path says, as in `market=ID`; empty where it says nothing."""
        parts = (part.partition("=") for part in self.name.split("/"))
        return next((value for name, _, value in parts if name.casefold() == key), "")


def hold_for_unusable_files(gate: Gate) -> list[HeldMarket]:
    """The markets that are held for files that can't be used, each with why."""
    markets = _all_markets(gate)
    held = []
    unusable = gate.execute("select feed, night, landed_file, why from landing.unusable order by landed_file")
    for feed, of_night, name, why in unusable:
        found, whose = _markets_of(gate, File(str(feed), of_night, without_rows(str(name))), markets)
        remedy = "Have the source land it again, or take it away"
        held += [HeldMarket(market, f"the file can't be used: {why}{whose}. {remedy}", str(name)) for market in found]
    return held


def rows_of_other_markets(gate: Gate, night: date) -> list[str]:
    """What is told of files in the folder of one market that have rows of others, of a night or late: these load."""
    markets = {market.casefold(): market for market in _all_markets(gate)}
    said = []
    for feed, name in gate.execute(_SQL("files_below_a_market"), {"night": night}):
        file = File(str(feed), night, str(name))
        of_path = markets.get(file.said("market").casefold()) or markets.get(file.said("source").casefold())
        if of_path:
            ((others,),) = gate.execute(
                _SQL("count_of_other_markets", arrivals=f"arrivals.{file.feed}"), {"file": file.name, "market": of_path}
            )
            if others:
                are = "1 row is of another market" if others == 1 else f"{others} rows are of other markets"
                said.append(f"{file.name}: {are} than {of_path}; {'it counts' if others == 1 else 'they count'} there")
    return said


def markets_of_file(gate: Gate, file: File) -> list[str]:
    """The markets that a file is likely of, for rows that name nobody who is known; none where it can't be known."""
    return (
        _of_path(gate, file, _all_markets(gate))
        or _of_files(gate, f"landed_file = {quoted(file.name)}")
        or _of_last(gate, file)
    )


def _all_markets(gate: Gate) -> list[str]:
    return [str(market) for (market,) in gate.execute("from candidates.markets")]


def _markets_of(gate: Gate, file: File, markets: list[str]) -> tuple[list[str], str]:
    """The markets of a file that can't be used, and how that is known, where it is no more than likely."""
    # Of one that was to be replaced, those of what counts as well.
    if found := sorted({*_of_rows(gate, file), *_of_files(gate, f"landed_file = {quoted(file.name)}")}):
        return found, ""
    if found := _of_path(gate, file, markets):
        return found, ""
    if found := _of_last(gate, file):
        return found, ". Whose it is is known from the file of that name that landed last"
    return markets, ". Whose it is can't be known, so that all markets are held"


def _of_rows(gate: Gate, file: File) -> list[str]:
    """The markets of the accounts in it, by the column that names most of those that are known."""
    found = gate.execute(
        _SQL("of_rows", compared_value=Sql(compared("value"))), {"file": file.name, "of_markets": OF_MARKETS}
    )
    return [str(market) for (market,) in found]


def _of_path(gate: Gate, file: File, markets: list[str]) -> list[str]:
    for key in ("market", "source"):
        said = file.said(key).casefold()
        if found := [market for market in markets if said and market.casefold() == said]:
            return found
    if source := file.said("source"):
        part = quoted(f"%/source={source}/%")
        return _of_files(gate, f"landed_file like {part} and landed_file != {quoted(file.name)}")
    return []


def _of_last(gate: Gate, file: File) -> list[str]:
    """The markets of the file of that name in that feed that landed last before it."""
    last = gate.execute(
        _SQL("last_of_name"),
        {
            "feed": file.feed,
            "below": file.below,
            "file": file.name,
            "night": None if file.night == ANY_NIGHT else file.night,
        },
    )
    return _of_files(gate, f"landed_file = {quoted(str(last[0][0]))}") if last else []


def _of_files(gate: Gate, which: str) -> list[str]:
    """The markets of the accounts in the rows of some files, as far as they are looked at."""
    feeds = [str(feed) for (feed,) in gate.execute(f"select distinct feed from landing.files where {which}")]
    found: set[str] = set()
    for feed in feeds:
        rows = gate.execute(
            _SQL(
                "markets_of_rows",
                rows=f"landing.{feed}",
                compared_account=Sql(compared("rows.account_id")),
                which=Sql(which),
            )
        )
        found |= {str(market) for (market,) in rows}
    return sorted(found)
