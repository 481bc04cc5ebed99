"""What dbt compiled, with something wrong in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Nodes = list[dict[str, Any]]
# The first model that the wrong SQL breaks.
WRONG = "int_zone_measure_periods"


def wrong_sql(nodes: Nodes) -> None:
    """Have a model fail, whatever it is built of."""
    model = next(node for node in nodes if node["model"]["name"] == WRONG)
    model["model"]["sql"] = "select cast('nothing' as integer) as account_id"
    model["model"]["needed"] = []
    model["contract"] = []


def change_models(home: Path, change: Callable[[Nodes], None]) -> str:
    """Have dbt have compiled something else; returns what it had."""
    path = home / "dbt" / "compiled.json"
    right = path.read_text()
    compiled = json.loads(right)
    change(compiled["nodes"])
    path.write_text(json.dumps(compiled))
    return right
