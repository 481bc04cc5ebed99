"""What a query needs rows of: read from its SQL, and held to what DuckDB finds where there are none."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from evenhand.deciding.making import Maker
from evenhand.deciding.needed_rows import Filled, Needed, needed_rows
from evenhand.deciding.project import CompiledModel

NIGHT = date(2026, 3, 2)


@pytest.fixture(scope="module")
def tables() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for name in "abc":
        connection.execute(f"create table {name} (x integer, y integer)")
    return connection


@pytest.mark.parametrize(
    ("sql", "needed"),
    [
        ("select x from main.a", [["main.a"]]),
        ("select x from main.a join main.b using (x)", [["main.a"], ["main.b"]]),
        ("select * from main.a, main.b", [["main.a"], ["main.b"]]),
        ("select x from main.a semi join main.b using (x)", [["main.a"], ["main.b"]]),
        ("select x from main.a left join main.b using (x)", [["main.a"]]),
        ("select x from main.a right join main.b using (x)", [["main.b"]]),
        ("select x from main.a full join main.b using (x)", [["main.a", "main.b"]]),
        ("select x from main.a anti join main.b using (x)", [["main.a"]]),
        ("from main.a positional join main.b", []),
        ("select a.x from main.a asof join main.b on a.x >= b.x", [["main.a"], ["main.b"]]),
        ("from main.a union all from main.b", [["main.a", "main.b"]]),
        ("from main.a union all by name from main.b union select 1 as x, 2 as y", []),
        ("from main.a except from main.b", [["main.a"]]),
        ("from main.a intersect from main.b", [["main.a"], ["main.b"]]),
        ("select count(*) from main.a", []),
        ("select geomean(x) from main.a", []),
        ("select geometric_mean(x) from main.a", []),
        ("select 1 from main.a having count(*) = 0", []),
        ("select 1 from main.a having true", []),
        ("select 1 from main.a group by ()", []),
        ("select (select sum(a.x)) from main.a as a", []),
        ("select (select x from main.b having max(x) > 1) from main.a", []),
        ("select nullif(x, 1), row_number() over (order by x), sum(y) over () from main.a", [["main.a"]]),
        ("select x, count(*) from main.a group by x", [["main.a"]]),
        ("select x, count(*) from main.a group by all", [["main.a"]]),
        ("select 1, count(*) from main.a group by all", []),
        ("select list_transform([1], lambda y: y), count(*) from main.a group by all", []),
        ("select * exclude (y), sum(y) from main.a group by all", [["main.a"]]),
        ("select x, count(*) from main.a group by rollup (x)", []),
        ("select x, y, count(*) from main.a group by grouping sets ((x), (x, y))", [["main.a"]]),
        ("select (select count(*) from main.b) from main.a", [["main.a"]]),
        ("select unnest([1, 2]), x from main.a", [["main.a"]]),
        ("from range(3), main.a", [["main.a"]]),
        ("select 1", []),
        ("values (1)", []),
        ("with n as (from main.a), m as (from n join main.b using (x)) from m", [["main.a"], ["main.b"]]),
        ("with n as (from main.a) from (with n as (from main.b) from n) as of_b", [["main.b"]]),
        ("with n as (from main.a) from main.n", [["main.n"]]),
        ("with recursive n as (select x from main.a union all select x from n where x < 3) from n", [["main.a"]]),
        ("with recursive n as (from main.a union all from main.b) from n", [["main.a", "main.b"]]),
        (
            "with n as (from main.a union all from main.b) from n join main.c using (x)",
            [["main.c"], ["main.a", "main.b"]],
        ),
        ("(from main.a join main.b using (x, y)) union all from main.c", [["main.a", "main.c"], ["main.b", "main.c"]]),
        ("from a", []),
        ("nonsense", []),
    ],
)  # fmt: skip
def test_a_query_needs(sql: str, needed: list[list[str]], tables: duckdb.DuckDBPyConnection) -> None:
    found = needed_rows(sql, tables)
    assert [list(group) for group in found] == needed
    if needed and "main.n" not in sql:
        for group in found:
            for name in (f"main.{each}" for each in "abc"):
                tables.execute(f"delete from {name}")
                if name not in group:
                    tables.execute(f"insert into {name} values (1, 1), (1, 2)")
            assert tables.execute(sql).fetchall() == []


def test_a_model_without_rows_is_not_run() -> None:
    connection = duckdb.connect()
    connection.execute("create table a (x integer)")
    connection.execute("create table filled as select 1 as x")
    needs_both: Needed = (("main.a",), ("main.filled",))
    fails = CompiledModel("made", "table", "select error('run')", (("x", "INTEGER"), ("y", "VARCHAR")), needs_both)
    assert Maker(connection).make(fails, NIGHT) == 0
    assert connection.execute("describe main.made").fetchall()[1][:2] == ("y", "VARCHAR")
    assert Maker(connection).make(fails, NIGHT, order=["y", "x"]) == 0
    assert connection.execute("describe main.made").fetchall()[0][:2] == ("y", "VARCHAR")

    filled = Filled(connection)
    assert not filled.allows(needs_both)
    filled.tell("main.a", filled=True)
    assert filled.allows(needs_both)
    with pytest.raises(duckdb.Error, match="run"):
        Maker(connection).make(CompiledModel("made", "table", fails.sql, fails.columns, (("main.filled",),)), NIGHT)
