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
from evenhand.landing.contracts import FEEDS, Column, Contract, Vocabulary
from evenhand.policy.language.limits import Limits
from evenhand.quality.gate import Gate
from evenhand.records.databases import quoted

# So many words are told one by one; the others of their feed, market and column together, as an empty word.
MOST_WORDS = 20
# Those of the window of operational metrics.
_NIGHTS = 28
_NOT_A_MARKET = "market is a market"
_TONIGHT = "arrivals.words_without_effect"


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
    gate.execute(
        f"create or replace table {_TONIGHT} (feed varchar, market varchar, column_name varchar, word varchar,"
        " nearest varchar, rows bigint, rows_without_effect bigint, rows_landed bigint, at_most decimal(18, 2))"
    )
    if not gate.execute("select 1 from duckdb_tables() where schema_name = 'policy' and table_name = 'words'"):
        return
    surfaces = ", ".join(f"({quoted(each)})" for each in known.surfaces)
    gate.execute(
        "create or replace table arrivals.surfaces as select * from "
        + (f"(values {surfaces}) as listed (word)" if surfaces else "(select '' as word where false)")
    )
    _lay_limits(gate, night, known.limits)
    for contract in FEEDS:
        if any(column.vocabulary or column.name == "market" for column in contract.columns):
            _find_in(gate, contract, night, bool(known.surfaces), since)
    _name_nearest(gate)
    for scratch in ("surfaces", "limits_of_words", "looked_at", "words_found"):
        gate.execute(f"drop table arrivals.{scratch}")


def _lay_limits(gate: Gate, night: date, before: Mapping[str, Decimal]) -> None:
    """Each market's as its strictest pack says, but for the last release's: a pack can't loosen what holds itself."""
    usual = Limits().words_without_effect
    gate.execute(
        "create or replace table arrivals.limits_of_words as"
        f" select market, cast(coalesce(min(words_without_effect), {usual}) as decimal(18, 2)) as at_most"
        f" from policy.limits where effective_from <= date '{night}'"
        f" and coalesce(effective_before, date '9999-12-31') > date '{night}' group by market"
    )
    for market, at_most in before.items():
        gate.execute(f"delete from arrivals.limits_of_words where market = {quoted(market)}")
        gate.execute(f"insert into arrivals.limits_of_words values ({quoted(market)}, {at_most})")


def _find_in(gate: Gate, contract: Contract, night: date, surfaces_are_listed: bool, since: date) -> None:
    feed, columns = contract.feed, [column for column in contract.columns if column.vocabulary]
    own = "rows.market" if feed == "creators" else "null"
    names = "".join(f", rows.{column.name}" for column in columns)
    bad_market = f"(from quarantine.bad where feed = '{feed}' and rule = '{_NOT_A_MARKET}')"
    # A market that is none quarantines its row; any other row in quarantine is told there.
    rows = f"""
        select rows.landed_night, rows.landed_file, rows.landed_row{names},
            {"rows.market as said," if feed == "creators" else ""}
            coalesce(tonight.market, accounts.market,
                if({own} in (select market from candidates.markets), {own}, null), '') as of_market,
            {"misplaced.landed_row is not null" if feed == "creators" else "false"} as is_misplaced
        from candidates.{feed} as rows
        left join arrivals.{feed} as tonight using (landed_file, landed_row)
        left join arrivals.accounts as accounts on accounts.account_id = rows.account_id
        {f"left join {bad_market} as misplaced using (landed_file, landed_row)" if feed == "creators" else ""}
        where rows.landed_night > date '{since}' - {_NIGHTS} and rows.withdrawn is null
            and ({"misplaced.landed_row is not null or" if feed == "creators" else ""} not exists (
                select 1 from quarantine.bad as bad where bad.feed = '{feed}'
                    and bad.landed_file = rows.landed_file and bad.landed_row = rows.landed_row
            ))
    """
    found = [
        f"select landed_night, landed_file, landed_row, of_market, '{column.name}' as column_name,"
        f" {column.name} as word from arrivals.looked_at where {_is_without_effect(column)}"
        for column in columns
        if column.vocabulary != "surfaces" or surfaces_are_listed
    ]
    if feed == "creators":
        found.append(
            "select landed_night, landed_file, landed_row, of_market, 'market' as column_name, said as word"
            " from arrivals.looked_at where is_misplaced"
        )
    gate.execute(f"create or replace table arrivals.looked_at as {rows}")
    gate.execute(f"create or replace table arrivals.words_found as {' union all '.join(found)}")
    gate.execute(
        f"""insert into arrivals.landed_rows
        select landed_night, '{feed}', of_market, count(*), count(hits.landed_row)
        from arrivals.looked_at
        left join (select distinct landed_file, landed_row from arrivals.words_found) as hits
            using (landed_file, landed_row)
        group by landed_night, of_market order by all"""
    )
    gate.execute(
        f"""insert into {_TONIGHT}
        with

        words as (
            select of_market as market, column_name, word, count(*) as rows,
                row_number() over (
                    partition by of_market, column_name order by count(*) desc, word
                ) as place
            from arrivals.words_found where landed_night = date '{night}'
            group by of_market, column_name, word
        )

        select '{feed}', words.market, column_name, if(place <= {MOST_WORDS}, word, ''), null, sum(words.rows),
            any_value(landed.rows_without_effect), any_value(landed.rows_landed), any_value(limits.at_most)
        from words
        join (from arrivals.landed_rows where feed = '{feed}' and landed_night = date '{night}') as landed
            using (market)
        left join arrivals.limits_of_words as limits using (market)
        group by all order by all"""
    )


def _is_without_effect(column: Column) -> str:
    name = f"looked_at.{column.name}"
    if column.vocabulary == "surfaces":
        return f"{name} is not null and {name} not in (select word from arrivals.surfaces)"
    known = f"select 1 from policy.words as words where words.market = of_market and vocabulary = '{column.vocabulary}'"
    if column.vocabulary == "severities":
        # Where no rule for the type reads severities, any is as good as none.
        return (
            f"{name} is not null and exists ({known} and words.violation_type = looked_at.violation_type)"
            f" and not exists ({known} and word = {name}"
            " and coalesce(words.violation_type, looked_at.violation_type) = looked_at.violation_type)"
        )
    a_pack = "select 1 from policy.words as words where words.market = of_market"
    return f"{name} is not null and exists ({a_pack}) and not exists ({known} and word = {name})"


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
    for feed, market, column, word in gate.execute(
        f"select feed, market, column_name, word from {_TONIGHT} where word != ''"
    ):
        vocabulary = vocabularies.get((feed, column), "market")
        choices = {"market": markets, "surfaces": surfaces}.get(vocabulary, known[market, vocabulary])
        if nearest := _nearest(word, choices):
            gate.execute(
                f"update {_TONIGHT} set nearest = {quoted(nearest)} where feed = '{feed}' and column_name = '{column}'"
                f" and market = {quoted(market)} and word = {quoted(word)}"
            )


def _nearest(word: str, choices: set[str]) -> str:
    by_bare = {_bare(choice): choice for choice in sorted(choices, reverse=True)}
    found = difflib.get_close_matches(_bare(word), sorted(by_bare), n=1)
    return by_bare[found[0]] if found else ""


def _bare(word: str) -> str:
    return "_".join(word.casefold().replace("-", " ").replace("_", " ").split())
