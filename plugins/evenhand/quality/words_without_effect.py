"""Words of feeds that do nothing: a market or a violation type that is spelt otherwise than anybody knows it.

They are in the schema `arrivals` of the night's warehouse: `landed_rows` says of the last four weeks how many rows had
some, `words_without_effect` which they were tonight. Markets of which no pack could be read are left out.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from evenhand.landing.accepted import create_landed_rows
from evenhand.landing.contracts import FEEDS, Contract, Vocabulary
from evenhand.policy.language.limits import Limits
from evenhand.quality.gate import Gate
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)

# So many words are told one by one; the others of their feed, market and column together, as an empty word.
MOST_WORDS = 20
# Those of the window of operational metrics.
_NIGHTS = 28
_NOT_A_MARKET = "market is a market"


@dataclass(frozen=True)
class WordsKnown:
    """What is known of words beside the packs of tonight.

    Attributes:
        surfaces: those that a violation may be seen on; empty for any.
        limits: by market, the share of rows that may have a word without effect, as the last release had it.
    """

    surfaces: tuple[str, ...] = ()
    limits: Mapping[str, Decimal] = field(default_factory=dict)


def find_words_without_effect(gate: Gate, night: date, known: WordsKnown, since: date) -> None:
    """Fill the tables from what was accepted; the rows of tonight have the markets that `find_arrivals` found.

    Args:
        since: the first of the nights whose last four weeks are counted.
    """
    gate.execute("create schema if not exists arrivals")
    for statement in create_landed_rows():
        gate.execute(statement)
    gate.execute(_SQL("create_words_of_tonight"))
    if not gate.execute("select 1 from duckdb_tables() where schema_name = 'policy' and table_name = 'words'"):
        return
    gate.execute(_SQL("surfaces"), {"surfaces": known.surfaces})
    _lay_limits(gate, night, known.limits)
    for contract in FEEDS:
        if any(column.vocabulary or column.name == "market" for column in contract.columns):
            _find_in(gate, contract, night, bool(known.surfaces), since)
    _name_nearest(gate)
    for scratch in ("surfaces", "limits_of_words", "looked_at", "words_found"):
        gate.execute(f"drop table arrivals.{scratch}")


def _lay_limits(gate: Gate, night: date, before: Mapping[str, Decimal]) -> None:
    """Each market's as its strictest pack says, but for the last release's: a pack can't loosen what holds itself."""
    gate.execute(_SQL("limits_of_words"), {"night": night, "usual": Limits().words_without_effect})
    for market, at_most in before.items():
        gate.execute("delete from arrivals.limits_of_words where market = $market", {"market": market})
        said = {"market": market, "at_most": at_most}
        gate.execute("insert into arrivals.limits_of_words values ($market, $at_most)", said)


def _find_in(gate: Gate, contract: Contract, night: date, surfaces_are_listed: bool, since: date) -> None:
    feed, columns = contract.feed, [column for column in contract.columns if column.vocabulary]
    window = {"since": since, "nights": _NIGHTS}
    if feed == "creators":
        gate.execute(_SQL("looked_at_creators"), {**window, "not_a_market": _NOT_A_MARKET})
    else:
        names = [f"rows.{column.name}" for column in columns]
        gate.execute(_SQL("looked_at", feed=feed, columns=names), {**window, "feed": feed})
    gate.execute(_SQL("create_words_found"))
    for column in columns:
        if column.vocabulary == "surfaces":
            if surfaces_are_listed:
                gate.execute(_SQL("other_surfaces", word=column.name), {"column_name": column.name})
        else:
            graded = column.vocabulary == "severities"
            others = _SQL("other_severities", word=column.name) if graded else _SQL("other_words", word=column.name)
            gate.execute(others, {"column_name": column.name, "vocabulary": column.vocabulary})
    if feed == "creators":
        gate.execute(_SQL("no_markets"))
    gate.execute(_SQL("landed_rows"), {"feed": feed})
    gate.execute(_SQL("words_of_tonight"), {"feed": feed, "night": night, "most_words": MOST_WORDS})


def _name_nearest(gate: Gate) -> None:
    """Write beside each word the one that was likely meant."""
    vocabularies: dict[tuple[str, str], Vocabulary] = {
        (contract.feed, column.name): column.vocabulary
        for contract in FEEDS
        for column in contract.columns
        if column.vocabulary
    }
    known: dict[tuple[str, str], set[str]] = defaultdict(set)
    for market, vocabulary, word in gate.execute("select distinct market, vocabulary, word from policy.words"):
        known[market, vocabulary].add(word)
    markets = {str(market) for (market,) in gate.execute("from candidates.markets")}
    surfaces = {str(word) for (word,) in gate.execute("from arrivals.surfaces")}
    for feed, market, column, word in gate.execute(_SQL("words_to_name")):
        vocabulary = vocabularies.get((feed, column), "market")
        choices = {"market": markets, "surfaces": surfaces}.get(vocabulary, known[market, vocabulary])
        if nearest := _nearest(word, choices):
            said = {"nearest": nearest, "feed": feed, "column_name": column, "market": market, "word": word}
            gate.execute(_SQL("nearest"), said)


def _nearest(word: str, choices: set[str]) -> str:
    by_bare = {_bare(choice): choice for choice in sorted(choices, reverse=True)}
    found = difflib.get_close_matches(_bare(word), sorted(by_bare), n=1)
    return by_bare[found[0]] if found else ""


def _bare(word: str) -> str:
    return "_".join(word.casefold().replace("-", " ").replace("_", " ").split())
