"""What a night's lists would be if something were as it was when the last release was decided.

A scratch DuckDB beside the warehouse, which is only read: data, rules and models are laid in it one by one, and each
time it is decided what the lists come to. It is no part of the night and is thrown away.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from evenhand.deciding import lineage
from evenhand.deciding.believed import lay_when_rows_landed
from evenhand.deciding.build import built_before
from evenhand.deciding.compiled import run_models
from evenhand.deciding.night_range import ask_about
from evenhand.deciding.project import CompiledModel
from evenhand.deciding.provenance import lay_rules_of, lay_texts_of, models_of, models_of_tonight
from evenhand.deciding.set_aside import set_feeds_aside, set_rules_aside
from evenhand.landing.accepted import accepted_as_of, emergencies_of
from evenhand.landing.contracts import FEEDS
from evenhand.policy.compile import compile_packs
from evenhand.policy.days import Day, days_within, move_days
from evenhand.policy.load import LoadedPack, load_packs
from evenhand.policy.measures_order import read_measures_order
from evenhand.policy.renaming import take_names, take_names_of_rows
from evenhand.policy.tables import TABLES
from evenhand.records.databases import quoted
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

# The name of the warehouse in the scratch.
_TONIGHT = "tonight"


class WhatIf:
    """The scratch, and what lies in it at the moment."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._connection = connection
        self._folder = folder
        self._held = sorted({each for (each,) in self.execute(f"select market from {_TONIGHT}.held.markets")})

    def lay_data_known(self, night: date | None = None) -> None:
        """What is accepted of what had landed by a night; without one, all that is accepted tonight.

        What people impose and lift themselves is always what is known tonight.
        """
        lay_when_rows_landed(self._connection, _TONIGHT, night)
        self._connection.execute("create schema if not exists emergencies")
        self._connection.execute(f"create or replace view emergencies.known as {emergencies_of(_TONIGHT)}")
        self._connection.execute("drop schema if exists accepted cascade")
        self._connection.execute("create schema accepted")
        for contract in FEEDS:
            tables = (
                accepted_as_of(contract, night, f"{_TONIGHT}.")
                if night
                else {
                    name: Sql(f"from {_TONIGHT}.accepted.{name}")
                    for name in (contract.feed, contract.versions)
                    if name is not None
                }
            )
            for table, rows in tables.items():
                kind = "table" if night else "view"
                self._connection.execute(f"create {kind} accepted.{table} as {rows}")
        if night:
            accounts = self.execute(f"select account_id from {_TONIGHT}.held.accounts where is_set_aside")
            set_feeds_aside(self._connection, [account for (account,) in accounts])

    def lay_creators_of_tonight(self, accounts: Collection[str]) -> None:
        """What is accepted tonight of these creators, beside what was known by the night whose data lies here."""
        for name in ("creators", "creator_versions"):
            these = "account_id in (select unnest(?::varchar[]))"
            self._connection.execute(f"delete from accepted.{name} where {these}", [list(accounts)])
            self._connection.execute(
                f"insert into accepted.{name} by name from {_TONIGHT}.accepted.{name} where {these}", [list(accounts)]
            )

    def lay_accounts_of(self, markets: Collection[str]) -> None:
        """Of the accounts of tonight, those alone that were ever in these markets: no other is decided."""
        of_them = _SQL("ever_in", warehouse=_TONIGHT)
        for name in ("creators", "creator_versions"):
            self.execute(f"drop view accepted.{name}")
            these = f"from {_TONIGHT}.accepted.{name} where account_id in ({of_them})"
            self.execute(f"create table accepted.{name} as {these}", {"markets": sorted(markets)})

    def lay_rules_of(self, release: Path) -> None:
        """The rules of a release, as they were compiled then; of the markets that are held, what stays of them."""
        lay_rules_of(release, self._connection)
        self._set_held_rules_aside()

    def lay_texts_of(self, release: Path) -> None:
        """The rules of a release's packs, as they are compiled today.

        Raises:
            PackError: today's language doesn't know what they say.
        """
        texts = self._folder / "packs"
        shutil.rmtree(texts, ignore_errors=True)
        lay_texts_of(release, texts, self._connection)
        compile_packs(load_packs(texts), self._connection, order=read_measures_order(texts))
        self._set_held_rules_aside()

    def lay_rules_of_tonight(self) -> None:
        """The rules that tonight is decided by."""
        self._connection.execute("drop schema if exists policy cascade")
        self._connection.execute("create schema policy")
        for table in TABLES:
            self._connection.execute(f"create table policy.{table} as from {_TONIGHT}.policy.{table}")

    def lay_packs(self, packs: Sequence[LoadedPack], order: Mapping[str, Sequence[str]]) -> None:
        """The rules of packs, as they are compiled today.

        Args:
            order: of measures across packs, by market.
        """
        compile_packs(packs, self._connection, order=order)
        self._set_held_rules_aside()

    def _set_held_rules_aside(self) -> None:
        # Rules of another version have other columns, and in a scratch nothing that was set aside comes back.
        self._connection.execute("drop schema if exists set_aside cascade")
        set_rules_aside(self._connection, self._held)

    def put_days_off(self, after: date, night: date) -> Sequence[Day]:
        """Have the days after one night, until another, that the rules here name be the one after it; returns them."""
        found = days_within(self._connection, after, night)
        if found:
            move_days(self._connection, after, night + timedelta(days=1), night)
        return found

    def days_after(self, day: date) -> Sequence[Day]:
        """The days after one that the rules here name."""
        return days_within(self._connection, day)

    def bring_days_forward(self, to: date, until: date) -> None:
        """Have the days after one, and until another, that the rules here name be the first."""
        move_days(self._connection, to, to, until)

    def ask_about(self, nights: Sequence[date]) -> None:
        """Have the models say of these nights, too, what is in force."""
        ask_about(self._connection, nights)

    def take_names(self, night: date) -> None:
        """Give the rules that lie here the names that their parts have on a night."""
        take_names(self._connection, night)

    def take_names_of_rows(self, table: str, night: date) -> None:
        """Give the rows of a table here the names that they have on a night, by the rules that lie here."""
        take_names_of_rows(self._connection, table, night)

    def models_of(self, release: Path) -> Sequence[CompiledModel]:
        """The models of a release."""
        found, tonight = models_of(release, self._connection), self.models_of_tonight()
        # Of tonight's it is known what each needs. One of others may read what one of these leaves out.
        is_same = [(each.name, each.sql) for each in found] == [(each.name, each.sql) for each in tonight]
        return tonight if is_same else found

    def models_of_tonight(self, leading_to: Collection[str] | None = None) -> Sequence[CompiledModel]:
        """The models of tonight.

        Args:
            leading_to: only these and what they are made of.
        """
        models = models_of_tonight(self._connection, _TONIGHT)
        return models if leading_to is None else lineage.leading_to(leading_to, models)

    def decide(self, models: Sequence[CompiledModel], night: date) -> None:
        """Run the models for a night on what lies here.

        Raises:
            duckdb.Error: they don't know tonight's data or rules.
        """
        for kind, name in built_before(self._connection):
            self._connection.execute(f'drop {kind} main."{name}"')
        self._connection.begin()
        try:
            run_models(self._connection, models, night, in_parts=True)
        except duckdb.Error:
            self._connection.rollback()
            raise
        self._connection.commit()

    def execute(self, statement: str, values: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run SQL here, where the warehouse is the database `tonight`."""
        return self._connection.execute(statement, dict(values) if values else None).fetchall()

    def rows_otherwise(self, before: str, after: str, *columns: str) -> list[tuple[Any, ...]]:
        """How many rows of a list stand in one of two tables and not in the other, by columns that both have."""
        return self.execute(_SQL("otherwise", before=before, after=after, columns=columns))


@contextmanager
def what_if(
    warehouse: Path,
    scratch: Path,
    made: Callable[[duckdb.DuckDBPyConnection, Path], WhatIf] = WhatIf,
    begun: Path | None = None,
) -> Iterator[WhatIf]:
    """Open an empty scratch beside a warehouse that nobody has open.

    Args:
        made: makes what is asked, from the connection and a folder that is deleted again.
        begun: a scratch of before that this one is a copy of.
    """
    forget(scratch)
    if begun:
        shutil.copy(begun, scratch)
    folder = scratch.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with duckdb.connect(str(scratch)) as connection:
            connection.execute(f"attach {quoted(warehouse)} as {_TONIGHT} (read_only)")
            yield made(connection, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def forget(scratch: Path) -> None:
    """Throw a scratch away."""
    scratch.unlink(missing_ok=True)
    scratch.with_name(scratch.name + ".wal").unlink(missing_ok=True)
