"""What decided a night, kept in its release: the next night is decided by it once more, to see what each change did.

Three files: `models.parquet` (the models' SQL, for any night), `rules.parquet` (the tables that the packs were compiled
to) and `packs.parquet` (the packs' texts).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from evenhand.deciding.project import CompiledModel, Project, model_of
from evenhand.policy.language.limits import Limits
from evenhand.policy.load import TARGETS, names_days
from evenhand.policy.migrate import in_words_of_today
from evenhand.policy.named_days import NO_NAMED_DAYS, NamedDays
from evenhand.policy.tables import TABLES
from evenhand.policy.tables.row import columns as columns_of
from evenhand.policy.tables.row import ddl
from evenhand.policy.targets import NO_TARGETS, Targets
from evenhand.policy.texts import PackError, extended, path_from, read_text
from evenhand.policy.written_numbers import in_plain_digits
from evenhand.records.databases import reading
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

# What is decided, and what is said of it; the models that it is made of decide.
DECIDED = ("penalties", "rewards", "reasons")
# Columns that were a last day in earlier versions, by what the first day after it is called now.
_LAST_DAYS = {"effective_until": "effective_before", "asked_until": "asked_before"}
# Which nights are asked about is no rule.
_RULES = tuple(table for table in TABLES if table != "asked_nights")


def keep_deciders(
    warehouse: Path,
    project: Project,
    policies: Path,
    unreadable: Collection[str] = (),
    targets: Targets = NO_TARGETS,
    named_days: NamedDays = NO_NAMED_DAYS,
) -> None:
    """Fill the warehouse's schema `deciders` with the models, the compiled packs and their texts.

    Args:
        project: as dbt compiled it.
        policies: the folder of the packs.
        unreadable: names of files in it that hold their markets, and decide nothing.
        targets: what metrics are to come to.
        named_days: which days have a name.
    """
    models = project.models(leading_to=DECIDED)
    texts = texts_in(policies, {*unreadable, TARGETS})
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        connection.execute("create schema if not exists deciders")
        connection.execute(_SQL("create_models"))
        connection.executemany(
            "insert into deciders.models values (?, ?, ?, ?, ?, ?)",
            [
                (position, each.name, each.materialized, each.sql, json.dumps(each.columns), json.dumps(each.needed))
                for position, each in enumerate(models)
            ],
        )
        connection.execute("create or replace table deciders.packs (file varchar, text varchar)")
        connection.executemany("insert into deciders.packs values (?, ?)", list(texts.items()))
        # What decides nothing is beside it, so that the manifest can say by what metrics were judged, and when.
        for name, beside in (("targets", targets), ("named_days", named_days)):
            connection.execute(f"create or replace table deciders.{name} (content varchar)")
            connection.execute(f"insert into deciders.{name} values (?)", [beside.model_dump_json(exclude_none=True)])
        connection.execute("create or replace table deciders.rules (rules varchar, columns varchar, fields varchar[])")
        for table in _RULES:
            # A table without rows has a line of its own: it is there all the same.
            connection.execute("insert into deciders.rules values (?, ?, null)", [table, ddl(TABLES[table])])
            fields = ", ".join(f"cast({name} as varchar)" for name in columns_of(TABLES[table]))
            connection.execute(
                f"insert into deciders.rules select ?, ?, [{fields}] from policy.{table}", [table, ddl(TABLES[table])]
            )
        connection.commit()


def texts_in(policies: Path, but_for: Collection[str]) -> Mapping[str, str]:
    """The texts of the files in a folder and of those in folders of it that they extend, by their path in it, in order.

    Args:
        but_for: names of files in the folder itself.
    """
    found = {
        path.name: path.read_text(encoding="utf-8")
        for path in policies.glob("*.yml")
        if path.name not in but_for and not names_days(path)
    }
    waiting = [policies / name for name in found]
    while waiting:
        # What can't be read extends nothing, and nothing that extends it decides.
        with suppress(PackError):
            for base in extended(read_text(waiting.pop())):
                called = path_from(policies, base)
                if "/" in called and not called.startswith("../") and called not in found and read_text(base):
                    found[called] = base.read_text(encoding="utf-8")
                    waiting.append(base)
    return dict(sorted(found.items()))


def models_of(release: Path, connection: duckdb.DuckDBPyConnection) -> Sequence[CompiledModel]:
    """The models that decided a release."""
    found = connection.execute(
        "select name, materialized, sql from read_parquet(?) order by position", [str(release / "models.parquet")]
    )
    return [CompiledModel(*row) for row in found.fetchall()]


def models_of_tonight(connection: duckdb.DuckDBPyConnection, warehouse: str) -> Sequence[CompiledModel]:
    """The models that decide a night, as they are kept in its attached warehouse."""
    found = connection.execute(_SQL("models_kept", warehouse=warehouse)).fetchall()
    return [
        model_of(name, kind, sql, json.loads(columns), json.loads(needed)) for name, kind, sql, columns, needed in found
    ]


def lay_rules_of(release: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """Fill the connection's schema `policy` with the rules that decided a release."""
    connection.execute("drop schema if exists policy cascade")
    connection.execute("create schema policy")
    connection.execute(f"create table policy.asked_nights ({ddl(TABLES['asked_nights'])})")
    # The file is read once: tables are many, and most have no row.
    connection.execute(_SQL("read_rules"), {"file": str(release / "rules.parquet")})
    tables = connection.execute(_SQL("tables_read")).fetchall()
    for table, columns, _ in tables:
        connection.execute(f"create table policy.{table} ({columns})")
    kinds: dict[str, list[str]] = defaultdict(list)
    for table, kind in connection.execute(_SQL("kinds")).fetchall():
        kinds[table].append(kind)
    for table, _, rows in tables:
        if rows:
            fields = ", ".join(f"cast(fields[{position}] as {kind})" for position, kind in enumerate(kinds[table], 1))
            rows_of = "from rules_read where rules = $table and fields is not null order by place"
            connection.execute(f"insert into policy.{table} select {fields} {rows_of}", {"table": table})
    connection.execute("drop table rules_read")


