"""Which penalty prevails on a scope is said twice, by the model and of what is released: both say the same."""

from __future__ import annotations

import csv
import re
from datetime import date
from io import StringIO
from typing import Any

import duckdb
import pytest

from evenhand.policy.nodes import parse
from evenhand.records.sql_files import Sql
from evenhand.release.prevailing import with_what_prevails
from evenhand.settings import PROJECT
from release.measures import create_what_measures_rank_by

MODELS = PROJECT / "dbt_project" / "models" / "intermediate" / "enforcement"
TOLD = "of_several_programmes_on_a_scope_the_strictest_of_the_market_prevails"
NIGHT = date(2026, 3, 5)


def _rows(part: Any) -> list[dict[str, Any]]:
    """The rows of a part of a unit test, whichever way they are written."""
    if part.get("format") != "csv":
        return list(part["rows"])
    return [{name: value or None for name, value in row.items()} for row in csv.DictReader(StringIO(part["rows"]))]


@pytest.mark.parametrize("ranked_by", ["tonight's model", "the packs, where a row is kept of an earlier release"])
def test_what_is_released_prevails_as_the_models_unit_test_has_it(ranked_by: str) -> None:
    _, content = parse((MODELS / "int_measures_in_force.yml").read_text(encoding="utf-8"))
    (told,) = (each for each in content["unit_tests"] if each["name"] == TOLD)
    given = {str(each["input"]): _rows(each) for each in told["given"]}
    penalties = [
        each | {"row_key": f"{each['account_id']}/{each['programme']}/{each['scope']}"}
        for name in ("ref('int_measure_periods')", "ref('int_eligibility_effects_in_force')")
        for each in given[name]
        if each["list"] == "penalties"
    ]
    order = {
        (each["market"], each["measure"]): each["order_rank"] for each in given["source('policy', 'measures_order')"]
    }
    with duckdb.connect() as connection:
        connection.execute("create schema policy")
        create_what_measures_rank_by(connection)
        columns = ("row_key", "account_id", "market", "programme", "scope", "measure", "starts_on", "ends_on")
        connection.execute(
            "create table penalties (row_key varchar, account_id varchar, market varchar, programme varchar,"
            " scope varchar, measure varchar, starts_on date, ends_on date)"
        )
        for each in penalties:
            connection.execute(
                "insert into penalties values (?, ?, ?, ?, ?, ?, ?, ?)", [each.get(name) for name in columns]
            )
            if ranked_by == "tonight's model":
                rank = order.get((each["market"], each["measure"]))
                connection.execute(
                    f"insert into main.int_measures_in_force"
                    f" select ?, 'penalties', ?, ?, {_rank_in_market('?::integer', '?::integer')}",
                    [NIGHT, each["row_key"], each["measure"], rank, each["measure_rank"]],
                )
            else:
                connection.execute(
                    "insert into policy.measures by name select ? as market, ? as pack, 1 as version,"
                    " date '2020-01-01' as effective_from, ? as measure, ? as measure_rank",
                    [each["market"], each["programme"], each["measure"], each["measure_rank"]],
                )
        for (market, measure), rank in order.items():
            connection.execute(
                "insert into policy.measures_order by name select ? as market, ? as measure, ? as order_rank",
                [market, measure, rank],
            )
        shown = with_what_prevails(Sql("from penalties"), NIGHT)
        found = connection.execute(f"select row_key, prevails from ({shown})").fetchall()

    by_the_model = {each["row_key"]: each["prevails"] == "true" for each in _rows(told["expect"])}
    assert dict(found) == {row_key: by_the_model[row_key] for row_key in dict(found)}
    assert len(found) == len(penalties) == 11


def test_ranks_and_ties_are_written_the_same() -> None:
    """Where tonight's models rank a row and packs a kept one, both ranks are on one scale."""
    of_release = with_what_prevails(Sql("from penalties"), NIGHT)
    model = (MODELS / "int_measures_in_force.sql").read_text(encoding="utf-8")
    ties = r"ends_on desc nulls first,\s+starts_on asc nulls last,\s+programme asc"
    assert re.search(rf"market_rank desc,\s+{ties}", model.split("rows_with_what_prevails as", 1)[1])
    assert re.search(rf"-1\) desc,\s+{ties}", of_release)
    assert _rank_in_market("order_rank", "measure_rank") in of_release


def _rank_in_market(order_rank: str, measure_rank: str) -> str:
    """What dbt's macro writes."""
    macro = (PROJECT / "dbt_project" / "macros" / "rank_in_market.sql").read_text(encoding="utf-8")
    (body,) = re.findall(r"-%}\s*(.*?)\s*{%- endmacro", macro, re.DOTALL)
    return str(body.replace("{{ order_rank }}", order_rank).replace("{{ measure_rank }}", measure_rank))
