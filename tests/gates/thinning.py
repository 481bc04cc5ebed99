"""A marketplace of which only part lands: much that happens in it costs time, and is nothing that gate 2 looks at.

Most accounts break no rule in all the nights: they are in no list of penalties. And most rows are orders, contents and
lives, of which gate 2 looks at a thousand a night in a market, however many there are. All violations land, and what
they refer to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from evenhand.landing.contracts import FEEDS

_THINNED = ("orders", "lives", "contents")


@dataclass(frozen=True)
class Thinning:
    """One in so many lands, of accounts without a violation and of rows that nothing refers to."""

    accounts: int = 50
    rows: int = 10

    def thin(self, landed: Path) -> None:
        """Delete the others from what is loaded; done again, it deletes nothing."""
        with duckdb.connect(str(landed), config={"threads": 1}) as connection:
            connection.begin()
            connection.execute("create temp table violating as select distinct account_id from landing.violations")
            for contract in FEEDS:
                if contract.tells:
                    connection.execute(f"delete from landing.{contract.feed}")
                elif "account_id" in contract.column_names:
                    connection.execute(
                        f"delete from landing.{contract.feed} where account_id not in (from violating)"
                        f" and hash(account_id) % {self.accounts} != 0"
                    )
            # Children before the parents that they refer to.
            for contract in (each for each in reversed(FEEDS) if each.feed in _THINNED):
                referred_to = "".join(f" and {contract.key} not in ({keys})" for keys in _referred_to(contract.feed))
                connection.execute(
                    f"delete from landing.{contract.feed} where hash({contract.key}) % {self.rows} != 0{referred_to}"
                )
            connection.commit()


def _referred_to(feed: str) -> Iterator[str]:
    """SQL of the keys of a feed that rows of others name."""
    for child in FEEDS:
        for column in child.columns:
            if not child.tells and feed in (column.refers_to, *column.names_one_of):
                yield f"select {column.name} from landing.{child.feed} where {column.name} is not null"
