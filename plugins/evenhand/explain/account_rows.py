"""The rows of one account in a release, and the rules that decided it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from evenhand.deciding.provenance import lay_rules_in_words_of_today


class AccountRows:
    """The rows of one account in the files of a release; a release of before a file was there has none of it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, release: Path, night: date, account: str) -> None:
        self._connection, self._release, self._night, self._account = connection, release, night, account
        self._read: dict[tuple[str, str], list[dict[str, Any]]] = {}
        lay_rules_in_words_of_today(release, connection)

    def of(self, name: str, order: str = "account_id") -> list[dict[str, Any]]:
        """Those of a file, which is read once."""
        if (name, order) not in self._read:
            query = f"from read_parquet($file) where account_id = $account order by {order}"
            values = {"file": self._file(name), "account": self._account}
            self._read[name, order] = list(as_dicts(self._connection, query, values)) if self.has(name) else []
        return self._read[name, order]

    def has(self, name: str) -> bool:
        """Whether the release has a file."""
        return Path(self._file(name)).exists()

    def others(self, name: str, which: str) -> list[str]:
        """Other accounts in a file, by a condition in which `$account` is this one."""
        query = (
            f"select distinct account_id from read_parquet($file) where {which} and account_id <> $account order by 1"
        )
        values = {"file": self._file(name), "account": self._account}
        return [account for (account,) in self._connection.execute(query, values).fetchall()]

    def rules(self, table: str, market: str, which: str = "true", **values: object) -> list[dict[str, Any]]:
        """The rows of a table of rules that are in effect in a market on the night, by a condition on them."""
        query = (
            f"from policy.{table} where market = $market and effective_from <= $night"
            f" and (effective_before is null or $night < effective_before) and {which} order by all"
        )
        return list(as_dicts(self._connection, query, {"market": market, "night": self._night, **values}))

    def _file(self, name: str) -> str:
        return str(self._release / f"{name}.parquet")


def as_dicts(connection: duckdb.DuckDBPyConnection, query: str, values: object) -> Iterator[dict[str, Any]]:
    """The rows of a query, by the names of their columns."""
    found = connection.execute(query, values)
    names = [column for column, *_ in found.description or ()]
    for row in found.fetchall():
        yield dict(zip(names, row, strict=True))
