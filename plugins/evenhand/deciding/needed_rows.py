"""What a query needs rows of to have any itself, as its SQL says: where there are none, nobody has to run it.

To plan a model of some hundred lines takes longer than to run it on a few rows, and a market uses a part of what a pack
can say. A model for the rest reads a table of rules without a row and joins it with others, so that it can't have one.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import duckdb

from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)

# A query can have rows only if in each of these groups one table has some. With no group, nothing is known of it.
Needed = tuple[tuple[str, ...], ...]

# What has no rows, whatever is in the tables.
_NO_ROWS: Needed = ((),)
# Of more, the widest are forgotten: what is left is true all the same.
_MOST_GROUPS = 12


def needed_rows(sql: str, connection: duckdb.DuckDBPyConnection) -> Needed:
    """What a query needs rows of, each table with its schema; nothing where it has a row of its own or can't be read.

    Args:
        connection: any one, which reads the SQL and runs nothing of it.
    """
    ((parsed,),) = connection.execute(_SQL("parsed"), {"sql": sql}).fetchall()
    read = json.loads(parsed)
    return () if read["error"] else _of_query(read["statements"][0]["node"], {})


class Filled:
    """Which tables of a connection have rows. Of those that are made meanwhile it is told, the others it looks into."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._filled: dict[str, bool] = {}

    def allows(self, needed: Needed) -> bool:
        """Whether what needs these rows can have any itself."""
        return all(any(self._is_filled(table) for table in group) for group in needed)

    def tell(self, table: str, *, filled: bool) -> None:
        """Say of a table or view that was made whether it can have rows."""
        self._filled[table] = filled

    def _is_filled(self, table: str) -> bool:
        if table not in self._filled:
            found = self._connection.execute(f"select 1 from {table} limit 1").fetchone()
            self._filled[table] = found is not None
        return self._filled[table]


def _of_query(query: Mapping[str, Any], outer: Mapping[str, Needed]) -> Needed:
    named = dict(outer)
    for each in query.get("cte_map", {}).get("map", []):
        named[each["key"].lower()] = _of_query(each["value"]["query"]["node"], named)
    match query["type"]:
        case "SELECT_NODE":
            return () if _has_a_row_of_nothing(query) else _of_source(query["from_table"], named)
        case "SET_OPERATION_NODE":
            parts = [_of_query(part, named) for part in query.get("children") or [query["left"], query["right"]]]
            match query["setop_type"]:
                case "UNION" | "UNION_BY_NAME":
                    return _any_of(parts)
                case "EXCEPT":
                    return parts[0]
                case "INTERSECT":
                    return _all_of(parts)
        case "RECURSIVE_CTE_NODE":
            # Each union that may name itself is one. What goes on from nothing comes to nothing.
            itself = {query["cte_name"].lower(): _NO_ROWS}
            return _any_of([_of_query(query["left"], named), _of_query(query["right"], {**named, **itself})])
    return ()


def _of_source(source: Mapping[str, Any], named: Mapping[str, Needed]) -> Needed:
    match source["type"]:
        case "BASE_TABLE":
            if source["schema_name"]:
                return ((f"{source['schema_name']}.{source['table_name']}",),)
            return named.get(source["table_name"].lower(), ())
        case "SUBQUERY":
            return _of_query(source["subquery"]["node"], named)
        case "JOIN" if source["ref_type"] != "POSITIONAL":
            sides = _of_source(source["left"], named), _of_source(source["right"], named)
            match source["join_type"]:
                case "INNER" | "SEMI":
                    return _all_of(sides)
                case "LEFT" | "ANTI":
                    return sides[0]
                case "RIGHT":
                    return sides[1]
                case "FULL":
                    return _any_of(sides)
    return ()


def _all_of(parts: Iterable[Needed]) -> Needed:
    return _narrowest({frozenset(group) for part in parts for group in part})


def _any_of(parts: Iterable[Needed]) -> Needed:
    groups = _NO_ROWS
    for part in parts:
        groups = _narrowest({frozenset(one) | frozenset(other) for one in groups for other in part})
    return groups


def _narrowest(groups: set[frozenset[str]]) -> Needed:
    """Groups of which none says less than another, in an order."""
    least = [each for each in groups if not any(other < each for other in groups)]
    return tuple(tuple(sorted(each)) for each in sorted(least, key=_in_order)[:_MOST_GROUPS])


def _in_order(group: Iterable[str]) -> tuple[int, list[str]]:
    tables = sorted(group)
    return len(tables), tables


def _has_a_row_of_nothing(select: Mapping[str, Any]) -> bool:
    """Whether it sums up without grouping, or may: of no rows, that is one."""
    if select["group_sets"]:
        return any(not each for each in select["group_sets"])
    parts = [select[part] for part in ("select_list", "qualify", "modifiers")]
    if select["aggregate_handling"] == "STANDARD_HANDLING":
        # What `having` is asked of is a group, and without others that is one of all rows.
        return select["having"] is not None or any(_sums_up(part) for part in parts)
    # It groups by all that it doesn't sum up; that has to be something.
    return not any(_names_a_column(each) and not _sums_up(each) for each in select["select_list"])


def _sums_up(part: object) -> bool:
    if any(_is_of_a_group(each) for each in _expressions(part, without=("SUBQUERY",))):
        return True
    # A query within can sum up a column of the one around it.
    return any(_is_of_a_group(each) and _names_a_column(each["children"]) for each in _expressions(part))


def _is_of_a_group(expression: Mapping[str, Any]) -> bool:
    return expression["class"] == "FUNCTION" and expression["function_name"] not in _scalar()


def _names_a_column(part: object) -> bool:
    # What a lambda names is most often its own.
    return any(each["class"] in ("COLUMN_REF", "STAR") for each in _expressions(part, without=("SUBQUERY", "LAMBDA")))


def _expressions(part: object, without: Collection[str] = ()) -> Iterator[Mapping[str, Any]]:
    """The expressions of a part of a query, without those of some classes and what is in them."""
    if isinstance(part, dict):
        if part.get("class") in without:
            return
        if "class" in part:
            yield part
        for each in part.values():
            yield from _expressions(each, without)
    elif isinstance(part, list):
        for each in part:
            yield from _expressions(each, without)


@cache
def _scalar() -> frozenset[str]:
    """Functions that sum nothing up."""
    with duckdb.connect() as connection:
        found = connection.execute(_SQL("functions_that_sum_nothing_up")).fetchall()
    return frozenset(name for (name,) in found)
