"""How tonight's numbers compare with what is usual: rows of lists by market and reason, rows of feeds by market.

A count is compared as `2 √(count + 3/8)`, on which chance spreads a count of any size by about 1 (Anscombe 1948), so
that one limit fits a list of ten rows and one of ten thousand. What is usual is the median of earlier nights, of the
same weekday where there are four. The usual spread is the median deviation (times 1.4826) or that of which a tenth of
the nights go beyond (divided by 1.6449), whichever is more, and at least 1. Where chance is all there is, both are the
standard deviation; where some nights bring a flood, the second is more; one or two wrong nights of 28 move neither.
How far tonight's number is from what is usual is said by the tail of chance itself where chance is all there is: on
this scale a zero where nine are usual is a whole spread further away than it is as seldom. The more the nights spread
beyond chance, the more it is said on this scale.
What lands is compared with what lands in the other markets, so that a campaign day of all markets is none of one.

In the warehouse:

    gate.list_sizes  a row per list, market, programme and measure: rows tonight, and what came to it and went
    gate.counts      a row per number that is compared, with what is usual of it
    gate.twins       a row per market: violations of tonight, and how many are there twice under two keys

How the rows of a feed are shared out is compared in `shares.py`.

Longer than other files, for its statistics are one chain of steps in SQL.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb

from evenhand.landing.contracts import FEEDS, VIOLATIONS
from evenhand.quality.shares import share_out
from evenhand.records.databases import quoted
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.release.rows import ACTED, rows_of_lists
from expectations.rule import variance_stabilised

_SQL = SqlFile(__file__)

# Nights that are looked back on: of releases, eight of each weekday; of feeds, what a night looks at in any case.
RELEASES = 56
LANDINGS = 28
# Fewer nights than this aren't usual yet, and fewer markets have no middle.
ENOUGH = 7
ENOUGH_MARKETS = 4
# A number that is compared, and the night that it is of.
NUMBERS = "kind varchar, what varchar, market varchar, programme varchar, measure varchar, night date, number bigint"


def count(warehouse: Path, releases: Path, night: date) -> None:
    """Write the tables, from the warehouse and the releases of the nights before."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        _write_sizes(connection)
        connection.execute(f"create or replace temp table earlier ({NUMBERS})")
        connection.execute(f"create or replace temp table tonight ({NUMBERS})")
        count_lists(connection, earlier_sizes(releases, night))
        _count_feeds(connection, night)
        compare(connection, night)
        _write_twins(connection, night)
        share_out(connection, night)
        connection.commit()


def _write_sizes(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        _SQL("list_sizes", proposed=rows_of_lists("gate", "proposed_"), released=rows_of_lists("released", "last_")),
        {"acted": list(ACTED)},
    )


def earlier_sizes(releases: Path, night: date, nights_back: int = RELEASES) -> Sql:
    """SQL of the sizes of lists of the releases before, with their night; empty where there is none."""
    nights = [night - timedelta(days=days) for days in range(nights_back, 0, -1)]
    files = [releases / f"night={each}" / "list_sizes.parquet" for each in nights]
    listed = ", ".join(quoted(file) for file in files if file.exists())
    return Sql(f"read_parquet([{listed}], hive_partitioning = true, hive_types = {{'night': date}})" if listed else "")


def count_lists(connection: duckdb.DuckDBPyConnection, sizes: str) -> None:
    """Rows that what landed added, removed and changed: by reason, and of the whole list.

    Args:
        connection: to a database with gate.list_sizes and the empty tables `earlier` and `tonight`.
        sizes: SQL of the sizes of lists on earlier nights, with `night` and `is_held`; empty where there are none.
    """
    connection.execute(_SQL("numbers_of_tonight"))
    if sizes:
        connection.execute(_SQL("earlier_numbers", sizes=Sql(sizes)))
    # A market's first release adds every row: that isn't usual. Of one that has many it is one night less.
    connection.execute(_SQL("forget_first_nights"))
    for table in ("tonight", "earlier"):
        connection.execute(_SQL("numbers_of_lists", table=table))
    # A reason that a night's list didn't have at all came to nothing in it.
    connection.execute(_SQL("numbers_of_none"))


def _count_feeds(connection: duckdb.DuckDBPyConnection, night: date) -> None:
    """Rows that landed and rows that were withdrawn, by feed and market; not of the first night of either.

    Feeds that only tell are left out: reviews and golden items come in batches, and no list is the worse for them.
    """
    connection.execute(_SQL("markets_of_accounts"))
    for contract in FEEDS:
        if contract.tells:
            continue
        connection.execute(
            _SQL("rows_that_landed", feed=contract.feed), {"feed": contract.feed, "night": night, "landings": LANDINGS}
        )
    connection.execute("insert into tonight from earlier where kind = 'feed' and night = $night", {"night": night})
    connection.execute("delete from earlier where kind = 'feed' and night = $night", {"night": night})


def compare(connection: duckdb.DuckDBPyConnection, night: date) -> None:
    """Write gate.counts.

    Args:
        connection: to a database with the tables `earlier` and `tonight`: a row per number, with `night` in the first.
        night: tonight.
    """
    lay_scale(connection)
    connection.execute(_SQL("compare"), {"night": night, "enough_markets": ENOUGH_MARKETS, "enough": ENOUGH})


def lay_scale(connection: duckdb.DuckDBPyConnection) -> None:
    """Let SQL say how far a number is from what is usual: the macro `spreads_away`, as long as it is connected."""
    connection.execute(_SQL("variance_stabilised", stabilised=Sql(variance_stabilised("number"))))
    connection.execute(_SQL("below"))
    connection.execute(_SQL("mean_of"))
    connection.execute(_SQL("spreads_away"))


def _write_twins(connection: duckdb.DuckDBPyConnection, night: date) -> None:
    said = [name for name in VIOLATIONS.column_names if name not in (VIOLATIONS.key, "updated_at", "withdrawn")]
    connection.execute(_SQL("twins", said=said), {"night": night})
