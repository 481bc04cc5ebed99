"""A model, or a test of one, that fails: the night stops there, says which, and what was released stays."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

from night.installation import APPEALS, Installation

NIGHT = "2026-03-05"
# What a release tells of accounts, beside the lists.
OF_ACCOUNTS = ("standings", "account_profiles", "account_health", "eligibility", "account_timeline")
Nodes = list[dict[str, Any]]


def _wrong_sql(nodes: Nodes) -> None:
    penalties = next(node for node in nodes if node["model"]["name"] == "int_zone_measure_periods")
    penalties["model"]["sql"] = "select cast('nothing' as integer) as account_id"
    penalties["contract"] = []


_OF_THE_WORLD = "from main.penalties where market = 'world'"


def _failing_test(nodes: Nodes) -> None:
    penalties = next(node for node in nodes if node["model"]["name"] == "penalties")
    penalties["tests"].append({"name": "never_right", "models": ["penalties"], "sql": _OF_THE_WORLD})


def test_a_model_that_fails_is_named_where_the_command_ends_and_where_the_runs_page_begins(
    installation: Installation,
) -> None:
    installation.land_history()
    right = (installation.home / "dbt" / "compiled.json").read_text()
    _change(installation, _wrong_sql)

    said = installation.nightly(NIGHT, expect=1)

    assert "build_models failed" in said
    assert "int_zone_measure_periods failed: Conversion Error: Could not convert string 'nothing' to INT32" in said
    sql = installation.home / "nights" / f"night={NIGHT}" / "models" / "int_zone_measure_periods.sql"
    assert f"The SQL that was run: {sql}" in said
    assert "cast('nothing' as integer)" in sql.read_text()
    assert not installation.release(NIGHT).exists()
    assert installation.effects() == 0
    state, note, began, ended, run_id = _run(installation)
    assert (state, run_id) == ("failed", f"night_{NIGHT}")
    assert note.startswith("build_models failed: int_zone_measure_periods failed: Conversion Error")
    assert f"[What it made](/evenhand/runs/nightly_governance/night_{NIGHT})" in note
    # The run has the time that it took, and not the time since the night.
    assert timedelta(0) < ended - began < timedelta(hours=1)
    assert datetime.now(UTC) - began < timedelta(hours=1)

    (installation.home / "dbt" / "compiled.json").write_text(right)
    assert "12 penalties put; 12 applied" in installation.nightly(NIGHT)
    state, note, *_ = _run(installation)
    assert state == "success"
    assert note.startswith(f"Night {NIGHT} is released: revision 1, ")
    logs = sorted((installation.home / "airflow" / "logs").rglob("task_id=build_models/attempt=*.log"))
    assert [path.name for path in logs] == ["attempt=1.log", "attempt=2.log"]
    assert "int_zone_measure_periods failed: Conversion Error" in logs[0].read_text()
    assert "lists.penalties: 12 rows, 7 tests passed" in logs[1].read_text()


def test_where_the_models_fail_on_every_market_nothing_is_released(decided: Installation) -> None:
    before, held = decided.release_bytes(NIGHT), decided.held()
    _change(decided, _wrong_sql)

    said = decided.directly(NIGHT, expect=1)

    assert "int_zone_measure_periods failed: Conversion Error" in said
    assert "Nothing was released" in said
    assert decided.release_bytes(NIGHT) == before
    assert decided.held() == held


def test_a_market_on_which_a_test_fails_keeps_what_the_same_night_had_released_of_it(
    two: Installation,
) -> None:
    # Each market is tried by itself, and one of them has what the test finds.
    two.land("2026-03-06", appeals=APPEALS)
    told = {name: two.rows(NIGHT, name) for name in OF_ACCOUNTS}
    lists = {name: two.release_bytes(NIGHT)[f"{name}.parquet"] for name in ("penalties", "reasons", "notices")}
    assert len(told["standings"]) == len(told["account_profiles"]) == 12
    held, effects = two.held(), two.effects()
    right = (two.home / "dbt" / "compiled.json").read_text()
    for _ in ("once", "and again"):
        _change(two, _failing_test)
        said = two.directly(NIGHT)
        assert "Not decided world: penalties, test never_right failed: 12 rows that it should not find" in said
        assert "Not decided moon" not in said
        assert f"It keeps the lists of {NIGHT}, less what has ended; correct this and run the night again." in said
        after = two.release_bytes(NIGHT)
        assert {name: after[f"{name}.parquet"] for name in lists} == lists
        assert {name: two.rows(NIGHT, name) for name in OF_ACCOUNTS} == told
        assert (two.held(), two.effects()) == (held, effects)

        (two.home / "dbt" / "compiled.json").write_text(right)

    # The next night goes on from what the first revision decided: the appeal granted meanwhile strikes one out.
    said = two.directly("2026-03-06")
    assert "Not decided" not in said
    assert "Held" not in said
    assert set(two.held()) < set(held)


def _change(installation: Installation, change: Callable[[Nodes], None]) -> None:
    """Have dbt have compiled something else."""
    path = installation.home / "dbt" / "compiled.json"
    compiled = json.loads(path.read_text())
    change(compiled["nodes"])
    path.write_text(json.dumps(compiled))


def _run(installation: Installation) -> tuple[str, str, datetime, datetime, str]:
    """State, note, start, end and id of the night's only run."""
    with closing(sqlite3.connect(installation.home / "airflow" / "airflow.db")) as database:
        ((state, note, began, ended, run_id),) = database.execute(
            "select state, content, start_date, end_date, run_id from dag_run"
            " left join dag_run_note on dag_run_note.dag_run_id = dag_run.id where dag_id = 'nightly_governance'"
        )
    moments = [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (began, ended)]
    return state, note, moments[0], moments[1], run_id
