"""How tonight's rows of a feed are shared out, beside the nights before: by value, delay, account, owner and version.

A fault can leave the number of rows as it was: all points doubled, decisions shifted by a day, one reviewer for all. So
each row that landed is put in one bin of each measure of its feed: a word; the magnitude of a number; the days from a
date until it landed; what it says otherwise than the version before; how many rows its account has that night, and on
how many other nights it has any; whose the thing is that it names; whether it landed before. Tonight's share of each
bin is compared with that of the last 28 nights.

How far it is away is the signed root of the likelihood ratio (G) of two binomial shares, about normal also where few
rows are in the bin. Chance within a night isn't all: rows come in batches, so that shares of nights differ by more. How
much rows of a night are alike is taken from the earlier nights themselves (as of a beta-binomial, at least 1 %), from
the median deviation or that of which a tenth of the nights go beyond, so that a wrong night of 28 hides no other. All
bins of a measure are also compared together, for what moves each by a little. That of all numbers of a market one is
beyond `√(limit² + 2 ln(numbers / 28))` by chance is no likelier than that a single one goes beyond `limit` within 28
nights: the tail of the normal distribution falls with `exp(-z²/2)`.

In the warehouse: gate.shares, a row per feed, market, measure and bin that is further away than a few rows; where the
bin is a person, with how many there are tonight, for no figure of one of them is told.
"""

from __future__ import annotations

from datetime import date

import duckdb

from evenhand.landing.contracts import FEEDS
from evenhand.quality.bin_values import EMPTY
from evenhand.quality.bins import BINNED, NIGHTS, NIGHTS_OF_ACCOUNT, PERSONS, ROWS_OF_ACCOUNT, bin_rows
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

# Fewer nights than this aren't usual yet.
ENOUGH = 7
# Words of a column that are compared one by one, by market; the others are one bin.
MOST_WORDS = 20
# Rows of a night are at least so much alike: two of a batch, of one reviewer or of one account aren't two draws.
ALIKE = 0.01
# Those of one account, all the more where accounts are what is counted.
ALIKE_BY_ACCOUNT = 0.1
# Bins with less than this share are one where all are compared together.
RARE = 0.02
# Fewer rows than this more or less in a bin are nothing, whatever their share: of four, all have to be unusual.
FEWEST_ROWS = 3
OTHERS, NEW = "another word", "a word that is new"
# One that wasn't there on so many nights.
NEW_AFTER = 14
# What a campaign moves in all markets at once.
SEASONAL = (ROWS_OF_ACCOUNT, NIGHTS_OF_ACCOUNT)
ENOUGH_MARKETS = 4


def share_out(connection: duckdb.DuckDBPyConnection, night: date) -> None:
    """Write gate.shares, from the candidates of gate 1 that it let through; feeds that only tell are left out."""
    connection.execute(f"create or replace temp table binned ({BINNED})")
    for contract in FEEDS:
        if contract.tells:
            continue
        ((is_compared,),) = connection.execute(
            _SQL("is_compared", feed=contract.feed), {"enough": ENOUGH, "night": night, "nights": NIGHTS}
        ).fetchall()
        if is_compared:
            bin_rows(connection, contract, night)
    compare_shares(connection, night)


def compare_shares(connection: duckdb.DuckDBPyConnection, night: date) -> None:
    """Write gate.shares.

    Args:
        connection: to a database with the table `binned`: rows per feed, measure, market, night and bin.
        night: tonight.
    """
    connection.execute(
        _SQL("compare_shares", is_person=Sql(PERSONS)),
        {
            "night": night,
            "enough": ENOUGH,
            "empty": EMPTY,
            "new": NEW,
            "new_after": NEW_AFTER,
            "most_words": MOST_WORDS,
            "others": OTHERS,
            "seasonal": SEASONAL,
            "alike_by_account": ALIKE_BY_ACCOUNT,
            "alike": ALIKE,
            "enough_markets": ENOUGH_MARKETS,
            "rare": RARE,
            "fewest_rows": FEWEST_ROWS,
        },
    )
