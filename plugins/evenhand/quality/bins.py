"""Which bin of each measure of its feed a landed row is in: see `shares.py`, which compares how many are in each."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from datetime import date

import duckdb

from evenhand.landing.contracts import BY_NAME, FEEDS, WITHDRAWN, Column, Contract
from evenhand.quality import bin_values as bin_of
from evenhand.quality.bin_values import EMPTY
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

# Nights that are looked back on: what a night looks at in any case.
NIGHTS = 28
# Of a feed with more rows a night in a market, one in so many is looked at.
MOST_ROWS = 1_000
ROWS_OF_ACCOUNT, NIGHTS_OF_ACCOUNT, LANDED_BEFORE = "rows of its account", "nights of its account", "landed before"
OF_OTHERS = "said of another account as well"
# Whether the words of a measure are people who work for the marketplace.
_PERSONS = sorted(f"'{each.feed}.{column.name}'" for each in FEEDS for column in each.columns if column.is_person)
PERSONS = f"(feed || '.' || measure) in ({', '.join(_PERSONS)})"
# Rows per feed, measure, market, night and bin; of words, the bin is the word.
BINNED = "feed varchar, measure varchar, is_word boolean, market varchar, night date, bin varchar, number bigint"


def bin_rows(connection: duckdb.DuckDBPyConnection, contract: Contract, night: date) -> None:
    """Count in the table `binned` the rows of a feed by market, night, measure and bin.

    Not of the first night of the feed, or of a market: what lands then is all that was there before.
    """
    empty = _columns_without_values(connection, contract)
    measures = measures_of(contract, empty)
    words = [
        each for column in contract.columns if column.type == "text" for each in (column.name, bin_of.leads(column))
    ]
    of_anybody = [
        f"candidates.{name}" for name in contract.column_names if name not in (contract.key, "account_id", "updated_at")
    ]
    owners = sorted(
        {column.refers_to for column in contract.columns if column.refers_to and column.refers_to != "creators"}
    )
    binned = [f"m{number}" for number in range(len(measures))]
    # The column of a set is the only one that is grouped by: of the others, the bit is set.
    name = " ".join(f"when grouping({bin}) = 0 then '{measure}'" for bin, measure in zip(binned, measures, strict=True))
    rows = Sql("sampled")
    for feed in owners:
        with_owner = _SQL(
            "with_owner",
            sampled=rows,
            account_of_owner=f"account_of_{feed}",
            key=BY_NAME[feed].key,
            candidates=f"candidates.{feed}",
            reference=_reference(contract, feed),
        )
        rows = Sql(f"({with_owner})")
    connection.execute(
        _SQL("lay_good", candidates=f"candidates.{contract.feed}", of_anybody=of_anybody),
        {"feed": contract.feed, "night": night, "nights": NIGHTS + 1},
    )
    connection.execute(_SQL("lay_sampled"), {"most_rows": MOST_ROWS})
    for column in that_are_shared(contract, empty):
        connection.execute(
            _SQL("bin_rows_alike", value=column.name),
            {"feed": contract.feed, "measure": rows_with_the_same(column), "empty": EMPTY},
        )
    connection.execute(
        _SQL(
            "bin_rows",
            key=contract.key,
            changed_at=Sql(contract.changed_at),
            said_before=[
                Sql(f"before.{each.name} as {bin_of.said_before(each)}") for each in _that_go_on(contract, empty)
            ],
            bins=[Sql(f"{sql} as {bin}") for bin, sql in zip(binned, measures.values(), strict=True)],
            sampled=rows,
            measure=Sql(f"case {name} end"),
            value=Sql(f"coalesce({', '.join(binned)})"),
            one_bin_each=Sql(f"grouping sets ({', '.join(f'(market, night, {bin})' for bin in binned)})"),
        ),
        {"feed": contract.feed, "words": words},
    )


def _columns_without_values(connection: duckdb.DuckDBPyConnection, contract: Contract) -> set[str]:
    """Columns that rows may lack and in which none says anything: there is nothing to compare."""
    optional = [column.name for column in contract.columns if not column.required]
    counts = connection.execute(
        f"select {', '.join(f'count({name})' for name in optional)} from candidates.{contract.feed}"
    ).fetchone()
    return {name for name, values in zip(optional, counts or (), strict=True) if not values}


def measures_of(contract: Contract, empty: Collection[str] = ()) -> dict[str, str]:
    """Each measure of a feed with the SQL of a row's bin, over `rows` and what is joined to it.

    Those of values that several rows share are counted apart (`bin_rows_alike`).

    Args:
        empty: columns without a value.
    """
    found = {}
    for column in contract.columns:
        if column.name in (contract.key, "account_id", "market", *empty):
            continue
        if column.refers_to:
            if column.refers_to != "creators":
                found[f"whose {column.name}"] = bin_of.owner(column)
        elif column.type == "text":
            found[column.name] = f"coalesce(nullif(trim(rows.{column.name}), ''), '{EMPTY}')"
            if not column.one_of and not column.vocabulary:
                found[f"form of {column.name}"] = bin_of.form(column)
                found[bin_of.leads(column)] = bin_of.host(column, contract.key)
        elif column.type == "number":
            found[column.name] = bin_of.magnitude(column)
        elif column.type == "date":
            found[column.name] = bin_of.delay(column)
        elif column.name == "updated_at":
            # It says which version counts, whatever the hour: one of long ago counts never.
            found[column.name] = bin_of.delay(column)
        elif column.type == "moment":
            found[column.name] = bin_of.quarter_of_the_day(column)
    found |= _pairs(contract, found) | _ratios(contract, found)
    found |= {f"decimals of {each.name}": bin_of.decimals(each) for each in _fractions(contract) if each.name in found}
    found |= {f"change of {each.name}": bin_of.change(each) for each in _that_go_on(contract, empty)}
    found[ROWS_OF_ACCOUNT] = bin_of.up_to("account_rows", (1, 2, 4, 8, 16))
    found[NIGHTS_OF_ACCOUNT] = bin_of.up_to("account_nights - 1", (0, 1, 3, 7))
    found[OF_OTHERS] = "if(is_of_others, 'yes', 'no')"
    found[LANDED_BEFORE] = (
        "case when first_landed < landed_night and was_there then 'the same row'"
        " when first_landed < landed_night and has_other_account then 'of another account'"
        " when first_landed < landed_night then 'another version'"
        " when was_there then 'the same under another key' else 'new' end"
    )
    return found


def rows_with_the_same(column: Column) -> str:
    """What the measure of the rows that share a value is called: it is counted value by value, and not row by row."""
    return f"rows with the same {column.name}"


def _reference(contract: Contract, feed: str) -> str:
    return next(column.name for column in contract.columns if column.refers_to == feed)


def _pairs(contract: Contract, measures: Mapping[str, str]) -> dict[str, str]:
    """What stands beside each word that packs know: values that were exchanged between rows are there as often."""
    known = [column.name for column in contract.columns if column.vocabulary]
    among = [column.name for column in contract.columns if column.one_of]
    numbers = [column.name for column in contract.columns if column.type == "number"]
    pairs = [(one, other) for place, one in enumerate(known) for other in (*known[place + 1 :], *among, *numbers)]
    pairs += itertools.combinations([name for name in among if name != WITHDRAWN.name], 2)
    return {
        f"{one} with {other}": f"{measures[one]} || ', ' || {measures[other]}"
        for one, other in pairs
        if one in measures and other in measures
    }


def _that_go_on(contract: Contract, empty: Collection[str]) -> list[Column]:
    """What a later version of a key can say otherwise; who it is of, and whether it is one, is looked at elsewhere."""
    left_out = (contract.key, "account_id", "updated_at", WITHDRAWN.name, *empty)
    return [column for column in contract.columns if column.name not in left_out]


def that_are_shared(contract: Contract, empty: Collection[str]) -> list[Column]:
    """What several rows can have in common, of which there are more than a few: texts, and things that are named."""
    left_out = (contract.key, "account_id", "market", *empty)
    return [
        column
        for column in contract.columns
        if column.type == "text"
        and column.name not in left_out
        and column.refers_to != "creators"
        and not (column.one_of or column.vocabulary or column.is_person)
    ]


def _fractions(contract: Contract) -> list[Column]:
    return [column for column in contract.columns if column.type == "number" and column.decimals]


def _ratios(contract: Contract, measures: Mapping[str, str]) -> dict[str, str]:
    """How large each number is beside the one before it in the contract, such as the commission of an amount.

    Numbers that were exchanged between rows, or with each other, are each as they were; beside each other they aren't.
    """
    numbers = [column.name for column in contract.columns if column.type == "number" and column.name in measures]
    found = {}
    for base, number in itertools.pairwise(numbers):
        share = f"abs(try_cast(rows.{number} as double) / nullif(try_cast(rows.{base} as double), 0))"
        found[f"{number} beside {base}"] = (
            f"case when rows.{number} is null or rows.{base} is null then '{EMPTY}'"
            f" when {share} is null then 'of nothing' when {share} = 0 then 'none of it'"
            # A sixth more is another bin.
            f" else 'about ' || round(100 * pow(2, (floor(4 * log2({share})) + 0.5) / 4), 1) || ' %' end"
        )
    return found