def lay_rules_in_words_of_today(release: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """Fill the schema `policy` with the rules that decided a release, their columns called as they are today.

    An earlier version's models are run on rules as `lay_rules_of` lays them: there they had columns for last days, and
    no key for their edition.
    """
    lay_rules_of(release, connection)
    found = connection.execute(_SQL("columns_called"), {"names": list(_LAST_DAYS)}).fetchall()
    for table, last_day in found:
        connection.execute(f"alter table policy.{table} rename column {last_day} to {_LAST_DAYS[last_day]}")
        connection.execute(f"update policy.{table} set {_LAST_DAYS[last_day]} = {_LAST_DAYS[last_day]} + 1")
    _key_editions(connection)
    # There was no table of whom a pack judges, which its stages name as well, nor of whose place it takes.
    there = {table for table, _ in connection.execute(_SQL("columns")).fetchall()}
    for table, of, rows in (
        ("kinds_judged", "stages", _SQL("kinds_of_stages")),
        ("continued", "packs", _SQL("packs_themselves")),
    ):
        if table not in there and of in there:
            connection.execute(f"create table policy.{table} ({ddl(TABLES[table])})")
            connection.execute(f"insert into policy.{table} by name {rows}")


def _key_editions(connection: duckdb.DuckDBPyConnection) -> None:
    """Give rules that were compiled before there was one the key of their edition."""
    columns: dict[str, set[str]] = defaultdict(set)
    for table, column in connection.execute(_SQL("columns")).fetchall():
        columns[table].add(column)
    if "ends_running" in columns and "former_pack" not in columns["ends_running"]:
        # It named the pack whose measures end, and not the one that ends them, which is most often the same.
        connection.execute("alter table policy.ends_running add column former_pack varchar")
        connection.execute("update policy.ends_running set former_pack = pack")
        connection.execute(_SQL("name_the_pack_that_ends"))
    for table, names in columns.items():
        if "edition_id" not in names and {"market", "pack", "version"} <= names:
            connection.execute(f"alter table policy.{table} add column edition_id varchar")
            connection.execute(f"update policy.{table} set edition_id = market || '/' || pack || '/' || version")


def limits_of_words(release: Path | None, night: date) -> Mapping[str, Decimal]:
    """By market, the `words_without_effect` of the limits that decided a release."""
    if release is None or not (release / "rules.parquet").exists():
        return {}
    usual = Limits().words_without_effect
    with duckdb.connect() as connection:
        lay_rules_in_words_of_today(release, connection)
        # A release of an older version has none.
        is_there = "words_without_effect" in {name for name, _ in _columns(connection, "policy.limits")}
        limits = _SQL("limits_of_words", strictest=Sql("min(words_without_effect)" if is_there else "null"))
        return dict(connection.execute(limits, {"night": night, "usual": usual}).fetchall())


def texts_of(release: Path | None) -> Mapping[str, str]:
    """The texts of the packs that decided a release, by the path of their file; none where nothing was released."""
    if release is None or not (release / "packs.parquet").exists():
        return {}
    with reading() as connection:
        return dict(
            connection.execute(
                "select file, text from read_parquet(?) order by file", [str(release / "packs.parquet")]
            ).fetchall()
        )


def lay_texts_of(release: Path, folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """Write the packs that decided a release to a folder, in the words and the digits that the language has today."""
    found = connection.execute("select file, text from read_parquet(?) order by file", [str(release / "packs.parquet")])
    lay_texts(folder, {file: in_plain_digits(in_words_of_today(text)[0]) for file, text in found.fetchall()})


def lay_texts(folder: Path, texts: Mapping[str, str]) -> None:
    """Write texts to a new folder, by their path in it."""
    folder.mkdir(parents=True)
    for file, text in texts.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    return [(name, kind) for name, kind, *_ in connection.execute(f"describe {table}").fetchall()]
