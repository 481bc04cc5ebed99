"""The rows of one account in a release, and the rules that decided it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from evenhand.deciding.provenance import lay_rules_in_words_of_today
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.release.appeals import all_appeals, beside_violations
from evenhand.release.manifest import NAME

_SQL = SqlFile(__file__)


@contextmanager
def with_rules(release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the rules of a release in its schema `policy`, which are laid once for all who ask of it."""
    folder = release.resolve()
    with _rules_of(folder, (folder / NAME).stat().st_mtime_ns).cursor() as connection:
        yield connection


@lru_cache(maxsize=4)
def _rules_of(folder: Path, written: int) -> duckdb.DuckDBPyConnection:
    """The rules of a revision, whose files never change; a release that is made once more has other files."""
    connection = duckdb.connect(config={"threads": 1})
    lay_rules_in_words_of_today(folder, connection)
    return connection


def units_of(release: Path, night: date) -> Mapping[tuple[str, str], str]:
    """What each programme of each market is counted in on a night, where that is said: no release of before there was a
    file of its rules says it."""
    if not (release / "rules.parquet").exists():
        return {}
    with with_rules(release) as connection:
        found = connection.execute(_SQL("units"), {"night": night}).fetchall()
    return {(market, programme): unit for market, programme, unit in found}


class AccountRows:
    """The rows of one account in the files of a release; a release of before a file was there has none of it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, release: Path, night: date, account: str) -> None:
        """Of an account; the connection is one of `with_rules`."""
        self._connection, self._release, self._night, self._account = connection, release, night, account
        self._read: dict[tuple[str, str], list[dict[str, Any]]] = {}

    def of(self, name: str, order: str = "account_id") -> list[dict[str, Any]]:
        """Those of a file, which is read once."""
        if (name, order) not in self._read:
            query = f"from read_parquet($file) where account_id = $account order by {order}"
            values = {"file": self._file(name), "account": self._account}
            self._read[name, order] = list(as_dicts(self._connection, query, values)) if self.has(name) else []
        return self._read[name, order]

    def appeals(self) -> list[dict[str, Any]]:
        """All that were filed against its violations, by the day."""
        if not self.has("account_violations"):
            return []
        violations, appeals = (
            Sql(f"(from read_parquet(${name}) where account_id = $account)") for name in ("violations", "appeals")
        )
        values = {"violations": self._file("account_violations"), "account": self._account}
        found = beside_violations(violations)
        if self.has("account_appeals"):
            values["appeals"] = self._file("account_appeals")
            found = all_appeals(appeals, violations)
        return list(as_dicts(self._connection, f"from ({found}) as found order by filed_on, appeal_id", values))

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
        query = _SQL("rules", table=table, which=Sql(which))
        return list(as_dicts(self._connection, query, {"market": market, "night": self._night, **values}))

    def rules_of_all_days(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table of rules, of editions that aren't in effect any more, too."""
        return list(as_dicts(self._connection, _SQL("rules_of_all_days", table=table), {}))

    def _file(self, name: str) -> str:
        return str(self._release / f"{name}.parquet")


def as_dicts(connection: duckdb.DuckDBPyConnection, query: str, values: object) -> Iterator[dict[str, Any]]:
    """The rows of a query, by the names of their columns."""
    found = connection.execute(query, values)
    names = [column for column, *_ in found.description or ()]
    for row in found.fetchall():
        yield dict(zip(names, row, strict=True))
