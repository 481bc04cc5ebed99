"""Names that parts of packs had before: what `was` something goes on under the name that it has on a night.

From the first day of the version that says so, all rules of earlier versions are read under the new name, and so are
the rows that were released under the old one. Before that day nothing is called otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import duckdb

from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

# Where the name of a part stands in rule tables: table, column, and the column that names what it is a part of.
_PLACES: Mapping[str, Sequence[tuple[str, str, str | None]]] = {
    "programme": (
        *(
            (table, "programme", None)
            for table in (
                *("kinds", "programmes", "entry_rules", "reliefs_not_given", "carried_over", "ledgers", "inputs"),
                *("zones", "effects", "followers", "rewards", "eligibility_tests"),
            )
        ),
        ("carried_over", "from_programme", None),
        ("ledgers", "ledger", None),
        ("inputs", "input", None),
    ),
    "eligibility": (
        ("eligibility", "eligibility", None),
        ("eligibility_tests", "eligibility", None),
        ("eligibility_effects", "eligibility", None),
        ("bonuses", "eligibility", None),
    ),
    "bonus": (("bonuses", "bonus", None), ("bonus_kinds", "bonus", None)),
    "rule": (("entry_rules", "rule", "programme"), ("reliefs_not_given", "not_with_rule", "programme")),
    "zone": tuple((table, "zone", "programme") for table in ("zones", "effects", "followers", "rewards")),
    "condition": (("eligibility_tests", "condition", "eligibility"),),
}
# Where a row names a part of a pack that needn't be its own, the column with that pack.
_OF_ANOTHER_PACK = {("eligibility_tests", "programme"): "of_pack"}
# A part of a part is looked for under the name that the version gives to what it is a part of.
_ORDER = tuple(_PLACES)
# What a row of a list is known by.
_OF_LISTS = ("programme", "eligibility", "bonus")


class _Name(NamedTuple):
    """A row of the table `renamed` that counts on a night."""

    market: str
    former_pack: str
    part: str
    of: str
    was: str
    name: str
    effective_from: date


def take_names(connection: duckdb.DuckDBPyConnection, night: date) -> None:
    """Give the rules in the schema `policy` the names that their parts have on a night; twice is as once."""
    names = _names(connection, night)
    for each in names:
        for table, column, within in _PLACES[each.part]:
            pack = _OF_ANOTHER_PACK.get((table, column), "pack")
            if pack not in _columns(connection, f"policy.{table}"):
                # Rules that an earlier version of the code compiled name parts of their own pack alone.
                pack = "pack"
            is_named_so = Sql(f"{column} = $was" + (f" and {within} = $of" if within else ""))
            connection.execute(
                _SQL("take_name", rules=f"policy.{table}", name_column=column, pack=pack, is_named_so=is_named_so),
                {
                    "name": each.name,
                    "market": each.market,
                    "pack": each.former_pack,
                    "was": each.was,
                    "first": each.effective_from,
                    **({"of": each.of} if within else {}),
                },
            )
    for table in ("programmes", "entry_rules") if names else ():
        connection.execute(_SQL("take_company", rules=f"policy.{table}"))


def take_names_of_rows(connection: duckdb.DuckDBPyConnection, table: str, night: date) -> None:
    """Give the rows of a list, a reason or a step, in a table with `row_key`, the names that they have on a night."""
    columns = _columns(connection, table)
    for each in _names(connection, night):
        if each.part not in _OF_LISTS:
            continue
        names = {"name": each.name, "was": each.was, "market": each.market}
        # A bonus is what it is brought by and what it brings.
        for brought in ("measure", "reward"):
            if brought in columns and each.part == "bonus":
                connection.execute(_SQL("take_name_of_what_is_brought", rows=Sql(table), brought=brought), names)
        connection.execute(_SQL("take_name_of_rows", rows=Sql(table)), names)


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {name for name, *_ in connection.execute(f"describe {table}").fetchall()}


class NamesOfNight:
    """What parts are called on a night that a pack calls as it did before."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, night: date) -> None:
        self._names = _names(connection, night)

    def of(self, pack: str, part: str, name: str, part_of: str = "") -> str:
        """The name on the night of a part of a pack's version, and of what it is a part of by its name of the night."""
        for each in self._names:
            if (each.former_pack, each.part, each.of, each.was) == (pack, part, part_of, name):
                name = each.name
        return name


def _names(connection: duckdb.DuckDBPyConnection, night: date) -> list[_Name]:
    # Rules that an earlier version of the code compiled know of none.
    if not connection.execute(_SQL("is_there")).fetchone():
        return []
    found = connection.execute(_SQL("names"), {"night": night}).fetchall()
    names = [_Name(*row) for row in found]
    return sorted(names, key=lambda each: (each.effective_from, _ORDER.index(each.part), each))
